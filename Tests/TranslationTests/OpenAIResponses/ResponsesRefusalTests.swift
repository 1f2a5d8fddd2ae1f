import Exchange
import OpenAIResponses
import Testing
import Wire

@Suite struct ResponsesRefusalTests {
    @Test(arguments: [
        (#""instructions":1"#, "instructions"), (#""input":5"#, "input"), (#""input":[7]"#, "input[0]"),
        (#""input":[{}]"#, "input[0].type"), (#""input":[{"type":4}]"#, "input[0].type"),
        (#""input":[{"role":1}]"#, "input[0].role"), (#""input":[{"role":"wizard"}]"#, "input[0].role"),
        (#""input":[{"role":"user","content":{}}]"#, "input[0].content"),
        (#""input":[{"role":"user","content":[1]}]"#, "input[0].content[0]"),
        (#""input":[{"role":"user","content":[{"text":"x"}]}]"#, "input[0].content[0].type"),
        (#""input":[{"role":"user","content":[{"type":"input_text","text":5}]}]"#, "input[0].content[0].text"),
        (#""input":[{"role":"user","content":[{"type":"input_image"}]}]"#, "input[0].content[0].image_url"),
        (
            #""input":[{"role":"user","content":[{"type":"input_image","image_url":{"url":"x"}}]}]"#,
            "input[0].content[0].image_url"
        ),
        (#""input":[{"role":"user","content":[{"type":"input_file"}]}]"#, "input[0].content[0].file_data"),
        (
            #""input":[{"role":"user","content":[{"type":"input_audio","input_audio":3}]}]"#,
            "input[0].content[0].input_audio"
        ),
        (#""input":[{"type":"function_call","name":"f","arguments":"{}"}]"#, "input[0].call_id"),
        (#""input":[{"type":"function_call","call_id":"c","arguments":"{}"}]"#, "input[0].name"),
        (#""input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}]"#, "input[0].arguments"),
        (#""input":[{"type":"function_call_output","call_id":"c"}]"#, "input[0].output"),
        (#""input":[{"type":"function_call_output","call_id":"c","output":1}]"#, "input[0].output"),
        (#""input":[{"type":"function_call_output","call_id":"c","output":[{}]}]"#, "input[0].output[0].type"),
        (#""input":[{"type":"reasoning","summary":"x"}]"#, "input[0].summary"),
        (#""input":[{"type":"reasoning","summary":[{}]}]"#, "input[0].summary[0].text"),
        (#""input":[{"type":"reasoning","summary":[],"encrypted_content":1}]"#, "input[0].encrypted_content"),
        (#""tools":{}"#, "tools"), (#""tools":[1]"#, "tools[0]"), (#""tools":[{}]"#, "tools[0].type"),
        (#""tools":[{"type":"function"}]"#, "tools[0].name"),
        (#""tools":[{"type":"function","name":"f","parameters":[]}]"#, "tools[0].parameters"),
        (#""tools":[{"type":"function","name":"f","strict":"yes"}]"#, "tools[0].strict"),
        (#""tools":[{"type":"namespace","name":"n"}]"#, "tools[0].tools"),
        (#""tools":[{"type":"namespace","name":"n","tools":[{"type":"function"}]}]"#, "tools[0].tools[0].name"),
        (#""tool_choice":1"#, "tool_choice"), (#""tool_choice":"some""#, "tool_choice"),
        (#""tool_choice":{}"#, "tool_choice.type"), (#""tool_choice":{"type":"function"}"#, "tool_choice.name"),
        (#""tool_choice":{"type":"allowed_tools"}"#, "tool_choice.tools"),
        (#""tool_choice":{"type":"allowed_tools","mode":"x","tools":[]}"#, "tool_choice.mode"),
        (#""stream":1"#, "stream"), (#""store":"x""#, "store"), (#""background":1"#, "background"),
        (#""max_output_tokens":"9""#, "max_output_tokens"), (#""max_output_tokens":0"#, "max_output_tokens"),
        (#""max_output_tokens":1.5"#, "max_output_tokens"), (#""max_tool_calls":-1"#, "max_tool_calls"),
        (#""temperature":"0""#, "temperature"), (#""temperature":2.5"#, "temperature"), (#""top_p":-1"#, "top_p"),
        (#""top_logprobs":21"#, "top_logprobs"), (#""include":"x""#, "include"), (#""include":[1]"#, "include[0]"),
        (#""parallel_tool_calls":0"#, "parallel_tool_calls"), (#""reasoning":"high""#, "reasoning"),
        (#""reasoning":{"effort":3}"#, "reasoning.effort"), (#""reasoning":{"effort":"some"}"#, "reasoning.effort"),
        (#""reasoning":{"summary":true}"#, "reasoning.summary"), (#""text":"x""#, "text"),
        (#""text":{"verbosity":1}"#, "text.verbosity"), (#""text":{"format":"json"}"#, "text.format"),
        (#""text":{"format":{}}"#, "text.format.type"),
        (#""text":{"format":{"type":"json_schema","name":"n"}}"#, "text.format.schema"),
        (#""text":{"format":{"type":"json_schema","schema":{}}}"#, "text.format.name"),
        (#""metadata":[]"#, "metadata"), (#""metadata":{"a":1}"#, "metadata"), (#""user":1"#, "user"),
        (#""safety_identifier":1"#, "safety_identifier"), (#""prompt_cache_key":1"#, "prompt_cache_key"),
        (#""prompt_cache_retention":1"#, "prompt_cache_retention"), (#""service_tier":1"#, "service_tier"),
        (#""truncation":1"#, "truncation"), (#""previous_response_id":1"#, "previous_response_id"),
        (#""conversation":1"#, "conversation"), (#""prompt":"p""#, "prompt"),
        (#""stream_options":1"#, "stream_options"),
        (#""context_management":{}"#, "context_management"), (#""moderation":1"#, "moderation"),
    ])
    func `a wrong type is refused by name, without the value`(_ members: String, _ name: String) throws {
        let failure = try #require(try refusalOfResponses(members))
        #expect(failure.kind == .invalidRequest && failure.parameter == name && failure.message.hasPrefix(name))
        #expect(!failure.message.contains("wizard") && !failure.message.contains("some"))
    }

    @Test func `the model must be there`() throws {
        for body in ["{}", #"{"model":""}"#, #"{"model":1}"#] {
            let parameter = try withResponsesJSON(body) { root -> String? in
                do throws(GatewayFailure) {
                    _ = try responsesRoom.decodeRequest(root, version: nil)
                    return nil
                } catch { return error.parameter }
            }
            #expect(parameter == "model")
        }
    }

    @Test func `every parameter has a spelling`() {
        for parameter in RequestField.Parameter.allCases {
            #expect(!responsesRoom.spelling(of: .parameter(parameter)).isEmpty)
        }
        #expect(responsesRoom.spelling(of: .place(Place(message: 3, part: 1))) == "input[3].content[1]")
        #expect(responsesRoom.spelling(of: .place(Place())) == "instructions")
        #expect(responsesRoom.spelling(of: .tool(2)) == "tools[2]" && responsesRoom.spelling(of: .named("x")) == "x")
    }
}
