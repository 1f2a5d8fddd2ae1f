public import Exchange
public import Wire

extension AnthropicMessagesFormat: ClientFormat {
    /// Reads a request of version 2023-06-01 or 2026-10-21; the second knows no sampling settings and refuses them.
    ///
    /// - Parameters:
    ///   - root: The body's root, which passed the strict gate; valid only during the call.
    ///   - version: The value of `anthropic-version`; without one, the older version counts.
    /// - Returns: Everything the caller can rely on.
    /// - Throws: `GatewayFailure` of kind `.invalidRequest` that names the field.
    public func decodeRequest(_ root: JSONValue, version: String?) throws(GatewayFailure) -> ExchangeRequest {
        try MessagesRequestDecoder.decode(root, version: version)
    }

    /// `max_tokens`, `stop_sequences`, `system[1]`, `messages[3].content[1]`, `tools[2]`.
    public func spelling(of field: RequestField) -> String {
        switch field {
        case .parameter(let parameter): Self.spelling(of: parameter)
        case .tool(let index): "tools[\(index)]"
        case .named(let name): name
        case .place(let place): Self.spelling(of: place)
        }
    }

    /// A writer for the answer to one request.
    public func makeAnswerEncoder(for request: ExchangeRequest, context: AnswerContext) -> any AnswerEncoder {
        MessagesAnswerEncoder(context: context)
    }

    private static func spelling(of place: Place) -> String {
        let part = place.part.map { "[\($0)]" } ?? ""
        guard let message = place.message else { return "system\(part)" }
        return part.isEmpty ? "messages[\(message)]" : "messages[\(message)].content\(part)"
    }

    private static func spelling(of parameter: RequestField.Parameter) -> String {
        switch parameter {
        case .model: "model"
        case .system: "system"
        case .messages: "messages"
        case .tools: "tools"
        case .toolChoice: "tool_choice"
        case .parallelToolCalls: "tool_choice.disable_parallel_tool_use"
        case .maxOutputTokens: "max_tokens"
        case .temperature: "temperature"
        case .topP: "top_p"
        case .topK: "top_k"
        case .frequencyPenalty: "frequency_penalty"
        case .presencePenalty: "presence_penalty"
        case .seed: "seed"
        case .stop: "stop_sequences"
        case .choiceCount: "n"
        case .logprobs: "logprobs"
        case .outputFormat: "output_config.format"
        case .verbosity: "verbosity"
        case .reasoning: "thinking"
        case .reasoningEffort: "output_config.effort"
        case .reasoningBudget: "thinking.budget_tokens"
        case .reasoningSummary: "thinking.display"
        case .endUser: "metadata.user_id"
        case .metadata: "metadata"
        case .serviceTier: "service_tier"
        case .cacheKey: "prompt_cache_key"
        case .cacheControl: "cache_control"
        case .store: "store"
        }
    }
}
