import AnthropicMessages
import BedrockConverse
import Catalogue
import Exchange
import Gateway
import GeminiContent
import OpenAIChat
import OpenAIResponses
import Providers

/// Every format there is: where a new room is registered.
enum Rooms {
    /// The format that requests of Martlet's own are written in.
    static let chat: any ClientFormat = OpenAIChatFormat()

    /// The formats callers speak.
    static let clients: [any ClientFormat] = [Self.chat, OpenAIResponsesFormat(), AnthropicMessagesFormat()]

    /// The formats vendors are asked in.
    static let vendors: [any VendorFormat] = [
        OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat(), GeminiContentFormat(),
        BedrockConverseFormat(),
    ]

    /// How targets are reached from formats they do not speak.
    static let translations = TranslationTable(rooms: Self.vendors, claude: CloudClaude()) { provider, model in
        // What was refused when it was configured is not there to be refused again.
        let configured = (try? ConfiguredCapabilities(settings: provider.settings)) ?? ConfiguredCapabilities()
        return configured.capabilities(provider: provider.kind.rawValue, vendor: provider.name, model: model)
    }
}
