import Exchange
import OpenAIChat
import Testing

@Suite("Reading a Chat answer")
struct ChatAnswerTests {
    private let room = OpenAIChatFormat()

    @Test("counts become disjoint parts, whoever serves", arguments: UsageCase.ofServers)
    func servers(_ example: UsageCase) throws {
        let reading = try self.room.readAnswer(#"{"usage":\#(example.json)}"#, .chat)
        #expect(reading.usage == example.usage)
    }

    @Test("counts that cannot be are clamped and flagged", arguments: UsageCase.hostile)
    func hostile(_ example: UsageCase) throws {
        let reading = try self.room.readAnswer(#"{"usage":\#(example.json)}"#, .chat)
        #expect(reading.usage == example.usage)
    }

    @Test("a stream reads the same counts as a plain answer", arguments: UsageCase.ofServers + UsageCase.hostile)
    func streamed(_ example: UsageCase) throws {
        let json = example.json.replacing("\n", with: " ")
        let replay = try Replay("data: {\"choices\":[],\"usage\":\(json)}\n\n", .chat, hidesUsage: true)
        #expect(replay.tap.usage == example.usage)
        #expect(replay.words == [example.json.hasPrefix("{") ? "hide" : "forward"])
    }

    @Test("model, finish reason and usage of a completion")
    func completion() throws {
        let reading = try self.room.readAnswer(
            #"""
            {"id":"c","object":"chat.completion","model":"gpt-9-2026-10-01","choices":[{"index":0,"message":{"role":"assistant",
             "content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}
            """#,
            .chat
        )
        #expect(reading.model == "gpt-9-2026-10-01")
        #expect(reading.finishReason == "stop")
        #expect(reading.usage == .counts(input: 1, output: 2))
        #expect(reading.failure == nil)
    }

    @Test("an answer without any of it is read too")
    func empty() throws {
        for body in ["{}", "[]", "null", #"{"choices":null,"usage":null,"error":null,"model":7}"#, #"{"choices":[7]}"#]
        {
            #expect(try self.room.readAnswer(body, .chat) == AnswerReading(), "\(body)")
        }
        let moderation = try self.room.readAnswer(#"{"id":"m","model":"omni","results":[]}"#, .moderations)
        #expect(moderation.usage == nil)
        #expect(moderation.model == "omni")
    }

    @Test("an error under a successful status is a failure")
    func errors() throws {
        let bodies: [(String, GatewayFailure.Kind)] = [
            (#"{"error":{"message":"m","code":502}}"#, .upstreamFailed),
            (#"{"error":{"message":"m","code":429},"choices":[]}"#, .upstreamUnavailable),
            (#"{"error":"Service temporarily unavailable","code":"x"}"#, .upstreamFailed),
            (#"{"object":"error","message":"m","type":"overloaded","code":"1000"}"#, .upstreamUnavailable),
            (#"{"error":{"type":"insufficient_quota"}}"#, .upstreamCredential),
        ]
        for (body, kind) in bodies { #expect(try self.room.readAnswer(body, .chat).failure?.kind == kind, "\(body)") }
    }
}
