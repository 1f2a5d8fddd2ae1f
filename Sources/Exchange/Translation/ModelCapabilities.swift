/// What a model can do, as the catalogue knows it. The defaults describe an unknown model of a compatible server:
/// nothing is forbidden, and nothing is promised.
public struct ModelCapabilities: Sendable, Equatable {
    /// The family, lower case (`claude-opus-4-6`, `gpt-5`, `gemini-3`).
    public var family = ""
    /// Tokens of input and output together.
    public var contextTokens: Int?
    /// Output tokens at most.
    public var maxOutputTokens: Int?
    /// The cap sent when the caller gave none and the format requires one.
    public var defaultOutputTokens = 4096
    /// Which sampling settings are taken.
    public var sampling = SamplingRule.all
    /// Whether sampling settings are taken while the model thinks.
    public var samplesWhileReasoning = true
    /// Whether frequency and presence penalties are taken.
    public var takesPenalties = true
    /// Whether more than one answer can be asked for.
    public var severalAnswers = true
    /// The highest temperature taken.
    public var maxTemperature = 2.0
    /// How thinking is asked for.
    public var reasoning = ReasoningStyle.none
    /// Whether the model thinks when nothing is said about it.
    public var reasonsByDefault = false
    /// Whether tools can be offered at all.
    public var takesTools = true
    /// Whether a tool can be forced.
    public var forcesTools = true
    /// Whether a tool can be forced while the model thinks.
    public var forcesToolsWhileReasoning = true
    /// How output is held to a schema.
    public var structuredOutput = StructuredOutput.native
    /// Whether tools and a schema can be asked for at once.
    public var structuredOutputWithTools = true
    /// Whether tools can be strict.
    public var strictTools = true
    /// Whether one call at a time can be asked for.
    public var parallelFlag = true
    /// Media types taken, by kind; `nil` when unknown, and then everything is sent.
    public var imageTypes: Set<String>?
    /// Document types taken; `nil` when unknown.
    public var documentTypes: Set<String>?
    /// Audio types taken; `nil` when unknown.
    public var audioTypes: Set<String>?
    /// Whether the vendor fetches images by address.
    public var fetchesImages = true
    /// Whether the last turn may be the assistant's, to be continued.
    public var prefill = true
    /// Whether system text may stand inside the conversation.
    public var midConversationSystem = true
    /// Whether the prompt cache takes marks, and whether the long lifetime is known.
    public var cacheMarks = true
    /// Whether the long cache lifetime is known.
    public var longCache = true
    /// Stop texts at most; 0 for none at all.
    public var maxStopSequences = 4
    /// Chat only: leading system text is `developer`.
    public var usesDeveloperRole = false
    /// OpenAI only: requests of other formats, or tools with reasoning, are better sent to Responses.
    public var prefersResponses = false
    /// OpenAI only: Chat refuses function tools while the model thinks, so that they have to go to Responses.
    public var toolsNeedResponses = false
    /// OpenAI only: the model can be reached by Chat Completions; otherwise by Responses alone.
    public var speaksChat = true

    /// An unknown model.
    public init() {}

    /// Which sampling settings are taken.
    public enum SamplingRule: String, Sendable {
        /// All the format has.
        case all
        /// Temperature, or top-p, not both.
        case temperatureOrTopP
        /// None: the model refuses them.
        case none
    }

    /// How thinking is asked for.
    public enum ReasoningStyle: Sendable, Equatable {
        /// The model does not think.
        case none
        /// By grade.
        case effort(Set<ReasoningIntent.Effort>)
        /// Messages' adaptive thinking with a grade; `canDisable` when it can be switched off.
        case adaptive(Set<ReasoningIntent.Effort>, canDisable: Bool)
        /// By tokens; `canDisable` when it can be switched off (a minimum of 0 means off).
        case budget(ClosedRange<Int>, canDisable: Bool)
    }

    /// How output is held to a schema.
    public enum StructuredOutput: String, Sendable {
        /// By the vendor.
        case native
        /// Any JSON object can be asked for, no schema.
        case jsonOnly
        /// Only by asking in words, or by a forced tool.
        case none
    }
}
