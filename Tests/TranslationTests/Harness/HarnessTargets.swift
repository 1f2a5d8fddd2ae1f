import AnthropicMessages
import BedrockConverse
import Catalogue
import Exchange
import GeminiContent
import OpenAIChat
import OpenAIResponses
import Testing

/// A caller's format under test.
enum HarnessClient: String, CaseIterable, Sendable {
    case chat, responses, messages

    var format: FormatID { FormatID(self.rawValue) }

    var room: any ClientFormat {
        switch self {
        case .chat: OpenAIChatFormat()
        case .responses: OpenAIResponsesFormat()
        case .messages: AnthropicMessagesFormat()
        }
    }

    /// The targets that do not speak this format: everything to them is translated.
    var targets: [HarnessTarget] { HarnessTarget.all.filter { $0.room.id != self.format } }
}

/// A model at a vendor, with what the program's own table knows of it.
struct HarnessTarget: Sendable, CustomTestStringConvertible {
    /// Short; names the file of a golden result.
    let name: String
    let room: any VendorFormat
    let target: TranslationTarget

    var testDescription: String { self.name }

    private init(
        _ name: String,
        _ room: any VendorFormat,
        kind: String,
        model: String,
        owner: String? = nil,
        _ change: (inout TranslationTarget) -> Void = { _ in }
    ) {
        let capabilities = CapabilityTable.builtIn.capabilities(provider: kind, model: model)
        var target = TranslationTarget(
            provider: kind,
            model: model,
            capabilities: capabilities,
            reasoningOwner: owner ?? kind
        )
        target.seed = "seed"
        change(&target)
        self.name = name
        self.room = room
        self.target = target
    }

    static let openAIChat = HarnessTarget("openai-chat", OpenAIChatFormat(), kind: "openai", model: "gpt-4.1-mini") {
        $0.chat.isOpenAI = true
    }
    static let openAIChatThinking = HarnessTarget(
        "openai-chat-thinking",
        OpenAIChatFormat(),
        kind: "openai",
        model: "gpt-5.2"
    ) { $0.chat.isOpenAI = true }
    static let openAIResponses = HarnessTarget(
        "openai-responses",
        OpenAIResponsesFormat(),
        kind: "openai",
        model: "gpt-5.5"
    )
    static let azureChat = HarnessTarget("azure-chat", OpenAIChatFormat(), kind: "azure-openai", model: "gpt-4.1") {
        $0.chat.isOpenAI = true
    }
    static let azureResponses = HarnessTarget(
        "azure-responses",
        OpenAIResponsesFormat(),
        kind: "azure-openai",
        model: "gpt-5.1"
    )
    static let claude = HarnessTarget(
        "claude",
        AnthropicMessagesFormat(),
        kind: "anthropic",
        model: "claude-opus-5-5",
        owner: ReasoningState.anthropic
    )
    static let claudeSonnet = HarnessTarget(
        "claude-sonnet",
        AnthropicMessagesFormat(),
        kind: "anthropic",
        model: "claude-sonnet-4-6",
        owner: ReasoningState.anthropic
    )
    static let claudeBudget = HarnessTarget(
        "claude-budget",
        AnthropicMessagesFormat(),
        kind: "anthropic",
        model: "claude-sonnet-4-5",
        owner: ReasoningState.anthropic
    )
    static let claudeOld = HarnessTarget(
        "claude-old",
        AnthropicMessagesFormat(),
        kind: "anthropic",
        model: "claude-3-5-haiku",
        owner: ReasoningState.anthropic
    )
    static let gemini2 = HarnessTarget("gemini-2", GeminiContentFormat(), kind: "gemini", model: "gemini-2.5-flash")
    static let gemini3 = HarnessTarget("gemini-3", GeminiContentFormat(), kind: "gemini", model: "gemini-3-pro")
    static let vertex = HarnessTarget(
        "vertex",
        GeminiContentFormat(),
        kind: "vertex",
        model: "gemini-3-flash",
        owner: ReasoningState.gemini
    ) { $0.gemini.isVertex = true }
    static let bedrockClaude = HarnessTarget(
        "bedrock-claude",
        BedrockConverseFormat(),
        kind: "bedrock",
        model: "anthropic.claude-sonnet-4-5-20250929-v1:0",
        owner: ReasoningState.anthropic
    )
    static let bedrockNova = HarnessTarget(
        "bedrock-nova",
        BedrockConverseFormat(),
        kind: "bedrock",
        model: "amazon.nova-2-lite-v1:0"
    )
    static let compatible = HarnessTarget(
        "compatible",
        OpenAIChatFormat(),
        kind: "openai-compatible",
        model: "llama-3.3-70b"
    )
    static let compatibleSeeing = HarnessTarget(
        "compatible-seeing",
        OpenAIChatFormat(),
        kind: "openai-compatible",
        model: "llama-4-maverick"
    )
    static let compatibleThinking = HarnessTarget(
        "compatible-thinking",
        OpenAIChatFormat(),
        kind: "openai-compatible",
        model: "gpt-oss-120b"
    )

    static let all = [
        Self.openAIChat, Self.openAIChatThinking, Self.openAIResponses, Self.azureChat, Self.azureResponses,
        Self.claude,
        Self.claudeSonnet, Self.claudeBudget, Self.claudeOld, Self.gemini2, Self.gemini3, Self.vertex,
        Self.bedrockClaude, Self.bedrockNova, Self.compatible, Self.compatibleSeeing, Self.compatibleThinking,
    ]
}
