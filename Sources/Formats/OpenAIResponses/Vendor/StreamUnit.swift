import Exchange

/// A block in the making: a part of a message, reasoning, a call, or an item that only this format knows.
///
/// Only the first one in line is told as it grows; what comes for the others meanwhile is kept until it is their turn.
struct StreamUnit {
    /// Where it belongs in the response.
    struct Key: Hashable {
        /// `output_index`
        var item: Int
        /// `content_index` of a message's part; otherwise 0.
        var part = 0
    }

    /// Something told of it.
    enum Piece {
        case delta(String)
        case citation(Citation)
        case logprobs(RawJSON)
        case state(ReasoningState)

        /// As an event of the block at this index.
        func event(_ index: Int) -> AnswerEvent {
            switch self {
            case .delta(let text): .delta(index, text)
            case .citation(let citation): .citation(index, citation)
            case .logprobs(let json): .logprobs(index, json)
            case .state(let state): .state(index, state)
            }
        }
    }

    /// How it opens; `nil` for a call whose name has not been told yet.
    var opening: BlockOpening?
    /// Its beginning has been told.
    var isTold = false
    /// Nothing more will come.
    var isClosed = false
    /// What waits for its turn.
    var waiting: [Piece] = []
    var hasText = false
    var hasCitations = false
    var hasLogprobs = false
    /// The part of a summary that the last piece belonged to, and whether it was the thoughts themselves.
    var thought: Thought?

    /// A part of reasoning.
    struct Thought: Equatable {
        var isSummary: Bool
        var part: Int
    }

    init(_ opening: BlockOpening?) {
        self.opening = opening
    }

    var isReasoning: Bool { if case .reasoning = self.opening { true } else { false } }

    /// Whether it is told without any content.
    var opensAtOnce: Bool {
        switch self.opening {
        case .toolCall, .opaque: true
        case .text, .refusal, .reasoning, nil: false
        }
    }
}
