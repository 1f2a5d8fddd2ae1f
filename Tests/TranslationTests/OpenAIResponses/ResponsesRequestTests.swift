import Exchange
import OpenAIResponses
import Testing

@Suite struct ResponsesRequestTests {
    private func turns(_ items: String) throws -> String {
        responsesSketch(try decodeResponses("\"input\":\(items)").turns)
    }

    @Test func `a string is one user message`() throws {
        #expect(try self.turns(#""hi""#) == "user:hi")
    }

    @Test func `O01 messages need no type, id or status`() throws {
        let items = #"""
            [{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"output_text","text":"b"}]},
             {"type":"message","id":"msg_1","status":"completed","role":"assistant","phase":"commentary",
              "content":[{"type":"output_text","text":"c","annotations":[]},{"type":"refusal","refusal":"no"}]},
             {"role":"user","content":[{"type":"input_text","text":"d"}]}]
            """#
        #expect(try self.turns(items) == "user:a | assistant:b,c,refusal(no) | user:d")
    }

    @Test func `leading instructions are the system prompt, later ones stay in place`() throws {
        let request = try decodeResponses(
            #"""
            "instructions":"one","input":[{"role":"developer","content":"two"},{"role":"system","content":
            [{"type":"input_text","text":"three"}]},{"role":"user","content":"u"},{"role":"developer","content":"late"}]
            """#
        )
        #expect(responsesSketch(request.system) == "one,two,three")
        #expect(responsesSketch(request.turns) == "user:u | system:late")
    }

    @Test func `T36 reasoning, text and calls in a row are one assistant turn`() throws {
        let items = #"""
            [{"role":"user","content":"q"},
             {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"x"},{"type":"summary_text","text":"y"}],
              "encrypted_content":"gAAA"},
             {"role":"assistant","content":"t"},
             {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"a\":1}","status":"completed"},
             {"type":"custom_tool_call","call_id":"c2","name":"patch","input":"*** x"},
             {"type":"function_call_output","call_id":"c1","output":"r1"},
             {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"r2"},
              {"type":"input_image","image_url":"https://e/x.png"}]}]
            """#
        #expect(
            try self.turns(items) == "user:q | assistant:reasoning(responses:x\n\ny),t,call(c1:f:{\"a\":1}),"
                + "call(c2:patch:*** x) | user:result(c1:r1) | user:result(c2:r2,image(https://e/x.png))"
        )
    }

    @Test func `R15 reasoning stored at the vendor is cut, our envelope is opened, a damaged one is cut`() throws {
        let sealed = ReasoningEnvelope.seal(
            Reasoning(text: "exact", state: ReasoningState(owner: "anthropic", value: "sig"))
        )
        let items = #"""
            [{"type":"reasoning","id":"rs_1","summary":[]},
             {"type":"reasoning","summary":[{"type":"summary_text","text":"edited"}],"encrypted_content":"\#(sealed ?? "")"},
             {"type":"reasoning","summary":[],"encrypted_content":"mt1.anthropic.%%"},
             {"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"open"}]},
             {"type":"reasoning","summary":[],"encrypted_content":"gAAA"},
             {"role":"assistant","content":"t"}]
            """#
        #expect(
            try self.turns(items)
                == "assistant:reasoning(anthropic:exact),reasoning(-:open),reasoning(responses:),t"
        )
    }

    @Test func `media come inline, by address or stored`() throws {
        let items = #"""
            [{"role":"user","content":[
              {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"},
              {"type":"input_image","file_id":"file-1"},
              {"type":"input_file","filename":"a.pdf","file_data":"JVBERi0xLjQ="},
              {"type":"input_file","file_url":"https://e/a.pdf"},
              {"type":"input_file","filename":"n.txt","file_data":"data:text/plain;base64,aGVsbG8="},
              {"type":"input_audio","input_audio":{"data":"AAAA","format":"mp3"}},
              {"type":"input_video","video":1}]}]
            """#
        #expect(
            try self.turns(items)
                == "user:image(image/png=AAAA),image(stored=file-1),document(a.pdf:application/pdf=JVBERi0xLjQ=),"
                + "document(-:https://e/a.pdf),document(n.txt:hello),audio(audio/mpeg=AAAA),opaque(input_video)"
        )
    }

    @Test func `O02 items of this format alone stay opaque, state is refused, searches are dropped`() throws {
        let request = try decodeResponses(
            #"""
            "input":[{"role":"user","content":"q"},{"type":"web_search_call","id":"ws_1","status":"completed"},
            {"type":"agent_message","text":"x"},{"type":"computer_call_output","call_id":"c","output":{}},
            {"id":"msg_9"},{"type":"item_reference","id":"msg_8"},{"type":"compaction","encrypted_content":"x"}]
            """#
        )
        #expect(
            responsesSketch(request.turns)
                == "user:q | assistant:opaque(agent_message) | user:opaque(computer_call_output)"
        )
        let fates = request.leftovers.map { leftover in
            if case .drop = leftover.fate {
                "drop \(responsesRoom.spelling(of: leftover.field))"
            } else {
                "reject \(responsesRoom.spelling(of: leftover.field))"
            }
        }
        #expect(fates == ["drop input[1]", "reject input[4]", "reject input[5]", "reject input[6]"])
    }

    @Test func `places are those of the caller`() throws {
        let turns = try decodeResponses(
            #"""
            "input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]},
            {"type":"function_call_output","call_id":"c","output":[{"type":"odd"}]}]
            """#
        ).turns
        #expect(responsesRoom.spelling(of: .place(turns[0].blocks[1].place)) == "input[0].content[1]")
        guard case .toolResult(let result) = turns[1].blocks[0].content else { throw Odd() }
        #expect(responsesRoom.spelling(of: .place(result.blocks[0].place)) == "input[1]")
    }

    @Test func `tools of all kinds`() throws {
        let request = try decodeResponses(
            #"""
            "tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"b":{},"a":{}}},"strict":true,
            "description":"d","defer_loading":true},{"type":"function","name":"g","parameters":null},
            {"type":"custom","name":"p","format":{"type":"grammar","syntax":"lark","definition":"s"}},
            {"type":"namespace","name":"crm","description":"x","tools":[{"type":"function","name":"get","parameters":{}}]},
            {"type":"tool_search"},{"type":"web_search","search_context_size":"low"}]
            """#
        )
        #expect(request.tools.map(\.name) == ["f", "g", "p", "crm__get", "tool_search", "web_search"])
        #expect(request.tools.map(\.index) == [0, 1, 2, 3, 4, 5])
        #expect(
            request.tools[0].kind
                == .function(
                    schema: RawJSON(trusted: #"{"type":"object","properties":{"b":{},"a":{}}}"#),
                    strict: true
                )
        )
        #expect(request.tools[0].extras == ["defer_loading"])
        #expect(request.tools[1].kind == .function(schema: nil, strict: nil))
        #expect(request.tools[5].original?.json.text == #"{"type":"web_search","search_context_size":"low"}"#)
    }

    @Test func `tools that come with the conversation are offered once`() throws {
        let request = try decodeResponses(
            #"""
            "tools":[{"type":"function","name":"f","defer_loading":true}],"input":[{"role":"user","content":"q"},
            {"type":"additional_tools","role":"developer","tools":[{"type":"function","name":"f"},
            {"type":"custom","name":"p"}]},{"role":"user","content":"go"}]
            """#
        )
        #expect(request.tools.map(\.name) == ["f", "p"] && responsesSketch(request.turns) == "user:q | user:go")
    }

    @Test(arguments: [
        (#""auto""#, ToolChoice.auto), (#""none""#, ToolChoice.none), (#""required""#, .required),
        (#"{"type":"function","name":"f"}"#, .named("f")), (#"{"type":"custom","name":"p"}"#, .named("p")),
        (#"{"type":"function","name":"get","namespace":"crm"}"#, .named("crm__get")),
        (
            #"{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]}"#,
            .allowed(["f"], required: true)
        ),
        (#"{"type":"mcp","server_label":"x"}"#, .hosted(type: "mcp")),
    ])
    func `tool choices`(_ json: String, _ choice: ToolChoice) throws {
        #expect(try decodeResponses("\"tool_choice\":\(json)").toolChoice == choice)
    }

    @Test func `P11 settings are read with their three states`() throws {
        let request = try decodeResponses(
            #"""
            "temperature":0,"top_p":null,"parallel_tool_calls":false,"max_output_tokens":9,"store":true,"stream":true,
            "reasoning":{"effort":"xhigh","summary":"auto","context":"all_turns"},"user":"u","prompt_cache_key":"k",
            "service_tier":"flex","metadata":{"a":"b"},"include":["message.output_text.logprobs","x"],"top_logprobs":3,
            "text":{"verbosity":"low","format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object"}}}
            """#
        )
        #expect(request.sampling.temperature == .value(0) && request.sampling.topP == .null)
        #expect(request.sampling.topK == .absent && request.parallelToolCalls == false && request.store == true)
        #expect(request.maxOutputTokens == 9 && request.isStream && request.endUser == "u" && request.cacheKey == "k")
        #expect(request.reasoning.effort == .xhigh && request.reasoning.isShown == true && request.logprobs == 3)
        #expect(request.serviceTier == .flex && request.metadata == [.init(name: "a", value: "b")])
        #expect(request.verbosity == "low" && request.leftovers == [Leftover(.named("reasoning.context"), .drop)])
        guard case .schema(let schema) = request.output else { throw Odd() }
        #expect(schema.name == "n" && schema.strict == true && schema.schema.text == #"{"type":"object"}"#)
    }

    @Test func `what only this format has is dropped, refused or silent`() throws {
        func fates(_ members: String) throws -> String {
            try decodeResponses(members).leftovers.map {
                if case .drop = $0.fate {
                    "drop \(responsesRoom.spelling(of: $0.field))"
                } else {
                    "reject \(responsesRoom.spelling(of: $0.field))"
                }
            }.joined(separator: " ")
        }
        let silent = #"""
            "background":false,"previous_response_id":null,"truncation":"disabled","stream_options":{"include_obfuscation":false},
            "include":["reasoning.encrypted_content"],"prompt_cache_options":{"ttl":"30m"},"context_management":[],
            "metadata":null,"tools":[],"reasoning":{"context":"auto","mode":"standard","effort":null},"text":{},
            "top_logprobs":0,"conversation":null,"prompt":null,"new_thing":null
            """#
        #expect(try fates(silent) == "")
        #expect(
            try fates(#""previous_response_id":"r","conversation":{"id":"c"},"prompt":{"id":"p"},"background":true"#)
                == "reject previous_response_id reject conversation reject prompt reject background"
        )
        #expect(try fates(#""context_management":[{"type":"compaction"}]"#) == "reject context_management")
        #expect(
            try fates(#""truncation":"auto","max_tool_calls":1,"client_metadata":{"a":1},"moderation":{"model":"m"}"#)
                == "drop truncation drop max_tool_calls drop client_metadata drop moderation"
        )
        #expect(try fates(#""text":{"format":{"type":"grammar"}}"#) == "reject text.format")
    }

    private struct Odd: Error {}
}
