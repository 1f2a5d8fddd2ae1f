import AnthropicMessages
import BedrockConverse
public import Exchange
import GeminiContent
import OpenAIChat
import OpenAIResponses

/// The rooms, by number.
public enum Rooms {
    /// All that callers speak.
    public static let clients: [any ClientFormat] = [
        OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat(),
    ]
    /// All that vendors speak.
    public static let vendors: [any VendorFormat] = [
        OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat(), GeminiContentFormat(),
        BedrockConverseFormat(),
    ]

    /// Targets that differ in what their models can do.
    ///
    /// - Parameter room: Who is asked.
    /// - Returns: An unknown model, one that thinks and can do much, and one that can do little.
    public static func targets(of room: any VendorFormat) -> [TranslationTarget] {
        var generous = ModelCapabilities()
        generous.family = "claude-opus-4-6"
        generous.reasoning = .adaptive([.low, .medium, .high, .max], canDisable: true)
        generous.maxOutputTokens = 64_000
        generous.forcesToolsWhileReasoning = false
        generous.usesDeveloperRole = true
        generous.sampling = .temperatureOrTopP
        generous.samplesWhileReasoning = false
        var graded = ModelCapabilities()
        graded.family = "gpt-5"
        graded.reasoning = .effort([.minimal, .low, .medium, .high])
        graded.reasonsByDefault = true
        graded.sampling = .none
        graded.maxStopSequences = 0
        graded.structuredOutputWithTools = false
        var poor = ModelCapabilities()
        poor.family = "claude-3-5-sonnet"
        poor.reasoning = .budget(1024...32_000, canDisable: true)
        poor.maxTemperature = 1
        poor.structuredOutput = .none
        poor.forcesTools = false
        poor.strictTools = false
        poor.parallelFlag = false
        poor.prefill = false
        poor.midConversationSystem = false
        poor.cacheMarks = false
        poor.fetchesImages = false
        poor.imageTypes = ["image/png"]
        poor.documentTypes = []
        poor.maxStopSequences = 1
        return [ModelCapabilities(), generous, graded, poor].enumerated().map { index, capabilities in
            var target = TranslationTarget(
                provider: "vendor",
                model: index % 2 == 0 ? "model" : "anthropic.claude-opus-4-6-v1:0",
                capabilities: capabilities,
                reasoningOwner: Self.owner(of: room)
            )
            target.chat.isOpenAI = index % 2 == 0
            target.chat.wantsReasoningBack = index == 3
            target.gemini.isVertex = index % 2 == 1
            target.seed = "seed"
            return target
        }
    }

    /// Whose reasoning state a room reads.
    public static func owner(of room: any VendorFormat) -> String {
        switch room.id {
        case .messages: ReasoningState.anthropic
        case .responses: "openai"
        case .chat: "local"
        default: room.id.rawValue.hasPrefix("gemini") ? ReasoningState.gemini : ReasoningState.anthropic
        }
    }

    /// Requests whose answers are written for the callers: plain, and with everything that changes answers.
    public static func requests(of room: any ClientFormat) -> [ExchangeRequest] {
        var plain = ExchangeRequest(origin: room.id, model: "fast")
        plain.isStream = true
        var rich = plain
        rich.logprobs = 2
        rich.wantsUsage = false
        rich.reasoning.isShown = true
        rich.reasoning.display = "detailed"
        rich.tools = [
            Tool(.function(schema: .emptyObject, strict: nil), name: "f"),
            Tool(.custom(format: nil), name: "c", index: 1),
        ]
        rich.usesLegacyFunctions = room.id == .chat
        return [plain, rich]
    }
}

extension ClientFormat {
    /// Which format this is, for messages.
    public var label: String { self.id.rawValue }
}

extension Rooms {
    /// What a request may have left to be changed back in its answer.
    public static func notes(of room: any VendorFormat) -> [ReplyNotes] {
        var plain = ReplyNotes()
        plain.reasoningOwner = Self.owner(of: room)
        plain.seed = "seed"
        var changed = plain
        changed.toolNames = ["f": "the caller's own name"]
        changed.customTools = ["c"]
        changed.outputTool = "json_output"
        changed.isReasoning = true
        return [plain, changed]
    }
}
