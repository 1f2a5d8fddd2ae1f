import Exchange

/// OpenTelemetry's names for what language models do: the one table of them.
///
/// Source: OpenTelemetry semantic conventions for generative AI, 1.37 (in development).
enum GenAINames {
    static let operationName = "gen_ai.operation.name"
    static let providerName = "gen_ai.provider.name"
    static let requestModel = "gen_ai.request.model"
    static let requestMaxTokens = "gen_ai.request.max_tokens"
    static let requestStream = "gen_ai.request.stream"
    static let finishReasons = "gen_ai.response.finish_reasons"
    static let firstChunk = "gen_ai.response.time_to_first_chunk"
    static let conversation = "gen_ai.conversation.id"
    static let inputTokens = "gen_ai.usage.input_tokens"
    static let outputTokens = "gen_ai.usage.output_tokens"
    static let cacheReadTokens = "gen_ai.usage.cache_read.input_tokens"
    static let cacheWriteTokens = "gen_ai.usage.cache_creation.input_tokens"
    static let reasoningTokens = "gen_ai.usage.reasoning.output_tokens"
    static let tokenType = "gen_ai.token.type"
    static let errorType = "error.type"
    static let serverAddress = "server.address"
    static let serverPort = "server.port"

    static let tokenUsage = "gen_ai.client.token.usage"
    static let operationDuration = "gen_ai.client.operation.duration"
    static let firstToken = "gen_ai.server.time_to_first_token"

    /// `gen_ai.operation.name`
    static func operation(_ operation: Exchange.Operation) -> String {
        switch operation {
        case .chat, .responses, .messages, .responsesCompact: "chat"
        case .embeddings: "embeddings"
        case .completions: "text_completion"
        case .countTokens, .moderations, .responsesInputTokens, .models: operation.rawValue
        }
    }

    /// `gen_ai.provider.name` of a provider's kind.
    static func provider(kind: String) -> String {
        switch kind {
        case "azure-openai": "azure.ai.openai"
        case "azure-anthropic": "azure.ai.inference"
        case "gemini": "gcp.gemini"
        case "vertex": "gcp.vertex_ai"
        case "bedrock": "aws.bedrock"
        default: kind
        }
    }

    /// `http.route`
    static func route(_ operation: Exchange.Operation) -> String {
        switch operation {
        case .chat: "/v1/chat/completions"
        case .responses: "/v1/responses"
        case .messages: "/v1/messages"
        case .countTokens: "/v1/messages/count_tokens"
        case .embeddings: "/v1/embeddings"
        case .completions: "/v1/completions"
        case .moderations: "/v1/moderations"
        case .responsesInputTokens: "/v1/responses/input_tokens"
        case .responsesCompact: "/v1/responses/compact"
        case .models: "/v1/models"
        }
    }
}
