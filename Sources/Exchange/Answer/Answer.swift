/// A complete answer in the neutral vocabulary.
public struct Answer: Sendable, Equatable {
    /// What is told before any content.
    public var head = AnswerHead()
    /// The content, in order.
    public var blocks: [AnswerBlock] = []
    /// Why the model stopped.
    public var finish: FinishReason?
    /// Counts; `nil` when the vendor reported none.
    public var usage: TokenUsage?
    /// The tier that served, by intent.
    public var serviceTier: ServiceTier?

    /// An empty answer.
    public init() {}
}

/// What is told of an answer before any content.
public struct AnswerHead: Sendable, Equatable {
    /// The vendor's id of the answer, if it gave one.
    public var id: String?
    /// The vendor's own model name.
    public var model: String?
    /// Seconds since 1970, if the vendor told.
    public var created: Int?
    /// Input counts told early.
    public var usage: TokenUsage?

    /// Nothing told.
    public init() {}
}

/// One block of a complete answer.
public enum AnswerBlock: Sendable, Equatable {
    case text(AnswerText)
    case refusal(String)
    case reasoning(Reasoning)
    case toolCall(ToolCall)
    /// Content that only the vendor's format knows; shown to callers of that format alone.
    case opaque(Opaque)
}

/// Visible text with what belongs to it.
public struct AnswerText: Sendable, Equatable {
    /// The text.
    public var text: String
    /// What it relies on.
    public var citations: [Citation] = []
    /// Log probabilities, an array in Chat's and Responses' shape.
    public var logprobs: RawJSON?
    /// A vendor's state bound to this text.
    public var state: ReasoningState?

    /// Text.
    public init(_ text: String) {
        self.text = text
    }
}

/// Why the model stopped.
public enum FinishReason: Sendable, Equatable {
    /// It had said everything.
    case stop
    /// One of the caller's stop texts came up.
    case stopSequence(String?)
    /// The cap on output tokens.
    case length
    /// The context window is full.
    case contextWindow
    /// Tools are to be run.
    case toolCalls
    /// A safety filter cut the answer.
    case contentFilter
    /// The model, or its vendor's classifier, declined.
    case refusal
    /// The vendor paused a long turn; the caller sends it back to go on.
    case pause
    /// A reason of the vendor's own.
    case other(String)
}
