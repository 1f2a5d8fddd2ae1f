import Exchange
import Testing
import Wire

@Suite("Ending a stream as failed")
struct FailureTerminalTests {
    private static let failure = GatewayFailure(.upstreamFailed, "the provider's answer was cut")

    /// The terminal after a stream, as text.
    private func terminal(
        after stream: String,
        _ operation: Operation,
        _ failure: GatewayFailure = Self.failure
    ) throws -> String {
        let replay = try Replay(stream, operation)
        let bytes = replay.tap.failureTerminal(failure, requestID: "req_7")
        #expect(!replay.tap.isComplete)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Names and parsed data of the events in a text.
    private func events(_ text: String, _ check: (String?, JSONValue) throws -> Void) throws {
        for event in text.split(separator: "\n\n") {
            let lines = event.split(separator: "\n")
            let name = lines.first { $0.hasPrefix("event: ") }.map { String($0.dropFirst(7)) }
            let data = try #require(lines.first { $0.hasPrefix("data: ") }).dropFirst(6)
            try withJSON(String(data)) { try check(name, $0) }
        }
    }

    @Test("Chat: an error object, and no [DONE]")
    func chat() throws {
        let chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n"
        for stream in ["", chunk] {
            let text = try self.terminal(after: stream, .chat)
            let error = #"{"error":{"message":"the provider's answer was cut","type":"server_error","#
            #expect(text == "data: " + error + #""param":null,"code":"upstream_failed"}}"# + "\n\n")
        }
    }

    @Test("a stream that was complete is not any more")
    func revoked() throws {
        let chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        let replay = try Replay(chunk, .chat)
        #expect(replay.tap.isComplete)
        _ = replay.tap.failureTerminal(GatewayFailure(.interrupted, "key revoked"), requestID: "r")
        #expect(!replay.tap.isComplete)
    }

    @Test("our own terminal reads as a failure in our own tap")
    func ownReading() throws {
        for operation in [Operation.chat, .completions, .responses, .messages] {
            let replay = try Replay(try self.terminal(after: "", operation), operation)
            #expect(replay.words.last == "failure:upstreamFailed")
            #expect(!replay.tap.isComplete)
        }
    }

    @Test("Messages: an error event with the request's id")
    func messages() throws {
        let text = try self.terminal(after: "", .messages, GatewayFailure(.overloaded, "busy"))
        let data = #"{"type":"error","error":{"type":"overloaded_error","message":"busy"},"request_id":"req_7"}"#
        #expect(text == "event: error\ndata: \(data)\n\n")
    }

    @Test("Responses: the failed response keeps id, model, time and number of the stream")
    func responses() throws {
        let created = #"""
            event: response.created
            data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_9","created_at":1790000000.5,"model":"m"}}

            event: response.output_text.delta
            data: {"type":"response.output_text.delta","sequence_number":6,"delta":"x"}


            """#
        var names: [String?] = []
        try self.events(self.terminal(after: created, .responses)) { name, data in
            names.append(name)
            #expect(data["type"]?.string == name)
            #expect(data["sequence_number"]?.int == 7)
            let response = try #require(data["response"])
            #expect(response["id"]?.string == "resp_9")
            #expect(response["model"]?.string == "m")
            #expect(response["created_at"]?.int == 1_790_000_000)
            #expect(response["status"]?.string == "failed")
            #expect(response["error"]?["code"]?.string == "server_error")
            #expect(response["error"]?["message"]?.string == "the provider's answer was cut")
            #expect(response["usage"]?.isNull == true)
        }
        #expect(names == ["response.failed"])
    }

    @Test("Responses: a stream that had not begun is begun first")
    func responsesUnbegun() throws {
        var seen: [String] = []
        try self.events(self.terminal(after: ": waiting\n\n", .responses)) { name, data in
            #expect(data["sequence_number"]?.int == seen.count)
            #expect(data["response"]?["id"]?.string == "resp_req_7")
            seen.append("\(name ?? "-") \(data["response"]?["status"]?.string ?? "-")")
        }
        #expect(seen == ["response.created in_progress", "response.failed failed"])
    }

    @Test("Responses: the fields that strict clients demand are there")
    func responsesStrictness() throws {
        try self.events(self.terminal(after: "", .responses)) { _, data in
            let response = try #require(data["response"])
            #expect(response["object"]?.string == "response")
            for key in ["output", "tools"] { #expect(response.member(key)?.kind == .array) }
            #expect(response["parallel_tool_calls"]?.bool != nil)
            #expect(response["tool_choice"]?.string == "auto")
            #expect(response["text"]?["format"]?["type"]?.string == "text")
            for key in ["incomplete_details", "instructions", "metadata", "temperature", "top_p", "usage"] {
                #expect(response.member(key) != nil, "\(key)")
            }
        }
    }

    @Test("Responses: published codes for the failures that have one, and the caller's own code first")
    func responsesCodes() throws {
        let codes: [(GatewayFailure, String)] = [
            (GatewayFailure(.rateLimited, "x"), "rate_limit_exceeded"),
            (GatewayFailure(.budgetExhausted, "x"), "insufficient_quota"),
            (GatewayFailure(.invalidRequest, "x"), "invalid_prompt"),
            (GatewayFailure(.interrupted, "x"), "server_error"),
            (GatewayFailure(.interrupted, "x", code: "key_revoked"), "key_revoked"),
        ]
        for (failure, code) in codes {
            try self.events(self.terminal(after: "", .responses, failure)) { name, data in
                guard name == "response.failed" else { return }
                #expect(data["response"]?["error"]?["code"]?.string == code)
            }
        }
    }

    @Test("Responses: counts told before the failure are told again, details included")
    func responsesUsage() throws {
        let failed = #"""
            data: {"type":"response.failed","sequence_number":3,"response":{"status":"failed","error":{"code":"x"},"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":1},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":17}}}


            """#
        try self.events(self.terminal(after: failed, .responses)) { name, data in
            guard name == "response.failed" else { return }
            let usage = try #require(data["response"]?["usage"])
            #expect(usage["input_tokens"]?.int == 10)
            #expect(usage["input_tokens_details"]?["cached_tokens"]?.int == 4)
            #expect(usage["input_tokens_details"]?["cache_write_tokens"]?.int == 1)
            #expect(usage["output_tokens"]?.int == 7)
            #expect(usage["output_tokens_details"]?["reasoning_tokens"]?.int == 2)
            #expect(usage["total_tokens"]?.int == 17)
        }
    }

    @Test("Responses: a number that cannot be followed is repeated, not overflowed")
    func responsesHugeNumber() throws {
        let event = "data: {\"type\":\"response.created\",\"sequence_number\":9223372036854775807}\n\n"
        try self.events(self.terminal(after: event, .responses)) { _, data in
            #expect(data["sequence_number"]?.int == Int.max)
        }
    }
}
