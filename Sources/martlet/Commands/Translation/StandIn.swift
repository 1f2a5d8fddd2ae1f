import Exchange
import Providers

/// What a kind of provider cannot be made without, made up: only paths show it.
struct StandIn {
    /// The base URL, for kinds that have none of their own.
    var baseURL: String?
    /// Settings that are needed.
    var settings: [String: String] = [:]

    init(_ kind: ProviderKind, _ format: FormatID) {
        switch kind {
        case .bedrock: self.settings = ["region": "us-east-1"]
        case .vertex: self.settings = ["google_project": "your-project"]
        case .azureOpenAI, .azureAnthropic: self.settings = ["resource": "your-resource"]
        case .openAICompatible:
            self.baseURL = "https://your-server.example/v1"
            // Operations that generate are named like their formats.
            self.settings = ["operations": format.rawValue]
        default: break
        }
    }

    /// Who is asked in a format, when nobody says.
    static let usualKinds: [FormatID: ProviderKind] = [
        .chat: .openAI, .responses: .openAI, .messages: .anthropic, .gemini: .gemini, .converse: .bedrock,
    ]
}
