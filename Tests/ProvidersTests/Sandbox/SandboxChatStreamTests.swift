import Testing

@testable import Providers

@Suite("Sandbox chat streams")
struct SandboxChatStreamTests {
    private static let path = "/v1/chat/completions"

    private func answer(_ model: String, _ text: String = "Hello there", _ rest: String = "") -> SandboxAnswer {
        let stream = #""stream":true"#
        return askSandbox(Self.path, SandboxBody.chat(model, text, rest.isEmpty ? stream : stream + "," + rest))
    }

    @Test("role, content, finish and [DONE] come in order")
    func order() throws {
        let events = try self.answer("echo").events()
        #expect(events.allSatisfy { $0.name == nil })
        let chunks = events.compactMap(\.data)
        #expect(events.last?.data == nil && chunks.count == events.count - 1)
        #expect(chunks.allSatisfy { $0["object"] == "chat.completion.chunk" && $0["id"] == chunks[0]["id"] })
        #expect(chunks.allSatisfy { $0["created"] == 1_790_000_000 && $0["model"] == "echo" && $0["usage"] == nil })
        #expect(chunks[0]["choices"]?[0]?["delta"]?["role"] == "assistant")
        #expect(chunks[0]["choices"]?[0]?["delta"]?["content"] == "")
        let text = chunks.dropFirst().compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }
        #expect(text == ["Hell", "o", " ther", "e"])
        #expect(chunks.last?["choices"]?[0]?["finish_reason"] == "stop")
        #expect(chunks.last?["choices"]?[0]?["delta"]?.keys == [])
        #expect(chunks.dropLast().allSatisfy { $0["choices"]?[0]?["finish_reason"] == .null })
    }

    @Test("usage that was asked for is null until the last chunk, which has no choices")
    func usage() throws {
        let chunks = try self.answer("echo", "abc", #""stream_options":{"include_usage":true}"#).events().compactMap(
            \.data
        )
        #expect(chunks.dropLast().allSatisfy { $0["usage"] == .null })
        #expect(chunks.last?["choices"] == .array([]))
        #expect(chunks.last?["usage"]?["completion_tokens"] == 1)
        let plain = try askSandbox(Self.path, SandboxBody.chat("echo", "abc")).node()
        #expect(chunks.last?["usage"] == plain["usage"])
    }

    @Test("include_usage false is the same as not asking")
    func noUsage() throws {
        let events = try self.answer("echo", "abc", #""stream_options":{"include_usage":false}"#).events()
        #expect(events.allSatisfy { $0.data?["usage"] == nil })
    }

    @Test("tool calls open with id and name and go on with arguments")
    func tools() throws {
        let chunks = try self.answer("tools", "x", SandboxBody.chatTools).events().compactMap(\.data)
        #expect(chunks[0]["choices"]?[0]?["delta"]?["content"] == .null)
        let deltas = chunks.compactMap { $0["choices"]?[0]?["delta"]?["tool_calls"]?[0] }
        for index in 0...1 {
            let own = deltas.filter { $0["index"]?.int == index }
            #expect(own.first?["id"]?.string?.hasPrefix("call_") == true)
            #expect(own.first?["function"]?["name"]?.string == (index == 0 ? "weather" : "now"))
            #expect(own.dropFirst().allSatisfy { $0["id"] == nil && $0["type"] == nil })
            let arguments = own.compactMap { $0["function"]?["arguments"]?.string }.joined()
            #expect(arguments == (index == 0 ? #"{"city":"city","days":3}"# : "{}"))
        }
        #expect(chunks.last?["choices"]?[0]?["finish_reason"] == "tool_calls")
    }

    @Test("reasoning comes before the text")
    func thinking() throws {
        let deltas = try self.answer("think").events().compactMap { $0.data?["choices"]?[0]?["delta"] }
        let kinds = deltas.compactMap { $0.keys.first }.filter { $0 == "reasoning_content" || $0 == "content" }
        #expect(kinds.first == "reasoning_content")
        #expect(kinds.lastIndex(of: "reasoning_content").map { $0 + 1 } == kinds.firstIndex(of: "content"))
    }

    @Test("choices interleave and each ends once")
    func choices() throws {
        let chunks = try self.answer("echo", "a b", #""n":2"#).events().compactMap(\.data)
        #expect(chunks.compactMap { $0["choices"]?[0]?["index"]?.int } == [0, 1, 0, 1, 0, 1, 0, 1])
        #expect(chunks.filter { $0["choices"]?[0]?["finish_reason"] == "stop" }.count == 2)
    }

    @Test("the first token waits, the others keep pace, the rest is immediate")
    func pace() {
        func delays(_ model: String) -> [Duration] { self.answer(model, "a b c").pieces.map(\.delay) }
        #expect(delays("slow") == [.zero, .seconds(2), .milliseconds(100), .milliseconds(100), .zero, .zero])
        #expect(delays("slow-90s-1ms") == [.zero, .seconds(90), .milliseconds(1), .milliseconds(1), .zero, .zero])
        #expect(delays("echo") == [.zero, .zero, .milliseconds(20), .milliseconds(20), .zero, .zero])
        #expect(delays("echo-0ms").allSatisfy { $0 == .zero })
    }

    @Test("a plain slow answer takes as long as its stream")
    func plainPace() {
        let answer = askSandbox(Self.path, SandboxBody.chat("slow-1s-10ms", "a b c"))
        #expect(answer.pieces.map(\.delay) == [.milliseconds(1_030)])
    }

    @Test("a stream that fails says so and still ends with [DONE]")
    func failure() throws {
        let answer = self.answer("error-stream", "one two three four")
        let events = try answer.events()
        #expect(!answer.endsAbruptly)
        #expect(events.last?.data == nil)
        #expect(events.dropLast().last?.data?["error"]?["type"] == "server_error")
        #expect(!events.contains { $0.data?["choices"]?[0]?["finish_reason"]?.string != nil })
        #expect(events.contains { $0.data?["choices"]?[0]?["delta"]?["content"]?.string == "one" })
        #expect(askSandbox(Self.path, SandboxBody.chat("error-stream")).status == 500)
    }

    @Test("a cut stream ends without finish and without [DONE]")
    func cut() throws {
        let answer = self.answer("cut", "one two three four")
        #expect(answer.endsAbruptly)
        let events = try answer.events()
        #expect(events.allSatisfy { $0.data != nil && $0.data?["choices"]?[0]?["finish_reason"] == .null })
        let plain = askSandbox(Self.path, SandboxBody.chat("cut"))
        #expect(plain.endsAbruptly && plain.status == 200)
        #expect(throws: (any Error).self) { try Node(parsing: plain.body) }
    }

    @Test("the number of events is bounded, however long the text and however many the choices")
    func bounds() {
        let text = String(repeating: "word ", count: 9_000)
        #expect(self.answer("echo", text, #""n":64"#).pieces.count < 11_000)
        #expect(self.answer("long-10000").pieces.count == 10_003)
        #expect(self.answer("echo", String(repeating: "a ", count: 16_000)).pieces.count < 10_010)
    }
}
