/// A place in a caller's request, named without its format; the caller's room spells it in errors and warnings.
public enum RequestField: Hashable, Sendable {
    /// A top-level setting that formats spell differently.
    case parameter(Parameter)
    /// A message or item of the conversation, and a part of its content.
    case place(Place)
    /// The tool definition at this position.
    case tool(Int)
    /// A member that only the caller's format has, as it spells it (`logit_bias`, `mcp_servers`).
    case named(String)

    /// Settings that formats spell differently.
    public enum Parameter: String, Hashable, Sendable, CaseIterable {
        case model, system, messages, tools
        case toolChoice, parallelToolCalls
        case maxOutputTokens, temperature, topP, topK, frequencyPenalty, presencePenalty, seed, stop
        case choiceCount, logprobs
        case outputFormat, verbosity
        case reasoning, reasoningEffort, reasoningBudget, reasoningSummary
        case endUser, metadata, serviceTier, cacheKey, cacheControl, store
    }
}

/// Where something stood in the caller's `messages` or `input`, by position.
public struct Place: Hashable, Sendable {
    /// Index of the message or item; `nil` for what stood outside of them (the system prompt).
    public var message: Int?
    /// Index of the content part inside it.
    public var part: Int?

    /// A place.
    public init(message: Int? = nil, part: Int? = nil) {
        self.message = message
        self.part = part
    }
}
