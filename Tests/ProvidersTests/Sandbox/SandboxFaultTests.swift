import Testing

@testable import Providers

@Suite("Sandbox errors")
struct SandboxFaultTests {
    @Test(
        "a status that was asked for comes in OpenAI's words",
        arguments: [
            (400, "invalid_request_error", nil), (401, "invalid_request_error", "invalid_api_key"),
            (404, "invalid_request_error", "model_not_found"),
            (429, "requests", "rate_limit_exceeded"), (500, "server_error", nil),
            (503, "service_unavailable_error", "server_is_overloaded"),
            (529, "server_error", nil),
        ] as [(Int, String, String?)]
    )
    func openAI(_ status: Int, _ type: String, _ code: String?) throws {
        let bodies = [
            ("/v1/chat/completions", SandboxBody.chat("sandbox/error-\(status)", "x", #""stream":true"#)),
            ("/v1/responses", SandboxBody.responses("error-\(status)")),
            ("/v1/embeddings", #"{"model":"error-\#(status)"}"#),
            ("/v1/completions", #"{"model":"error-\#(status)"}"#),
            ("/v1/moderations", #"{"model":"error-\#(status)"}"#),
        ]
        for (path, body) in bodies {
            let answer = askSandbox(path, body)
            #expect(answer.status == status)
            #expect(answer.header("x-request-id") != nil)
            #expect(answer.header("retry-after") == (status == 429 ? "1" : nil))
            let error = try #require(try answer.node()["error"])
            #expect(error.keys == ["message", "type", "param", "code"])
            #expect(error["type"]?.string == type && error["code"]?.string == code && error["param"] == .null)
        }
    }

    @Test(
        "a status that was asked for comes in Anthropic's words",
        arguments: [
            (400, "invalid_request_error", "false"), (401, "authentication_error", "false"),
            (402, "billing_error", nil), (403, "permission_error", nil),
            (404, "not_found_error", "false"), (409, "conflict_error", nil), (413, "request_too_large", nil),
            (429, "rate_limit_error", nil),
            (500, "api_error", nil), (504, "timeout_error", nil), (529, "overloaded_error", "true"),
        ] as [(Int, String, String?)]
    )
    func anthropic(_ status: Int, _ type: String, _ shouldRetry: String?) throws {
        for path in ["/v1/messages", "/v1/messages/count_tokens"] {
            let answer = askSandbox(path, SandboxBody.messages("error-\(status)"))
            #expect(answer.status == status)
            #expect(answer.header("x-should-retry") == shouldRetry)
            #expect(answer.header("retry-after") == (status == 429 ? "1" : nil))
            let node = try answer.node()
            #expect(node["type"] == "error" && node["error"]?["type"]?.string == type)
            #expect(node["request_id"]?.string == answer.header("request-id"))
        }
    }

    @Test(
        "malformed chat requests name the field",
        arguments: [
            (#"{"messages":[{"role":"user","content":"x"}]}"#, "model"), (#"{"model":7,"messages":[]}"#, "model"),
            (#"{"model":""}"#, "model"),
            (#"{"model":"m"}"#, "messages"), (#"{"model":"m","messages":"x"}"#, "messages"),
            (#"{"model":"m","messages":[]}"#, "messages"),
            (#"{"model":"m","messages":["x"]}"#, "messages[0]"),
            (#"{"model":"m","messages":[{"role":"bot"}]}"#, "messages[0].role"),
            (#"{"model":"m","messages":[{"role":"user","content":{}}]}"#, "messages[0].content"),
        ]
    )
    func malformedChat(_ body: String, _ parameter: String) throws {
        let answer = askSandbox("/v1/chat/completions", body)
        #expect(answer.status == 400)
        #expect(try answer.node()["error"]?["param"]?.string == parameter)
    }

    @Test(
        "fields outside their range are named with their code",
        arguments: [
            (#""max_tokens":0"#, "max_tokens", "integer_below_min_value"),
            (#""max_completion_tokens":-4"#, "max_completion_tokens", "integer_below_min_value"),
            (#""max_tokens":1.5"#, "max_tokens", "invalid_type"), (#""n":129"#, "n", "integer_above_max_value"),
            (#""n":"2""#, "n", "invalid_type"),
            (#""temperature":2.5"#, "temperature", "decimal_above_max_value"),
            (#""top_p":-1"#, "top_p", "decimal_below_min_value"),
            (#""temperature":"hot""#, "temperature", "invalid_type"), (#""stream":"yes""#, "stream", "invalid_type"),
            (#""stop":["a","b","c","d","e"]"#, "stop", "array_above_max_length"),
            (#""stop":7"#, "stop", "invalid_type"),
            (#""stop":[1]"#, "stop", "invalid_type"),
            (#""stream_options":{"include_usage":true}"#, "stream_options", nil),
            (#""tools":{}"#, "tools", "invalid_type"),
            (#""tools":[{"type":"function"}]"#, "tools[0].function.name", "missing_required_parameter"),
            (#""tools":[{"type":"custom"}]"#, "tools[0].custom.name", "missing_required_parameter"),
            (#""tools":[],"parallel_tool_calls":1"#, "parallel_tool_calls", "invalid_type"),
        ] as [(String, String, String?)]
    )
    func ranges(_ field: String, _ parameter: String, _ code: String?) throws {
        let answer = askSandbox("/v1/chat/completions", SandboxBody.chat("echo", "x", field))
        #expect(answer.status == 400)
        let error = try answer.node()["error"]
        #expect(error?["param"]?.string == parameter)
        #expect(error?["code"]?.string == code)
    }

    @Test("null stands for absent")
    func nulls() {
        let fields =
            #""max_tokens":null,"n":null,"stop":null,"stream":null,"stream_options":null,"temperature":null,"tools":null,"tool_choice":null"#
        #expect(askSandbox("/v1/chat/completions", SandboxBody.chat("echo", "x", fields)).status == 200)
    }

    @Test(
        "malformed messages requests are refused in the vendor's words",
        arguments: [
            (#"{"max_tokens":1,"messages":[]}"#, "model: Field required"),
            (#"{"model":"m","messages":[]}"#, "max_tokens: Field required"),
            (#"{"model":"m","max_tokens":"x"}"#, "max_tokens: Input should be a valid integer"),
            (#"{"model":"m","max_tokens":-1}"#, "max_tokens"),
            (#"{"model":"m","max_tokens":1}"#, "messages: Field required"),
            (#"{"model":"m","max_tokens":1,"messages":{}}"#, "valid list"),
            (#"{"model":"m","max_tokens":1,"messages":[]}"#, "at least one message"),
            (#"{"model":"m","max_tokens":1,"messages":[1]}"#, "messages.0.role"),
            (#"{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":"x"}]}"#, "first message"),
            (#"{"model":"m","max_tokens":1,"messages":[{"role":"user"}]}"#, "messages.0.content: Field required"),
            (#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}]}"#, "non-empty content"),
            (#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[]}]}"#, "non-empty content"),
            (#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":{}}]}"#, "valid list"),
            (#"{"model":"m","max_tokens":1,"temperature":1.5}"#, "temperature"),
            (#"{"model":"m","max_tokens":1,"stream":1}"#, "stream"),
            (#"{"model":"m","max_tokens":1,"tools":{}}"#, "tools"),
            (#"{"model":"m","max_tokens":1,"tools":[{}]}"#, "tools.0.name"),
        ]
    )
    func malformedMessages(_ body: String, _ words: String) throws {
        let answer = askSandbox("/v1/messages", body)
        #expect(answer.status == 400)
        let error = try answer.node()["error"]
        #expect(error?["type"] == "invalid_request_error")
        #expect(error?["message"]?.string?.contains(words) == true, "\(error?["message"]?.string ?? "")")
    }

    @Test(
        "malformed responses requests and stored state are refused",
        arguments: [
            (#"{"input":"x"}"#, "model", 400), (#"{"model":"m"}"#, "input", 400),
            (#"{"model":"m","input":[]}"#, "input", 400),
            (#"{"model":"m","input":7}"#, "input", 400),
            (#"{"model":"m","input":"x","max_output_tokens":15}"#, "max_output_tokens", 400),
            (#"{"model":"m","input":"x","previous_response_id":"resp_1"}"#, "previous_response_id", 400),
            (#"{"model":"m","input":"x","conversation":"conv_1"}"#, "conversation", 404),
            (#"{"model":"m","input":"x","background":true}"#, "background", 400),
            (#"{"model":"m","input":"x","tools":7}"#, "tools", 400),
            (#"{"model":"m","input":"x","tools":[{"type":"function"}]}"#, "tools[0].name", 400),
        ]
    )
    func malformedResponses(_ body: String, _ parameter: String, _ status: Int) throws {
        let answer = askSandbox("/v1/responses", body)
        #expect(answer.status == status)
        #expect(try answer.node()["error"]?["param"]?.string == parameter)
    }

    @Test(
        "bodies that are no JSON object are refused with place and reason",
        arguments: ["", "{", "[]", "\"x\"", "{} {}", "{\"a\":1,\"a\":2}", "\u{feff}{}"]
    )
    func noJSON(_ body: String) throws {
        for (path, key) in [("/v1/chat/completions", "code"), ("/v1/messages", "type")] {
            let answer = askSandbox(path, body)
            #expect(answer.status == 400)
            #expect(try answer.node()["error"]?.keys.contains(key) == true)
        }
    }

    @Test("unknown paths and methods are refused")
    func routes() throws {
        #expect(askSandbox("/v1/files", "{}").status == 404)
        #expect(askSandbox("/", "{}").status == 404)
        #expect(askSandbox("/v1/chat/completions", "", method: "GET").status == 405)
        #expect(askSandbox("/v1/models", "{}").status == 405)
        #expect(askSandbox("/v1/messages", "", method: "GET").header("request-id") != nil)
    }

    @Test("a refusal never repeats the prompt")
    func silence() {
        let answer = askSandbox("/v1/chat/completions", SandboxBody.chat("error-500", "canary", #""max_tokens":0"#))
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("canary"))
    }
}
