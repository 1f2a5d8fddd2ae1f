import Exchange
import OpenAIResponses
import Testing

@Suite("Reading a Responses answer")
struct ResponsesAnswerTests {
    private let room = OpenAIResponsesFormat()

    private func usage(_ json: String) throws -> TokenUsage? {
        try self.room.readAnswer(#"{"usage":\#(json)}"#, .responses).usage
    }

    @Test("cached, written and reasoning tokens are parts")
    func usage() throws {
        let usage = try self.usage(
            #"""
            {"input_tokens":100,"input_tokens_details":{"cached_tokens":64,"cache_write_tokens":16,
             "cache_write_tokens_details":{"ttl_30m_tokens":10,"ttl_12h_tokens":6}},
             "output_tokens":50,"output_tokens_details":{"reasoning_tokens":30},"total_tokens":150}
            """#
        )
        #expect(usage == .counts(input: 20, read: 64, write5m: 16, output: 20, reasoning: 30))
    }

    @Test("absent details are zeros, absent usage is unknown")
    func absent() throws {
        #expect(try self.usage(#"{"input_tokens":4,"output_tokens":6}"#) == .counts(input: 4, output: 6))
        #expect(try self.usage("null") == nil)
        #expect(try self.usage("{}") == nil)
        #expect(try self.usage(#"{"input_tokens":null}"#) == nil)
    }

    @Test("counts that cannot be are clamped and flagged")
    func hostile() throws {
        let cases: [(String, TokenUsage)] = [
            (#"{"input_tokens":-1,"output_tokens":2}"#, .counts(output: 2, anomalous: true)),
            (
                #"{"input_tokens":5,"input_tokens_details":{"cached_tokens":9},"output_tokens":2}"#,
                .counts(read: 5, output: 2, anomalous: true)
            ),
            (
                #"{"input_tokens":5,"output_tokens":2,"output_tokens_details":{"reasoning_tokens":1e300}}"#,
                .counts(input: 5, reasoning: 2, anomalous: true)
            ),
            (
                #"{"input_tokens":9223372036854775807,"output_tokens":"2","total_tokens":1.5}"#,
                .counts(input: CountReader.largest, anomalous: true)
            ),
        ]
        for (json, expected) in cases { #expect(try self.usage(json) == expected, "\(json)") }
    }

    @Test("status and reason make the finish reason")
    func finishReasons() throws {
        func reason(_ members: String) throws -> String? {
            try self.room.readAnswer("{\(members)}", .responses).finishReason
        }
        #expect(try reason(#""status":"completed","incomplete_details":null"#) == "completed")
        let incomplete = #""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#
        #expect(try reason(incomplete) == "incomplete:content_filter")
        #expect(try reason(#""status":"failed""#) == "failed")
        #expect(try reason(#""object":"response.compaction""#) == nil)
    }

    @Test("a failed response is a failure, whatever the status line said")
    func failures() throws {
        func failure(_ members: String) throws -> GatewayFailure? {
            try self.room.readAnswer(#"{"model":"m",\#(members)}"#, .responses).failure
        }
        #expect(try failure(#""status":"completed","error":null"#) == nil)
        #expect(try failure(#""status":"incomplete","error":null"#) == nil)
        #expect(try failure(#""status":"failed","error":null"#)?.kind == .upstreamFailed)
        let quota = #""status":"failed","error":{"code":"insufficient_quota","message":"secret org-1"}"#
        #expect(try failure(quota)?.kind == .upstreamCredential)
        #expect(try failure(quota)?.message.contains("secret") == false)
        #expect(try failure(#""error":{"code":"rate_limit_exceeded","message":"m"}"#)?.kind == .upstreamUnavailable)
    }

    @Test("the token count is input")
    func inputTokens() throws {
        let body = #"{"object":"response.input_tokens","input_tokens":11}"#
        #expect(try self.room.readAnswer(body, .responsesInputTokens).usage == .counts(input: 11))
        #expect(try self.room.readAnswer("{}", .responsesInputTokens).usage == nil)
        let odd = try self.room.readAnswer(#"{"input_tokens":"11"}"#, .responsesInputTokens).usage
        #expect(odd == .counts(anomalous: true))
    }

    @Test("a compaction has usage")
    func compaction() throws {
        let body =
            #"{"object":"response.compaction","output":[],"usage":{"input_tokens":9,"output_tokens":3,"total_tokens":12}}"#
        #expect(try self.room.readAnswer(body, .responsesCompact).usage == .counts(input: 9, output: 3))
    }
}
