import Exchange
import MartletTesting
import OpenAIResponses
import Testing

@Suite struct ResponsesVendorAnswerTests {
    private func answer(_ members: String) throws -> Answer {
        try withResponsesJSON("{\(members)}") { try responsesRoom.decodeAnswer($0, notes: responsesNotes) }
    }

    @Test func `a whole answer with all kinds of items`() throws {
        let answer = try self.answer(
            #"""
            "id":"resp_1","model":"m-1","created_at":7,"status":"completed","service_tier":"default","output":[
            {"type":"reasoning","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],
             "encrypted_content":"e"},{"type":"reasoning","summary":[]},
            {"type":"message","content":[{"type":"output_text","text":"t","annotations":[{"type":"url_citation","url":"u",
             "title":"T","start_index":0,"end_index":1}],"logprobs":[]},{"type":"output_text","text":""}]},
            {"type":"function_call","call_id":"c1","name":"f","namespace":"ns","arguments":"{}"},
            {"type":"custom_tool_call","id":"ctc_1","name":"p","input":"x"},{"type":"function_call","name":"g"},
            {"type":"web_search_call","id":"ws"}],
            "usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,
             "output_tokens_details":{"reasoning_tokens":2}}
            """#
        )
        #expect(answer.head.id == "resp_1" && answer.head.created == 7 && answer.serviceTier == .standard)
        #expect(answer.finish == .toolCalls && answer.usage?.cacheReadTokens == 4 && answer.usage?.reasoningTokens == 2)
        #expect(answer.blocks.count == 6)
        #expect(
            answer.blocks[0]
                == .reasoning(Reasoning(text: "a\n\nb", state: ReasoningState(owner: "openai", value: "e")))
        )
        guard case .text(let text) = answer.blocks[1] else { throw Odd() }
        #expect(text.text == "t" && text.citations.first?.url == "u" && text.citations.first?.range == 0..<1)
        #expect(text.logprobs == nil)
        #expect(
            answer.blocks[2]
                == .toolCall(ToolCall(id: "c1", name: "ns__f", input: ToolInput(.claimedObject, "{}")))
        )
        #expect(answer.blocks[3] == .toolCall(ToolCall(id: "ctc_1", name: "p", input: ToolInput(.freeText, "x"))))
        guard case .toolCall(let call) = answer.blocks[4] else { throw Odd() }
        #expect(call.id == "call_s1_1" && call.input.argumentsText == "{}")
    }

    @Test(arguments: [
        (#""status":"completed""#, FinishReason.stop), (#""object":"response""#, .stop),
        (#""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#, .length),
        (#""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#, .contentFilter),
        (#""status":"incomplete","incomplete_details":{"reason":"steered"}"#, .other("steered")),
        (#""status":"incomplete","incomplete_details":null"#, .other("incomplete")),
    ])
    func `how it ended`(_ members: String, _ finish: FinishReason) throws {
        #expect(try self.answer("\(members),\"output\":[]").finish == finish)
    }

    @Test func `a refusal in words ends as one`() throws {
        let answer = try self.answer(#""output":[{"type":"message","content":[{"type":"refusal","refusal":"no"}]}]"#)
        #expect(answer.blocks == [.refusal("no")] && answer.finish == .refusal)
    }

    @Test(arguments: [
        #""error":{"code":"server_error","message":"m"}"#, #""status":"failed","output":[]"#, #""status":"completed""#,
        #""status":"cancelled","output":[]"#, #""status":"queued","output":[]"#, #""output":{}"#, #""a":1"#,
    ])
    func `E05 an error under a successful status is a failure`(_ members: String) throws {
        #expect(throws: GatewayFailure.self) { try self.answer(members) }
    }

    @Test(arguments: [
        (
            400, #"{"error":{"message":"bad schema","type":"invalid_request_error"}}"#, "caller", "invalidRequest",
            "bad schema"
        ),
        (400, #"{"error":{"message":"x","code":"context_length_exceeded"}}"#, "caller", "invalidRequest", "x"),
        (400, #"{"error":{"message":"no such","code":"model_not_found"}}"#, "caller", "modelNotFound", "no such"),
        (404, #"{"error":{"code":"DeploymentNotFound","message":"d"}}"#, "caller", "modelNotFound", "d"),
        (400, #"{"error":{"message":"key sk-abc123 seen","code":"x"}}"#, "caller", "invalidRequest", "key […] seen"),
        (400, #"{"code":"c","error":"Incorrect API key provided: x"}"#, "credential", "upstreamCredential", nil),
        (401, #"{"statusCode":401,"message":"secret"}"#, "credential", "upstreamCredential", nil),
        (429, #"{"error":{"code":"insufficient_quota","message":"m"}}"#, "credential", "upstreamCredential", nil),
        (429, #"{"error":{"code":"429","message":"m"}}"#, "throttled", "upstreamUnavailable", nil),
        (413, #"{"detail":"big"}"#, "caller", "bodyTooLarge", "big"), (503, "{}", "vendor", "upstreamUnavailable", nil),
        (504, "{}", "vendor", "upstreamTimeout", nil), (500, "[]", "vendor", "upstreamFailed", nil),
        (400, "{}", "caller", "invalidRequest", "The provider refused the request."),
    ])
    func `unsuccessful answers`(_ status: Int, _ body: String, _ fault: String, _ kind: String, _ words: String?) throws
    {
        let refusal = try withResponsesJSON(body) { responsesRoom.decodeError(status: status, root: $0, text: "") }
        #expect("\(refusal.fault)" == fault && refusal.failure.kind.rawValue == kind)
        if let words { #expect(refusal.failure.message == words) }
    }

    @Test func `errors that are no JSON`() {
        let html = responsesRoom.decodeError(status: 400, root: nil, text: "<html>nginx</html>")
        #expect(html.failure.message == "The provider refused the request.")
        let long = responsesRoom.decodeError(status: 422, root: nil, text: String(repeating: "word ", count: 500))
        #expect(long.failure.message.utf8.count <= 600 && long.failure.message.hasPrefix("word word"))
        let over = responsesRoom.decodeError(status: 400, root: nil, text: "")
        #expect(over.failure.code == nil)
    }

    @Test func `context overflow and content filters are named`() throws {
        for message in ["This model's maximum context length is 5", "your Prompt is too long"] {
            let refusal = try withResponsesJSON("{\"error\":{\"message\":\"\(message)\"}}") {
                responsesRoom.decodeError(status: 400, root: $0, text: "")
            }
            #expect(refusal.failure.code == "context_length_exceeded")
        }
        let filtered = try withResponsesJSON(#"{"error":{"code":"content_filter","message":"m","param":"prompt"}}"#) {
            responsesRoom.decodeError(status: 400, root: $0, text: "")
        }
        #expect(filtered.failure.code == "content_filter")
    }

    private struct Odd: Error {}
}
