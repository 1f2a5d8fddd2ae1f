import Exchange
import MartletTesting
import OpenAIChat
import Testing
import Wire

@Suite struct ChatRoundTripTests {
    private static let signed = ReasoningState(owner: "gemini", value: "sig")

    private static let answers: [[AnswerBlock]] = [
        [.text(AnswerText("hello"))],
        [.refusal("no")],
        [.toolCall(ToolCall(id: "a", name: "f", input: ToolInput(.claimedObject, #"{"x":1.0}"#)))],
        [
            .reasoning(Reasoning(text: "hm")), .text(AnswerText("let me see")),
            .toolCall(ToolCall(id: "a", name: "f", input: ToolInput(.claimedObject, "{}"), state: Self.signed)),
            .toolCall(ToolCall(id: "b", name: "g", input: ToolInput(.freeText, "free"))),
        ],
    ]

    @Test(arguments: Self.answers)
    func `an answer that is sent back as history is the same again`(blocks: [AnswerBlock]) throws {
        var answer = Answer()
        answer.blocks = blocks
        answer.finish = .stop
        var context = ChatProbe.context
        context.showsReasoning = true
        let whole = ChatProbe.whole(answer, for: ChatProbe.request(), context)
        let message = try ChatProbe.parse(whole) { root in
            String(
                decoding: root["choices"]?.element(0)?["message"]?.bytes ?? .init(start: nil, count: 0),
                as: UTF8.self
            )
        }
        let request = try ChatProbe.decode(messages: "[\(message)]")
        #expect(request.leftovers.isEmpty)
        #expect(ChatProbe.contents(request.turns[0].blocks) == blocks.map(Self.content))
    }

    @Test(arguments: Self.answers)
    func `a stream written for a caller reads back as the same answer`(blocks: [AnswerBlock]) throws {
        var answer = Answer()
        answer.blocks = blocks
        answer.finish = .stop
        var context = ChatProbe.context
        context.showsReasoning = true
        let stream = ChatProbe.stream(answer.events, for: ChatProbe.request(), context)
        var collector = AnswerCollector()
        let data = stream.split(separator: "\n\n").map { String($0.dropFirst(6)) }
        for event in ChatProbe.events(data) { collector.add(event) }
        #expect(collector.isComplete && collector.answer.blocks == blocks)
    }

    @Test func `a request of Chat's comes out of it as it went in`() throws {
        let messages = """
            [{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"look"},\
            {"type":"image_url","image_url":{"url":"https://x/a.png","detail":"low"}}]},\
            {"role":"assistant","content":"t","tool_calls":[{"id":"c","type":"function","function":{"name":"f",\
            "arguments":"{\\"a\\": 1}"}}]},{"role":"tool","tool_call_id":"c","content":"r"},{"role":"user","content":"q"}]
            """
        let request = try ChatProbe.decode(messages: messages)
        let encoded = try ChatProbe.encode(request)
        #expect(encoded.messages == messages && encoded.warnings.isEmpty)
    }

    private static func content(_ block: AnswerBlock) -> Block.Content {
        switch block {
        case .text(let text): .text(Text(text.text))
        case .refusal(let text): .refusal(text)
        case .reasoning(let reasoning): .reasoning(reasoning)
        case .toolCall(let call): .toolCall(call)
        case .opaque(let opaque): .opaque(opaque)
        }
    }
}
