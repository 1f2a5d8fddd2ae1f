import Exchange

/// The conversation in the order and with the roles that Gemini demands.
///
/// What becomes of a turn never depends on later ones, but for what is added at the very end.
struct TurnList {
    /// Turns of the user and the model, no two neighbours of the same role, the first one the user's. Results of tools
    /// come first in their turn.
    let turns: [Turn]

    init(
        _ request: ExchangeRequest,
        _ target: TranslationTarget,
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) {
        var turns: [Turn] = []
        for turn in request.turns {
            if turn.name != nil { try report.dropped(.place(turn.place), "name") }
            guard let clean = try Self.clean(turn, target.reasoningOwner, &report) else { continue }
            turns.append(clean)
        }
        turns = try Conversation.paired(turns, merges: true, report: &report)
        if let first = turns.first, first.role == .assistant {
            try report.approximated(.place(first.place), "conversation_start")
            turns.insert(Turn(.user, [.text("(conversation start)")]), at: 0)
        }
        if let last = turns.last, last.role == .assistant {
            try Self.judge(last, request.origin, target, &report, &turns)
        }
        self.turns = turns
    }

    /// A turn of the assistant's at the end: a beginning to be continued where the caller's format means that.
    private static func judge(
        _ last: Turn,
        _ origin: FormatID,
        _ target: TranslationTarget,
        _ report: inout TranslationReport,
        _ turns: inout [Turn]
    ) throws(TranslationRefusal) {
        guard origin == .messages else {
            try report.approximated(.place(last.place), "continue")
            return turns.append(Turn(.user, [.text("Continue.")]))
        }
        guard target.capabilities.prefill else {
            throw report.refusal(
                .place(last.place),
                "cannot continue an assistant message",
                wayOut: "End the conversation with a user message."
            )
        }
    }

    /// A turn without what Gemini cannot take; `nil` when nothing is left of one of the assistant's.
    private static func clean(
        _ turn: Turn,
        _ owner: String,
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) -> Turn? {
        var turn = turn
        switch turn.role {
        case .system:
            let texts = try Self.texts(turn, report)
            guard !texts.isEmpty else { return nil }
            try report.approximated(.place(turn.place), "system_reminder")
            let reminder = "<system-reminder>\n\(texts.joined(separator: "\n\n"))\n</system-reminder>"
            return Turn(.user, [.text(reminder, place: turn.place)], place: turn.place)
        case .user:
            turn.blocks.removeAll { $0.isBlankText || $0.isReasoning }
            if turn.blocks.isEmpty { turn.blocks = [.text("(empty)", place: turn.place)] }
            return turn
        case .assistant:
            let isSigned = turn.blocks.contains { $0.isSigned(by: owner) }
            turn.blocks.removeAll { block in
                switch block.content {
                case .reasoning: !block.isSigned(by: owner)
                // Beside signed thoughts everything is replayed as it was.
                case .text(let text): !block.isSigned(by: owner) && (isSigned ? text.text.isEmpty : text.isBlank)
                case .refusal(let text): text.isBlank
                case .image, .document, .audio, .toolCall, .toolResult, .opaque: false
                }
            }
            return turn.blocks.isEmpty ? nil : turn
        }
    }

    private static func texts(_ turn: Turn, _ report: TranslationReport) throws(TranslationRefusal) -> [String] {
        var texts: [String] = []
        for block in turn.blocks {
            guard case .text(let text) = block.content else {
                throw report.refusal(
                    .place(block.place),
                    "takes only text from the system",
                    wayOut: "Send the other content in a user message."
                )
            }
            if !text.isBlank { texts.append(text.text) }
        }
        return texts
    }
}

extension Block {
    fileprivate var isReasoning: Bool {
        if case .reasoning = self.content { true } else { false }
    }

    /// Whether it holds state that this owner can read.
    fileprivate func isSigned(by owner: String) -> Bool {
        switch self.content {
        case .reasoning(let reasoning): reasoning.state?.signature(of: owner) != nil
        case .text(let text): text.state?.signature(of: owner) != nil
        case .toolCall(let call): call.state?.signature(of: owner) != nil
        case .image, .document, .audio, .toolResult, .refusal, .opaque: false
        }
    }
}

extension ReasoningState {
    /// The signature, if it is this owner's and not empty.
    func signature(of owner: String) -> String? {
        self.owner == owner && !self.value.isEmpty ? self.value : nil
    }
}
