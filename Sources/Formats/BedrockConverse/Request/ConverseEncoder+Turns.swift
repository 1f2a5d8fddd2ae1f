import Exchange
import Wire

extension ConverseEncoder {
    /// The conversation as Converse demands it: user first, then in turns; every call answered in the next message;
    /// nobody's thoughts but the target's own; no empty message.
    mutating func makeTurns() throws(TranslationRefusal) -> [Turn] {
        try self.judgeSystem()
        var turns = self.request.turns
        if turns.isEmpty { turns = [try self.systemAsTurn()] }
        for index in turns.indices { turns[index] = try self.withoutForeign(turns[index]) }
        let paired = try Conversation.paired(turns, merges: true, report: &self.report)
        var kept: [Turn] = []
        for turn in paired {
            guard let turn = turn.role == .assistant ? turn.cleanedAnswer : turn.cleanedQuestion else { continue }
            if let last = kept.last, last.role == turn.role {
                kept[kept.count - 1].blocks += turn.blocks
            } else {
                kept.append(turn)
            }
        }
        try self.repairEnds(of: &kept)
        for index in kept.indices where kept[index].blocks.isEmpty {
            try self.report.approximated(.place(kept[index].place), "empty")
            kept[index].blocks = [.text("(empty)", place: kept[index].place)]
        }
        return kept
    }

    private mutating func judgeSystem() throws(TranslationRefusal) {
        for block in self.request.system {
            guard case .text = block.content else {
                throw self.report.refusal(
                    .place(block.place),
                    "takes only text in the system prompt",
                    wayOut: "Send it in a user message."
                )
            }
        }
    }

    private mutating func systemAsTurn() throws(TranslationRefusal) -> Turn {
        guard !self.request.system.isEmpty else {
            throw self.report.refusal(.parameter(.messages), "needs a message", wayOut: "Send at least one.")
        }
        try self.report.approximated(.parameter(.system), "sent_as_user")
        return Turn(.user, self.request.system)
    }

    /// System text in the middle becomes a reminder in a user's turn; thoughts of other models are removed; a
    /// participant's name is left out.
    private mutating func withoutForeign(_ turn: Turn) throws(TranslationRefusal) -> Turn {
        var turn = turn
        if turn.name != nil {
            turn.name = nil
            try self.report.dropped(.place(turn.place), "name")
        }
        switch turn.role {
        case .user: break
        case .assistant:
            turn.blocks.removeAll { block in
                guard case .reasoning(let reasoning) = block.content else { return false }
                return !self.canRead(reasoning)
            }
        case .system: try self.remind(&turn)
        }
        return turn
    }

    private func canRead(_ reasoning: Reasoning) -> Bool {
        guard let state = reasoning.state, state.owner == self.target.reasoningOwner else { return false }
        return !reasoning.isRedacted || Base64.decode(state.value.utf8) != nil
    }

    private mutating func remind(_ turn: inout Turn) throws(TranslationRefusal) {
        turn.role = .user
        for index in turn.blocks.indices {
            guard case .text(var text) = turn.blocks[index].content else {
                throw self.report.refusal(
                    .place(turn.blocks[index].place),
                    "takes only text from the system",
                    wayOut: "Send it in a user message."
                )
            }
            guard !text.isBlank else { continue }
            text.text = "<system-reminder>\n\(text.text)\n</system-reminder>"
            turn.blocks[index].content = .text(text)
        }
        try self.report.approximated(.place(turn.place), "system_reminder")
    }

    /// The first message is the user's; the last one is too, unless the caller wants its beginning continued.
    private mutating func repairEnds(of turns: inout [Turn]) throws(TranslationRefusal) {
        if let first = turns.first, first.role == .assistant {
            try self.report.approximated(.place(first.place), "conversation_start")
            turns.insert(Turn(.user, [.text("(conversation start)")], place: first.place), at: 0)
        }
        guard let last = turns.last else {
            turns = [Turn(.user, [])]
            return
        }
        guard last.role == .assistant else { return }
        guard self.request.origin == .messages else {
            try self.report.approximated(.place(last.place), "continue")
            turns.append(Turn(.user, [.text("Continue.")], place: last.place))
            return
        }
        guard self.capabilities.prefill else {
            throw self.report.refusal(
                .place(last.place),
                "cannot continue the beginning of an answer",
                wayOut: "End with a user message."
            )
        }
        turns[turns.count - 1].trimEnd()
    }
}

extension Turn {
    /// An assistant's turn without what must not be there; `nil` when nothing but thoughts is left. A turn with signed
    /// thoughts is checked block by block by the model and stays as it was, empty text included.
    fileprivate var cleanedAnswer: Turn? {
        var turn = self
        let isSigned = turn.blocks.contains { if case .reasoning = $0.content { true } else { false } }
        if !isSigned { turn.blocks.removeAll(where: \.isBlankText) }
        let isEmpty = turn.blocks.allSatisfy { block in
            if case .reasoning = block.content { true } else { block.isBlankText }
        }
        return isEmpty ? nil : turn
    }

    /// A user's turn without blank text; it stays even when nothing is left.
    fileprivate var cleanedQuestion: Turn? {
        var turn = self
        turn.blocks.removeAll(where: \.isBlankText)
        return turn
    }

    /// A beginning to be continued may not end in white space.
    fileprivate mutating func trimEnd() {
        guard let last = self.blocks.indices.last, case .text(var text) = self.blocks[last].content else { return }
        while let end = text.text.unicodeScalars.last, end.properties.isWhitespace {
            text.text.unicodeScalars.removeLast()
        }
        self.blocks[last].content = .text(text)
    }
}

extension Block {
    /// Text that models refuse.
    var isBlankText: Bool {
        switch self.content {
        case .text(let text): text.isBlank
        case .refusal(let text): text.isBlank
        case .image, .document, .audio, .toolCall, .toolResult, .reasoning, .opaque: false
        }
    }
}
