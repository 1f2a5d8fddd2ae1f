import Exchange
import Testing
import Wire

@Suite("Capping an answer's length")
struct OutputCapTests {
    /// Bodies, and what they are when the answer is capped to 100 by the field that comes after.
    static let cases: [(Operation, body: String, field: String, capped: String)] = [
        (.chat, #"{"model":"m"}"#, "max_tokens", #"{"max_tokens":100,"model":"m"}"#),
        (.chat, #"{ "model":"m"}"#, "max_completion_tokens", #"{"max_completion_tokens":100, "model":"m"}"#),
        (.chat, #"{"model":"m","max_tokens":101}"#, "max_completion_tokens", #"{"model":"m","max_tokens":100}"#),
        (.chat, #"{"model":"m","max_tokens":100}"#, "max_tokens", #"{"model":"m","max_tokens":100}"#),
        (.chat, #"{"model":"m","max_tokens":7}"#, "max_tokens", #"{"model":"m","max_tokens":7}"#),
        (.chat, #"{"model":"m","max_tokens": null }"#, "max_tokens", #"{"model":"m","max_tokens": 100 }"#),
        (
            .chat, #"{"model":"m","max_tokens":null}"#, "max_completion_tokens",
            #"{"max_completion_tokens":100,"model":"m","max_tokens":null}"#
        ),
        (
            .chat, #"{"max_completion_tokens":500,"model":"m","max_tokens":600}"#, "max_tokens",
            #"{"max_completion_tokens":100,"model":"m","max_tokens":100}"#
        ),
        (
            .chat, #"{"max_completion_tokens":5,"model":"m","max_tokens":600}"#, "max_tokens",
            #"{"max_completion_tokens":5,"model":"m","max_tokens":100}"#
        ),
        (
            .chat, #"{"max_completion_tokens":null,"model":"m","max_tokens":600}"#, "max_completion_tokens",
            #"{"max_completion_tokens":null,"model":"m","max_tokens":100}"#
        ),
        (.completions, #"{"model":"m","max_tokens":0}"#, "max_tokens", #"{"model":"m","max_tokens":0}"#),
        (.completions, #"{"model":"m"}"#, "max_tokens", #"{"max_tokens":100,"model":"m"}"#),
        (.responses, #"{"model":"m"}"#, "max_output_tokens", #"{"max_output_tokens":100,"model":"m"}"#),
        (
            .responses, #"{"model":"m","max_output_tokens":4096}"#, "max_output_tokens",
            #"{"model":"m","max_output_tokens":100}"#
        ),
        (.messages, #"{"max_tokens":4096,"model":"m"}"#, "max_tokens", #"{"max_tokens":100,"model":"m"}"#),
        (
            .messages, #"{"model":"m","max\u005ftokens":4096}"#, "max_tokens",
            #"{"model":"m","max\u005ftokens":100}"#
        ),
    ]

    @Test("what says more is lowered, what says nothing is told", arguments: OutputCapTests.cases)
    func patches(_ operation: Operation, _ body: String, _ field: String, _ capped: String) throws {
        let room = try #require(rooms[operation.format])
        let cap = try #require(try room.inspect(body, operation).outputCap)
        #expect(spliced(body, cap.capPatches(100, field: field)) == capped)
        let after = try room.inspect(capped, operation)
        #expect((after.maxOutputTokens ?? .max) <= 100)
        #expect(after.outputCap?.capPatches(100, field: field) == [])
    }

    @Test("the cap goes in beside the edit that asks for usage")
    func together() throws {
        let body = #"{"model":"m","stream":true}"#
        let inspected = try #require(rooms[.chat]).inspect(body, .chat)
        let patches = try #require(inspected.outputCap).capPatches(9, field: "max_tokens")
        let edit = try #require(inspected.usageEdit)
        let result = Array(body.utf8).withUnsafeBytes { BytePatch.applied([edit] + patches, to: $0) }
        let text = String(decoding: try #require(result), as: UTF8.self)
        #expect(text == #"{"stream_options":{"include_usage":true},"max_tokens":9,"model":"m","stream":true}"#)
    }

    @Test("operations without an answer's length have no cap, nor has an empty body")
    func none() throws {
        for operation in Operation.allCases where !operation.streams && operation != .models {
            let room = try #require(rooms[operation.format])
            #expect(try room.inspect(#"{"model":"m","max_tokens":1}"#, operation).outputCap == nil)
        }
        #expect(try #require(rooms[.chat]).inspect("{}", .chat, pathModel: "p").outputCap == nil)
    }
}
