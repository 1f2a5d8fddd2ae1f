import AnthropicMessages
import Exchange
import Testing

@Suite("Reading a Messages answer")
struct MessagesAnswerTests {
    private let room = AnthropicMessagesFormat()

    private func usage(_ json: String) throws -> TokenUsage? {
        try self.room.readAnswer(#"{"type":"message","usage":\#(json)}"#, .messages).usage
    }

    @Test("input excludes the cache, thinking is inside the output")
    func usage() throws {
        let usage = try self.usage(
            #"""
            {"input_tokens":9,"cache_creation_input_tokens":300,"cache_read_input_tokens":50,
             "cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200},
             "output_tokens":20,"output_tokens_details":{"thinking_tokens":8},"service_tier":"standard"}
            """#
        )
        var expected = TokenUsage.counts(input: 9, read: 50, write5m: 100, write1h: 200, output: 12, reasoning: 8)
        expected.serviceTier = .standard
        #expect(usage == expected)
    }

    @Test("what the split by lifetime does not cover is of the short one")
    func split() throws {
        let cases: [(String, Int, Int)] = [
            (#""cache_creation_input_tokens":11911,"cache_creation":{"ephemeral_5m_input_tokens":0}"#, 11911, 0),
            (#""cache_creation_input_tokens":100,"cache_creation":{"ephemeral_1h_input_tokens":30}"#, 70, 30),
            (#""cache_creation_input_tokens":100,"cache_creation":null"#, 100, 0),
            (#""cache_creation_input_tokens":100"#, 100, 0),
            (#""cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":3}"#, 4, 3),
            (#""cache_creation_input_tokens":5,"cache_creation":{"ephemeral_1h_input_tokens":9}"#, 0, 5),
        ]
        for (members, short, long) in cases {
            let usage = try self.usage(#"{"input_tokens":1,"output_tokens":1,\#(members)}"#)
            #expect(usage == .counts(input: 1, write5m: short, write1h: long, output: 1), "\(members)")
        }
    }

    @Test("compaction and advice are billed beside the totals, messages are in them")
    func iterations() throws {
        let usage = try self.usage(
            #"""
            {"input_tokens":181,"output_tokens":8,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"iterations":[
             {"type":"compaction","input_tokens":100,"output_tokens":83,"cache_read_input_tokens":55096,
              "cache_creation_input_tokens":7,"cache_creation":{"ephemeral_1h_input_tokens":7}},
             {"type":"message","input_tokens":181,"output_tokens":8},
             {"type":"advisor_message","model":"m","input_tokens":1000,"output_tokens":20},
             {"type":"fallback_message","input_tokens":5,"output_tokens":5}, 7, null]}
            """#
        )
        #expect(usage == .counts(input: 1281, read: 55096, write1h: 7, output: 111))
    }

    @Test("counts that cannot be are clamped and flagged")
    func hostile() throws {
        let cases: [(String, TokenUsage)] = [
            (#"{"input_tokens":-5,"output_tokens":2}"#, .counts(output: 2, anomalous: true)),
            (#"{"input_tokens":"12","output_tokens":1.5}"#, .counts(output: 2, anomalous: true)),
            (
                #"{"input_tokens":9223372036854775807,"output_tokens":1e308,"cache_read_input_tokens":1e18}"#,
                .counts(
                    input: CountReader.largest,
                    read: CountReader.largest,
                    output: CountReader.largest,
                    anomalous: true
                )
            ),
            (
                #"{"input_tokens":1,"output_tokens":2,"output_tokens_details":{"thinking_tokens":3}}"#,
                .counts(input: 1, reasoning: 2, anomalous: true)
            ),
            (
                #"{"input_tokens":1,"output_tokens":2,"iterations":[{"type":"compaction","output_tokens":-3}]}"#,
                .counts(input: 1, output: 2, anomalous: true)
            ),
        ]
        for (json, expected) in cases { #expect(try self.usage(json) == expected, "\(json)") }
        let many = String(repeating: #"{"type":"compaction","input_tokens":1e300},"#, count: 50)
        let usage = try self.usage(#"{"input_tokens":1,"iterations":[\#(many)0]}"#)
        #expect(usage?.uncachedInputTokens == 50 * CountReader.largest + 1)
    }

    @Test("absent usage is unknown, explicit zeros are zeros")
    func absent() throws {
        for json in ["null", "{}", "7", #"{"service_tier":"standard"}"#] {
            #expect(try self.usage(json) == nil, "\(json)")
        }
        #expect(try self.usage(#"{"input_tokens":0,"output_tokens":0}"#) == .counts())
    }

    @Test("model, stop reason and error")
    func outcome() throws {
        let reading = try self.room.readAnswer(
            #"{"type":"message","model":"claude-9","stop_reason":"tool_use","content":[]}"#,
            .messages
        )
        #expect(reading.model == "claude-9")
        #expect(reading.finishReason == "tool_use")
        #expect(reading.failure == nil)
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        #expect(try self.room.readAnswer(error, .messages).failure?.kind == .upstreamUnavailable)
        for body in ["{}", "[]", "null"] { #expect(try self.room.readAnswer(body, .messages) == AnswerReading()) }
    }

    @Test("the token count is input")
    func countTokens() throws {
        #expect(try self.room.readAnswer(#"{"input_tokens":2095}"#, .countTokens).usage == .counts(input: 2095))
        #expect(try self.room.readAnswer("{}", .countTokens).usage == nil)
    }
}
