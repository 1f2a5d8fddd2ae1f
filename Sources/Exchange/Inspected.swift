public import Wire

/// What the road needs to know of a request body, found by a format room in the strict gate's result.
///
/// All ranges are byte offsets into the body as received.
public struct Inspected: Sendable, Equatable {
    /// The model asked for, decoded: the path's when it names one, otherwise the body's.
    public var model: String
    /// The model's value including its quotes; `nil` when the body has none.
    public var modelRange: Range<Int>?
    /// Whether the caller asked for server-sent events.
    public var isStream = false
    /// The caller's own cap on output tokens, whatever its field is called; of two, the larger one.
    public var maxOutputTokens: Int?
    /// Where the cap is, or could be put; `nil` for operations without one, and for an empty body.
    public var outputCap: OutputCap?
    /// What the request holds that makes it cost more than its text.
    public var cost = RequestCost()
    /// How many answers the vendor makes and bills: `n` or `best_of`, for each prompt where there are several; at least 1.
    public var choiceCount = 1
    /// Chat only: the edit that makes the vendor report usage in a stream; `nil` when the caller asked for it itself,
    /// or the request is not a stream. When this edit is applied the usage-only chunk is hidden from the caller.
    public var usageEdit: BytePatch?
    /// Edits that any upstream of the same format needs (blocks with an empty signature cut), ascending, not overlapping.
    public var edits: [BytePatch] = []
    /// Fields present that refer to state stored at the vendor under the account's own name
    /// (`previous_response_id`, `background`, …), in order of appearance.
    public var storedStateFields: [String] = []
    /// Chat only: tools are offered, which some models take in Responses alone when they think.
    public var offersTools = false
    /// The newest reasoning in the request that only its maker can read: the content of its signature, of redacted thoughts, or
    /// of encrypted ones, between the quotes.
    public var reasoningState: Range<Int>?
    /// What all requests of one use begin with, as a rule.
    public var prefix = StablePrefix()
    /// A label that ties requests of one conversation together (`prompt_cache_key`, `metadata.user_id` …), at most 256 bytes.
    public var session: String?

    /// Tools and instructions: what vendors find in their caches although the conversation is new.
    public struct StablePrefix: Sendable, Equatable {
        /// The list of tools.
        public var tools: Range<Int>?
        /// The system prompt, or the message that holds it.
        public var instructions: Range<Int>?

        /// Neither.
        public init() {}

        /// Bytes of both.
        public var count: Int { (self.tools?.count ?? 0) + (self.instructions?.count ?? 0) }
    }

    /// An inspection result that names a model.
    public init(model: String, modelRange: Range<Int>?) {
        self.model = model
        self.modelRange = modelRange
    }
}
