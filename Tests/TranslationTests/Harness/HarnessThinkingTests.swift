import AnthropicMessages
import BedrockConverse
import Exchange
import OpenAIChat
import OpenAIResponses
import Testing

/// What the capability table says of thinking is read in every room.
@Suite struct HarnessThinkingTests {
    struct Case: Sendable {
        var effort: ReasoningIntent.Effort?
        var reasonsByDefault = false
        var samplesWhileReasoning = false
        var sends: Bool
    }

    private static let cases: [Case] = [
        Case(effort: nil, sends: true), Case(effort: .low, sends: false),
        Case(effort: ReasoningIntent.Effort.none, sends: true),
        Case(effort: nil, reasonsByDefault: true, sends: false),
        Case(effort: ReasoningIntent.Effort.none, reasonsByDefault: true, sends: true),
        Case(effort: .low, samplesWhileReasoning: true, sends: true),
        Case(effort: nil, reasonsByDefault: true, samplesWhileReasoning: true, sends: true),
    ]

    private static let rooms: [any VendorFormat] = [
        OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat(), BedrockConverseFormat(),
    ]

    private static func target(_ room: any VendorFormat, _ test: Case) -> TranslationTarget {
        var capabilities = ModelCapabilities()
        let isClaude = room.id == .messages || room.id == .converse
        capabilities.reasoning =
            isClaude ? .adaptive([.low, .high], canDisable: true) : .effort([.none, .low, .high])
        capabilities.reasonsByDefault = test.reasonsByDefault
        capabilities.samplesWhileReasoning = test.samplesWhileReasoning
        var target = TranslationTarget(
            provider: "p",
            model: isClaude ? "anthropic.claude-new" : "gpt-new",
            capabilities: capabilities,
            reasoningOwner: "p"
        )
        target.chat.isOpenAI = true
        return target
    }

    @Test(arguments: Self.cases)
    func `temperature goes along unless the model thinks and then takes none`(_ test: Case) throws {
        for room in Self.rooms {
            var request = ExchangeRequest(origin: .chat, model: "m")
            request.turns = [Turn(.user, [.text("Hi")])]
            request.sampling.temperature = .value(0.5)
            request.reasoning.effort = test.effort
            if test.effort == ReasoningIntent.Effort.none { request.reasoning.mode = .off }
            let sent = try Translation.encode(request, with: room, for: Self.target(room, test), isStrict: false)
            let body = String(decoding: sent.encoded.body, as: UTF8.self)
            #expect(body.contains(#""temperature":0.5"#) == test.sends, "\(room.id): \(body)")
            let isDropped = sent.warnings.contains { $0.field == .parameter(.temperature) && $0.kind == .dropped }
            #expect(isDropped == !test.sends, "\(room.id)")
        }
    }

    @Test func `a tool forced on a model that thinks unasked switches its thoughts off`() throws {
        for room in Self.rooms.suffix(2) {
            var request = ExchangeRequest(origin: .chat, model: "m")
            request.turns = [Turn(.user, [.text("Hi")])]
            request.tools = [Tool(.function(schema: nil, strict: nil), name: "f")]
            request.toolChoice = .required
            var target = Self.target(room, Case(effort: nil, reasonsByDefault: true, sends: false))
            target.capabilities.forcesToolsWhileReasoning = false
            let sent = try Translation.encode(request, with: room, for: target, isStrict: false)
            #expect(String(decoding: sent.encoded.body, as: UTF8.self).contains(#""thinking":{"type":"disabled"}"#))
            #expect(sent.warnings.map(\.detail) == ["off_for_forced_tool"])
        }
    }
}
