/// What a model thought, and the vendor's own state of it.
public struct Reasoning: Sendable, Equatable {
    /// The visible thoughts, or their summary; `nil` when the vendor shows none, which is not the same as empty text.
    public var text: String?
    /// `nil` for thoughts of servers that sign nothing.
    public var state: ReasoningState?
    /// The vendor hid the thoughts for safety (Messages' `redacted_thinking`).
    public var isRedacted: Bool

    /// Reasoning.
    public init(text: String?, state: ReasoningState? = nil, isRedacted: Bool = false) {
        self.text = text
        self.state = state
        self.isRedacted = isRedacted
    }
}

/// A vendor's opaque state: a signature, encrypted thoughts. It means something to its owner alone and is returned to it
/// byte for byte, or not at all.
public struct ReasoningState: Sendable, Equatable {
    /// Who can read it: `TranslationTarget.reasoningOwner`.
    public var owner: String
    /// The state, as the vendor wrote it.
    public var value: String

    /// A state.
    public init(owner: String, value: String) {
        self.owner = owner
        self.value = value
    }

    /// The owner of what Anthropic's models sign, on every cloud.
    public static let anthropic = "anthropic"
    /// The owner of what Gemini signs, on every door.
    public static let gemini = "gemini"
    /// The owner of unmarked encrypted reasoning that a Responses caller sends: its own vendor, whoever that is.
    public static let responsesCaller = "responses"
}

/// How much the model should think, and what of it is shown. Everything absent means: the model's own default.
public struct ReasoningIntent: Sendable, Equatable {
    /// Whether to think at all.
    public enum Mode: Sendable, Equatable {
        /// Not said.
        case unset
        case off
        /// The model decides how much.
        case adaptive
        /// On, with `budget` tokens at most.
        case budgeted
    }

    /// A grade, weakest first.
    public enum Effort: String, Sendable, CaseIterable, Comparable {
        case none, minimal, low, medium, high, xhigh, max

        /// Orders by strength.
        public static func < (a: Effort, b: Effort) -> Bool { a.rank < b.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Whether to think.
    public var mode = Mode.unset
    /// How much, by grade.
    public var effort: Effort?
    /// Thinking tokens at most.
    public var budget: Int?
    /// Whether thoughts are to be shown, as `auto`, `concise`, `detailed`, `summarized`, `omitted` in the caller's words.
    public var display: String?
    /// Thoughts, or their summary, are to be shown; `nil` when the caller did not say.
    public var isShown: Bool?

    /// Nothing said.
    public init() {}

    /// Whether the caller said anything about how much to think.
    public var isUnset: Bool { self.mode == .unset && self.effort == nil && self.budget == nil }
}
