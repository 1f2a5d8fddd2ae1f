import Exchange
import OpenAIChat
import Testing
import Wire

@Suite struct ChatRequestRefusalTests {
    private static let cases: [(json: String, message: String)] = [
        ("[]", "the request body must be an object, got an array"),
        (#"{"messages":[]}"#, "model must be a non-empty string, but is missing"),
        (#"{"model":"m"}"#, "messages must be an array, but is missing"),
        (#"{"model":"m","messages":[]}"#, "messages must hold at least one message"),
        (#"{"model":"m","messages":{}}"#, "messages must be an array, got an object"),
        (#"{"model":"m","messages":[3]}"#, "messages[0] must be an object, got a number"),
        (
            #"{"model":"m","messages":[{"role":"x","content":""}]}"#,
            "messages[0].role must be system, developer, user, assistant, tool or function"
        ),
        (
            #"{"model":"m","messages":[{"role":"user"}]}"#,
            "messages[0].content must be a string or an array, but is missing"
        ),
        (
            #"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":{}}]}"#,
            "messages[1].content must be a string or an array, got an object"
        ),
        (
            #"{"model":"m","messages":[{"role":"user","content":[{"type":3}]}]}"#,
            "messages[0].content[0].type must be a string, got a number"
        ),
        (
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
            "messages[0].content[0].text must be a string, but is missing"
        ),
        (
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x"}}]}]}"#,
            "messages[0].content[0].image_url.url must be an address, or a data: URL with base64 data"
        ),
        (
            #"{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{}}]}]}"#,
            "messages[0].content[0].file.file_data or file_id must be a non-empty string, but both are missing"
        ),
        (
            #"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#,
            "messages[0].tool_call_id must be a non-empty string, but is missing"
        ),
        (
            #"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":1}}]}]}"#,
            "messages[0].tool_calls[0].function.name must be a string, got a number"
        ),
        (
            #"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":[]}}]}]}"#,
            "messages[0].tool_calls[0].function.arguments must be a string, got an array"
        ),
        (#"{"model":"m","tools":[{"type":"function"}]}"#, "tools[0].function must be an object, but is missing"),
        (
            #"{"model":"m","tools":[{"type":"function","function":{"name":""}}]}"#,
            "tools[0].function.name must be a non-empty string, got an empty one"
        ),
        (
            #"{"model":"m","tools":[{"type":"function","function":{"name":"f","parameters":[]}}]}"#,
            "tools[0].function.parameters must be an object, got an array"
        ),
        (
            #"{"model":"m","tool_choice":"f"}"#,
            "tool_choice must be none, auto, required, or an object that names a tool"
        ),
        (
            #"{"model":"m","tool_choice":{"type":"allowed_tools","allowed_tools":{"tools":[{}]}}}"#,
            "tool_choice.allowed_tools.tools[0].function must be an object, but is missing"
        ),
        (#"{"model":"m","max_tokens":1.5}"#, "max_tokens must be an integer, got 1.5"),
        (#"{"model":"m","max_completion_tokens":0}"#, "max_completion_tokens must be at least 1, got 0"),
        (#"{"model":"m","n":129}"#, "n must be at most 128, got 129"),
        (#"{"model":"m","temperature":"hot"}"#, "temperature must be a number, got a string"),
        (#"{"model":"m","stop":["a",1]}"#, "stop[1] must be a string, got a number"),
        (#"{"model":"m","top_logprobs":3}"#, "top_logprobs needs logprobs to be true"),
        (
            #"{"model":"m","reasoning_effort":"huge"}"#,
            "reasoning_effort must be none, minimal, low, medium, high, xhigh or max"
        ),
        (
            #"{"model":"m","response_format":{"type":"json_schema","json_schema":{"schema":{}}}}"#,
            "response_format.json_schema.name must be a non-empty string, but is missing"
        ),
        (
            #"{"model":"m","response_format":{"type":"xml"}}"#,
            "response_format.type must be text, json_object or json_schema"
        ),
        (#"{"model":"m","metadata":{"a":1}}"#, "metadata.a must be a string, got a number"),
        (#"{"model":"m","stream":1}"#, "stream must be true or false, got a number"),
        (
            #"{"model":"m","stream_options":{"include_usage":1}}"#,
            "stream_options.include_usage must be true or false, got a number"
        ),
    ]

    @Test(arguments: Self.cases)
    func `a request that no vendor could take is refused by field`(json: String, message: String) throws {
        let failure = try #require(try ChatProbe.complaint(json))
        #expect(failure.kind == .invalidRequest && failure.message == message)
    }

    /// Every top-level field, and what must not be in it.
    @Test(arguments: [
        "model", "messages", "stream", "stream_options", "max_completion_tokens", "max_tokens", "temperature", "top_p",
        "top_k", "n", "stop", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "top_logprobs", "seed",
        "response_format", "tools", "tool_choice", "parallel_tool_calls", "reasoning_effort", "verbosity", "modalities",
        "audio", "prediction", "web_search_options", "metadata", "store", "service_tier", "safety_identifier", "user",
        "prompt_cache_key", "moderation", "functions", "function_call", "cache_control",
    ])
    func `every field of a wrong type is a refusal that names it`(field: String) throws {
        let rest = [(#""model""#, #""m""#), (#""messages""#, #"[{"role":"user","content":"q"}]"#)]
            .filter { $0.0 != "\"\(field)\"" }.map { "\($0.0):\($0.1)" }
        let wrong = ["3", "true", "\"x\"", "[[]]", "{\"x\":{}}"].map { value in
            "{\(([("\"\(field)\":\(value)")] + rest).joined(separator: ","))}"
        }
        let failures = try wrong.compactMap { try ChatProbe.complaint($0) }
        #expect(failures.count >= 2)
        for failure in failures {
            #expect(failure.kind == .invalidRequest && failure.parameter?.hasPrefix(field) == true, "\(failure)")
        }
    }

    @Test func `no value of any kind anywhere in a rich request traps`() throws {
        let rich =
            #"{"model":"m","tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":{"type":"function","function":{"name":"f"}},"messages":[{"role":"system","content":[{"type":"text","text":"t"}]},{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a"}},{"type":"file","file":{"file_id":"x"}},{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]},{"role":"assistant","content":"t","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}]}"#
        let ranges = try ChatProbe.parse(rich) { Self.ranges($0) }
        var refused = 0
        for range in ranges {
            for value in ["null", "-1", "1e308", "\"\"", "[]", "{}", "[null]", "false"] {
                var bytes = Array(rich.utf8)
                bytes.replaceSubrange(range, with: Array(value.utf8))
                let json = String(decoding: bytes, as: UTF8.self)
                guard let request = try? ChatProbe.decode(json) else {
                    refused += 1
                    continue
                }
                _ = try? ChatProbe.encode(request)
                _ = try? ChatProbe.encode(request, to: ChatProbe.target(openAI: false))
            }
        }
        #expect(refused > ranges.count)
    }

    private static func ranges(_ value: JSONValue) -> [Range<Int>] {
        [value.range] + value.elements.flatMap(Self.ranges) + value.members.flatMap { Self.ranges($0.value) }
    }
}
