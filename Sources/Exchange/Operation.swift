/// What a caller asks for. The data plane's routes map to exactly these.
public enum Operation: String, Sendable, CaseIterable {
    /// `POST /v1/chat/completions`
    case chat
    /// `POST /v1/responses`
    case responses
    /// `POST /v1/messages`
    case messages
    /// `POST /v1/messages/count_tokens`
    case countTokens = "count_tokens"
    /// `POST /v1/embeddings`
    case embeddings
    /// `POST /v1/completions`
    case completions
    /// `POST /v1/moderations`
    case moderations
    /// `POST /v1/responses/input_tokens`
    case responsesInputTokens = "responses_input_tokens"
    /// `POST /v1/responses/compact`
    case responsesCompact = "responses_compact"
    /// `GET /v1/models` and `GET /v1/models/{id}`, answered by Martlet itself.
    case models

    /// The format that reads this operation's body and writes its errors.
    public var format: FormatID {
        switch self {
        case .chat, .embeddings, .completions, .moderations, .models: .chat
        case .responses, .responsesInputTokens, .responsesCompact: .responses
        case .messages, .countTokens: .messages
        }
    }

    /// Whether the operation only counts tokens: rate-limited, but it reserves nothing and bills nothing.
    public var countsOnly: Bool {
        switch self {
        case .countTokens, .responsesInputTokens: true
        case .chat, .responses, .messages, .embeddings, .completions, .moderations, .responsesCompact, .models: false
        }
    }

    /// Whether the vendor may answer with server-sent events.
    public var streams: Bool {
        switch self {
        case .chat, .responses, .messages, .completions: true
        case .countTokens, .embeddings, .moderations, .responsesInputTokens, .responsesCompact, .models: false
        }
    }
}
