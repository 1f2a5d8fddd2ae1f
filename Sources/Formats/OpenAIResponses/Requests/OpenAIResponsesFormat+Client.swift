public import Exchange
public import Wire

extension OpenAIResponsesFormat: ClientFormat {
    /// Reads a request for a response.
    ///
    /// - Parameters:
    ///   - root: The body's root.
    ///   - version: Ignored: this format has no versions.
    /// - Returns: The request; what refers to the vendor's own state is among its leftovers, to be refused.
    /// - Throws: `GatewayFailure` of kind `.invalidRequest` naming the member that has a wrong type or value.
    public func decodeRequest(_ root: JSONValue, version: String?) throws(GatewayFailure) -> ExchangeRequest {
        var reader = ResponsesRequestReader(model: try RequestFields(root).inspected(pathModel: nil).model)
        try reader.read(root)
        return reader.request
    }

    /// A writer for one response.
    public func makeAnswerEncoder(for request: ExchangeRequest, context: AnswerContext) -> any AnswerEncoder {
        ResponsesAnswerEncoder(request: request, context: context)
    }

    /// `text.format`, `input[3].content[1]`, `tools[0]`.
    public func spelling(of field: RequestField) -> String {
        switch field {
        case .parameter(let parameter): Self.spelling(of: parameter)
        case .tool(let index): "tools[\(index)]"
        case .named(let name): name
        case .place(let place): Self.spelling(of: place)
        }
    }

    private static func spelling(of place: Place) -> String {
        guard let message = place.message else { return "instructions" }
        guard let part = place.part else { return "input[\(message)]" }
        return "input[\(message)].content[\(part)]"
    }

    private static func spelling(of parameter: RequestField.Parameter) -> String {
        switch parameter {
        case .model: "model"
        case .system: "instructions"
        case .messages: "input"
        case .tools: "tools"
        case .toolChoice: "tool_choice"
        case .parallelToolCalls: "parallel_tool_calls"
        case .maxOutputTokens: "max_output_tokens"
        case .temperature: "temperature"
        case .topP: "top_p"
        case .topK: "top_k"
        case .frequencyPenalty: "frequency_penalty"
        case .presencePenalty: "presence_penalty"
        case .seed: "seed"
        case .stop: "stop"
        case .choiceCount: "n"
        case .logprobs: "top_logprobs"
        case .outputFormat: "text.format"
        case .verbosity: "text.verbosity"
        case .reasoning, .reasoningBudget: "reasoning"
        case .reasoningEffort: "reasoning.effort"
        case .reasoningSummary: "reasoning.summary"
        case .endUser: "safety_identifier"
        case .metadata: "metadata"
        case .serviceTier: "service_tier"
        case .cacheKey: "prompt_cache_key"
        case .cacheControl: "prompt_cache_breakpoint"
        case .store: "store"
        }
    }
}
