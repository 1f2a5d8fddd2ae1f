/// Who is asked, as far as a vendor's room needs to know.
public struct TranslationTarget: Sendable, Equatable {
    /// The provider's configured name, for messages and envelopes.
    public var provider: String
    /// The vendor's own model name, written into the body where the format has it there.
    public var model: String
    /// What the model can do.
    public var capabilities: ModelCapabilities
    /// Whose reasoning state this target reads and writes.
    public var reasoningOwner: String
    /// How this server's Chat dialect differs.
    public var chat = ChatDialect()
    /// How this door to Gemini differs.
    public var gemini = GeminiDialect()
    /// Lower-case letters and digits, unique to this exchange. Never part of a request's content.
    public var seed = ""

    /// A target.
    public init(provider: String, model: String, capabilities: ModelCapabilities, reasoningOwner: String) {
        self.provider = provider
        self.model = model
        self.capabilities = capabilities
        self.reasoningOwner = reasoningOwner
    }

    /// For messages: provider and model.
    public var description: String { "\(self.provider)/\(self.model)" }
}

/// Differences between servers that speak Chat Completions.
public struct ChatDialect: Sendable, Equatable {
    /// OpenAI's own names (`max_completion_tokens`, `developer`); other servers know the old ones.
    public var isOpenAI = false
    /// Whether `stream_options.include_usage` is understood.
    public var includesUsage = true
    /// Whether the server wants its own unsigned `reasoning_content` back in the history.
    public var wantsReasoningBack = false

    /// A compatible server.
    public init() {}
}
