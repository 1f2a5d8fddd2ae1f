import Exchange
import MartletTesting
import OpenAIResponses
import Testing

/// The gateway's own answer as the history of the next request.
@Suite struct ResponsesTwoTurnTests {
    @Test func `R15 a tool loop gives the vendor its encrypted reasoning back, before the call it led to`() throws {
        let first = responsesStream([
            responsesPayload("created", nil, #""response":{"id":"resp_1"}"#),
            responsesPayload(
                "output_item.done",
                0,
                #""item":{"type":"reasoning","id":"rs_1","summary":[{"text":"s"}],"encrypted_content":"gAAA"}"#
            ),
            responsesPayload(
                "output_item.done",
                1,
                #""item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}"}"#
            ),
            responsesPayload("completed", nil, #""response":{"status":"completed"}"#),
        ])
        let answered = try encodeResponses(decodeResponsesStream(first)).last?["response"]?["output"]?.elements ?? []
        #expect(answered.first?["encrypted_content"]?.string?.hasPrefix("mt1.openai.") ?? false)
        let items = answered.map(\.text).joined(separator: ",")
        let request = try decodeResponses(
            #"""
            "input":[{"role":"user","content":"q"},\#(items),
            {"type":"function_call_output","call_id":"call_1","output":"r"}]
            """#
        )
        #expect(
            try SentToResponses(request).input.dropFirst() == [
                #"{"type":"reasoning","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"gAAA"}"#,
                #"{"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"}"#,
                #"{"type":"function_call_output","call_id":"call_1","output":"r"}"#,
            ]
        )
        var other = responsesReasoningTarget()
        other.reasoningOwner = "azure"
        #expect(try !SentToResponses(request, other).input.joined().contains("reasoning"))
    }

    @Test func `a coding agent's request is read without a refusal`() throws {
        let request = try decodeResponses(
            #"""
            "instructions":"You are an agent.","stream":true,"store":false,"parallel_tool_calls":true,
            "include":["reasoning.encrypted_content"],"prompt_cache_key":"thread-1","client_metadata":{"a":"b"},
            "reasoning":{"effort":"medium","summary":"auto"},"text":{"verbosity":"low"},"tool_choice":"auto",
            "tools":[{"type":"function","name":"shell","strict":false,"parameters":{"type":"object"}},
            {"type":"custom","name":"apply_patch","format":{"type":"grammar","syntax":"lark","definition":"start: x"}},
            {"type":"tool_search","execution":"client"},{"type":"web_search"},
            {"type":"namespace","name":"mcp","tools":[{"type":"function","name":"list","parameters":{}}]}],
            "input":[{"type":"message","id":"msg_1","role":"developer","content":[{"type":"input_text","text":"rules"}]},
            {"type":"message","role":"user","content":[{"type":"input_text","text":"fix it"}]}]
            """#
        )
        #expect(request.leftovers == [Leftover(.named("client_metadata"), .drop)])
        #expect(request.tools.map(\.name) == ["shell", "apply_patch", "tool_search", "web_search", "mcp__list"])
        #expect(sketchOfSystem(request) == "You are an agent.,rules" && responsesSketch(request.turns) == "user:fix it")
        #expect(request.cacheKey == "thread-1" && request.store == false && request.isStream)
    }

    private func sketchOfSystem(_ request: ExchangeRequest) -> String { responsesSketch(request.system) }
}
