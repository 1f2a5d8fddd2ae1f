import Exchange

/// Which names for what language models do are told: they still change.
enum GenAIConvention: Sendable {
    /// Those of OpenTelemetry's semantic conventions 1.37, which backends know.
    case settled
    /// The newest, of the repository that the conventions have moved to (`semantic-conventions-genai`, November 2026).
    case latest

    /// By `OTEL_SEMCONV_STABILITY_OPT_IN`: a list by comma, of which what is not known is not meant for us. Who began after 1.36,
    /// as we did, tells newer names by default, and the newest only when asked.
    init(optIn: String?) {
        let words = (optIn ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        self = words.contains("gen_ai_latest_experimental") ? .latest : .settled
    }
}

/// OpenTelemetry's names for what language models do: the one table of them.
///
/// Source: OpenTelemetry semantic conventions for generative AI, 1.37 (in development), and what came after.
enum GenAINames {
    static let operationName = "gen_ai.operation.name"
    static let providerName = "gen_ai.provider.name"
    static let requestModel = "gen_ai.request.model"
    static let requestMaxTokens = "gen_ai.request.max_tokens"
    static let requestStream = "gen_ai.request.stream"
    static let responseID = "gen_ai.response.id"
    static let responseModel = "gen_ai.response.model"
    static let finishReasons = "gen_ai.response.finish_reasons"
    static let firstChunk = "gen_ai.response.time_to_first_chunk"
    static let conversation = "gen_ai.conversation.id"
    static let inputTokens = "gen_ai.usage.input_tokens"
    static let outputTokens = "gen_ai.usage.output_tokens"
    static let cacheReadTokens = "gen_ai.usage.cache_read.input_tokens"
    static let reasoningTokens = "gen_ai.usage.reasoning.output_tokens"
    static let tokenModality = "gen_ai.token.modality"
    static let tokenType = "gen_ai.token.type"
    static let errorType = "error.type"
    static let serverAddress = "server.address"
    static let serverPort = "server.port"

    static let tokenUsage = "gen_ai.client.token.usage"
    /// Before the kinds of tokens, in the newest conventions.
    static let usageCounters = "gen_ai.client.inference.usage."

    /// Tokens written to a vendor's cache.
    static func cacheWriteTokens(_ convention: GenAIConvention) -> String {
        switch convention {
        case .settled: "gen_ai.usage.cache_creation.input_tokens"
        case .latest: "gen_ai.usage.cache_write.input_tokens"
        }
    }

    /// From a request's head to its end.
    static func duration(_ convention: GenAIConvention) -> String {
        switch convention {
        case .settled: "gen_ai.client.operation.duration"
        case .latest: "gen_ai.client.inference.duration"
        }
    }

    /// From a request's head to the first content of its answer.
    static func firstToken(_ convention: GenAIConvention) -> String {
        switch convention {
        case .settled: "gen_ai.server.time_to_first_token"
        case .latest: "gen_ai.client.inference.time_to_first_chunk"
        }
    }

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
