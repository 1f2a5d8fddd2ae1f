/// One step of a streamed answer.
///
/// Every decoder promises: `start` first and once; one block open at a time, indices counting from 0 without gaps; each
/// block closed before the next opens and before `finish`; after `end` or `fail`, nothing. `usage` is cumulative and may
/// come at any time; a later one replaces an earlier one as a whole.
public enum AnswerEvent: Sendable, Equatable {
    case start(AnswerHead)
    /// A block begins.
    case open(Int, BlockOpening)
    /// The next piece of the open block: of text, refusal, thoughts, or a call's arguments.
    case delta(Int, String)
    case citation(Int, Citation)
    /// Log probabilities of the text just sent, an array.
    case logprobs(Int, RawJSON)
    /// The vendor's state of the open block; comes once, whole, before its `close`.
    case state(Int, ReasoningState)
    case close(Int)
    /// Counts so far.
    case usage(TokenUsage)
    case finish(FinishReason)
    /// The vendor failed, or broke its own protocol.
    case fail(GatewayFailure)
    /// The answer is complete.
    case end

    /// Whether the exchange is committed by it: the caller has been told something that another vendor would tell otherwise.
    public var isContent: Bool {
        switch self {
        case .open(_, let opening): opening.isContent
        case .delta(_, let text): !text.isEmpty
        case .citation, .logprobs, .state: true
        case .start, .close, .usage, .finish, .fail, .end: false
        }
    }
}

/// What kind of block begins.
public enum BlockOpening: Sendable, Equatable {
    case text
    case refusal
    /// Thoughts; `isRedacted` ones have a state and no text, and `isShown` is false where the vendor shows no text at all.
    case reasoning(isRedacted: Bool)
    /// A call. Its input follows as deltas; `isFreeText` for custom tools.
    case toolCall(id: String, name: String, isFreeText: Bool)
    /// A whole block that only the vendor's format knows; no deltas follow.
    case opaque(Opaque)

    /// Whether the beginning alone commits the exchange.
    var isContent: Bool {
        switch self {
        case .toolCall, .opaque: true
        case .text, .refusal: false
        case .reasoning(let isRedacted): isRedacted
        }
    }
}
