import Exchange
import Wire

extension MessagesRequestEncoder {
    /// The conversation as the vendor takes it: roles alternate, the user begins, every call is answered at once, and
    /// nothing is blank.
    mutating func preparedTurns() throws(TranslationRefusal) -> [Turn] {
        for turn in self.request.turns where turn.name != nil { try self.report.dropped(.place(turn.place), "name") }
        let paired = try Conversation.paired(self.request.turns, merges: true, report: &self.report)
        var turns: [Turn] = []
        for turn in paired {
            if let turn = self.kept(turn) { Self.append(turn, to: &turns) }
        }
        turns = try self.withPlacedSystem(turns)
        for index in turns.indices where turns[index].blocks.isEmpty {
            turns[index].blocks = [.text("(empty)", place: turns[index].place)]
        }
        if let first = turns.first, first.role == .assistant {
            try self.report.approximated(.place(first.place), "conversation_start")
            turns.insert(Turn(.user, [.text("(conversation start)")]), at: 0)
        }
        try self.settleEnd(of: &turns)
        return turns
    }

    private static func append(_ turn: Turn, to turns: inout [Turn]) {
        if turns.last?.role == turn.role {
            turns[turns.count - 1].blocks += turn.blocks
        } else {
            turns.append(turn)
        }
    }

    /// A turn without foreign thoughts and blank text; `nil` when nothing remains of an assistant's or system's turn.
    ///
    /// A turn with thoughts of the vendor's own is bound to its exact blocks, and stays as it was.
    private func kept(_ turn: Turn) -> Turn? {
        var turn = turn
        turn.blocks.removeAll { block in
            guard case .reasoning(let reasoning) = block.content else { return false }
            return reasoning.state?.owner != self.target.reasoningOwner
        }
        let isBound = turn.blocks.contains { $0.isReasoning }
        if turn.role == .assistant, turn.blocks.allSatisfy(\.isReasoning) { return nil }
        if !isBound { turn.blocks.removeAll(where: \.isBlankText) }
        return turn.blocks.isEmpty && turn.role != .user ? nil : turn
    }

    /// Leaves system text inside the conversation where the vendor takes it: after the user, and last or before the
    /// assistant. Elsewhere it becomes a reminder in the user's turn at that point.
    private mutating func withPlacedSystem(_ turns: [Turn]) throws(TranslationRefusal) -> [Turn] {
        guard turns.contains(where: { $0.role == .system }) else { return turns }
        var placed: [Turn] = []
        for (index, turn) in turns.enumerated() {
            guard turn.role == .system else {
                Self.append(turn, to: &placed)
                continue
            }
            let next = turns.index(after: index)
            let isLegal = placed.last?.role == .user && (next == turns.endIndex || turns[next].role == .assistant)
            if self.capabilities.midConversationSystem, isLegal {
                placed.append(turn)
                continue
            }
            try self.report.approximated(.place(turn.place), "system_reminder")
            var blocks: [Block] = []
            for block in turn.blocks {
                guard case .text(let text) = block.content else { throw self.unknown(block, in: "system text") }
                let reminder = "<system-reminder>\n\(text.text)\n</system-reminder>"
                blocks.append(.text(reminder, place: block.place, cache: block.cache))
            }
            Self.append(Turn(.user, blocks, place: turn.place), to: &placed)
        }
        return placed
    }

    /// A conversation that ends with the assistant is to be continued by it, if its caller speaks this format; for
    /// others it is history.
    private mutating func settleEnd(of turns: inout [Turn]) throws(TranslationRefusal) {
        guard let last = turns.last, last.role == .assistant else { return }
        guard self.isNative else {
            try self.report.approximated(.place(last.place), "continue")
            turns.append(Turn(.user, [.text("Continue.")]))
            return
        }
        // A paused turn of the vendor's own tools goes back as it is.
        if case .opaque = last.blocks.last?.content { return }
        guard self.capabilities.prefill else {
            let wayOut = "End the conversation with a user message."
            throw self.report.refusal(.place(last.place), "does not continue the assistant's message", wayOut: wayOut)
        }
    }
}

extension Block {
    /// Text of nothing but white space.
    var isBlankText: Bool {
        switch self.content {
        case .text(let text): text.isBlank
        case .refusal(let text): text.isBlank
        case .image, .document, .audio, .toolCall, .toolResult, .reasoning, .opaque: false
        }
    }

    fileprivate var isReasoning: Bool {
        if case .reasoning = self.content { true } else { false }
    }
}
