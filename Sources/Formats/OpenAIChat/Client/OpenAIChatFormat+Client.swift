public import Exchange
public import Wire

extension OpenAIChatFormat: ClientFormat {
    /// Reads a `chat.completions` request.
    ///
    /// - Parameters:
    ///   - root: The body's root.
    ///   - version: Not used: Chat has no versions.
    /// - Returns: Everything the caller can rely on.
    /// - Throws: `GatewayFailure` of kind `.invalidRequest` naming the field, for what no vendor could take.
    public func decodeRequest(_ root: JSONValue, version: String?) throws(GatewayFailure) -> ExchangeRequest {
        do throws(Misfit) {
            var reader = try ChatRequestReader(root)
            return try reader.read()
        } catch {
            throw error.failure
        }
    }

    /// Chat's name of a field. Where Chat has two, the newer one.
    public func spelling(of field: RequestField) -> String {
        switch field {
        case .parameter(let parameter): Self.spelling(parameter)
        case .place(let place):
            switch (place.message, place.part) {
            case (let message?, let part?): "messages[\(message)].content[\(part)]"
            case (let message?, nil): "messages[\(message)]"
            case (nil, _): "messages"
            }
        case .tool(let index): "tools[\(index)]"
        case .named(let name): name
        }
    }

    private static func spelling(_ parameter: RequestField.Parameter) -> String {
        switch parameter {
        case .model: "model"
        case .system, .messages: "messages"
        case .tools: "tools"
        case .toolChoice: "tool_choice"
        case .parallelToolCalls: "parallel_tool_calls"
        case .maxOutputTokens: "max_completion_tokens"
        case .temperature: "temperature"
        case .topP: "top_p"
        case .topK: "top_k"
        case .frequencyPenalty: "frequency_penalty"
        case .presencePenalty: "presence_penalty"
        case .seed: "seed"
        case .stop: "stop"
        case .choiceCount: "n"
        case .logprobs: "logprobs"
        case .outputFormat: "response_format"
        case .verbosity: "verbosity"
        case .reasoning, .reasoningEffort, .reasoningBudget, .reasoningSummary: "reasoning_effort"
        case .endUser: "safety_identifier"
        case .metadata: "metadata"
        case .serviceTier: "service_tier"
        case .cacheKey: "prompt_cache_key"
        case .cacheControl: "cache_control"
        case .store: "store"
        }
    }

    /// A writer for one answer: chunks, or a whole completion.
    public func makeAnswerEncoder(for request: ExchangeRequest, context: AnswerContext) -> any AnswerEncoder {
        ChatAnswerEncoder(request: request, context: context)
    }
}
