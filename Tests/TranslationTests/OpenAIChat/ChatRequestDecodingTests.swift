import Exchange
import OpenAIChat
import Testing
import Wire

@Suite struct ChatRequestDecodingTests {
    @Test func `leading system and developer text is the system prompt, later system text stays in place`() throws {
        let request = try ChatProbe.decode(
            messages: """
                [{"role":"system","content":"a"},{"role":"developer","content":[{"type":"text","text":"b"}]},
                {"role":"user","content":"c"},{"role":"system","content":"d"},{"role":"user","content":"e","name":"eve"}]
                """
        )
        #expect(ChatProbe.contents(request.system) == [.text(Text("a")), .text(Text("b"))])
        #expect(request.turns.map(\.role) == [.user, .system, .user])
        #expect(request.turns[2].name == "eve" && request.turns[1].place == Place(message: 3))
        #expect(request.system[1].place == Place(message: 1, part: 0))
    }

    @Test func `parts become typed blocks`() throws {
        let request = try ChatProbe.decode(
            messages: """
                [{"role":"user","content":[{"type":"text","text":"t","cache_control":{"type":"ephemeral","ttl":"1h"}},
                {"type":"image_url","image_url":{"url":"https://x.test/a.png","detail":"low"}},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}},
                {"type":"input_audio","input_audio":{"data":"AAAA","format":"mp3"}},
                {"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0=","filename":"a.pdf"}},
                {"type":"file","file":{"file_id":"file-1"}},
                {"type":"file","file":{"file_data":"data:text/plain;base64,aGk=","filename":"a.txt"}},
                {"type":"video_url","video_url":{"url":"https://x.test/v"}}]}]
                """
        )
        let blocks = request.turns[0].blocks
        #expect(blocks[0].cache == .long)
        #expect(blocks[1].content == .image(Media(.url("https://x.test/a.png"), detail: "low")))
        #expect(blocks[2].content == .image(Media(.base64("iVBORw0KGgo="), mediaType: "image/png")))
        #expect(blocks[3].content == .audio(Media(.base64("AAAA"), mediaType: "audio/mpeg")))
        let pdf = Media(.base64("JVBERi0="), mediaType: "application/pdf")
        #expect(blocks[4].content == .document(Document(.media(pdf), title: "a.pdf")))
        #expect(blocks[5].content == .document(Document(.media(Media(.stored("file-1"))))))
        #expect(blocks[6].content == .document(Document(.text("hi"), title: "a.txt")))
        guard case .opaque(let opaque) = blocks[7].content else { throw ChatSurprise() }
        #expect(opaque.type == "video_url" && opaque.format == .chat)
    }

    @Test func `an assistant's message is thoughts, text, refusal and calls, in this order`() throws {
        let request = try ChatProbe.decode(
            messages: """
                [{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{bad"},
                "extra_content":{"google":{"thought_signature":"sig"}}},
                {"id":"c2","type":"custom","custom":{"name":"g","input":"free"}}],
                "refusal":"no","content":"text","reasoning_content":"hm"},
                {"role":"tool","tool_call_id":"c1","content":""},
                {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"r"}],"cache_control":{"type":"ephemeral"}}]
                """
        )
        let signed = ReasoningState(owner: "gemini", value: "sig")
        #expect(
            ChatProbe.contents(request.turns[0].blocks) == [
                .reasoning(Reasoning(text: "hm")), .text(Text("text")), .refusal("no"),
                .toolCall(ToolCall(id: "c1", name: "f", input: ToolInput(.claimedObject, "{bad"), state: signed)),
                .toolCall(ToolCall(id: "c2", name: "g", input: ToolInput(.freeText, "free"))),
            ]
        )
        #expect(request.turns[1].blocks[0].content == .toolResult(ToolResult(callID: "c1", blocks: [])))
        #expect(request.turns[2].blocks[0].cache == .short, "C03: a mark on the message is a mark on the result")
    }

    @Test func `T01, T41: empty content beside calls is no text, and empty arguments are kept for the vendor's room`()
        throws
    {
        let request = try ChatProbe.decode(
            messages: """
                [{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":""}}]}]
                """
        )
        let call = ToolCall(id: "c", name: "f", input: ToolInput(.claimedObject, ""))
        #expect(ChatProbe.contents(request.turns[0].blocks) == [.toolCall(call)])
        #expect(call.input.objectText == "{}")
    }

    @Test func `legacy functions are tools, and their calls and results find each other`() throws {
        let request = try ChatProbe.decode(
            messages: """
                [{"role":"user","content":"q"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
                {"role":"function","name":"f","content":"1"},
                {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
                {"role":"function","name":"f","content":"2"}]
                """,
            #""functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"}"#
        )
        #expect(request.usesLegacyFunctions && request.parallelToolCalls == false)
        #expect(request.toolChoice == .named("f"))
        #expect(request.tools.map(\.name) == ["f"])
        let ids = request.turns.flatMap(\.blocks).compactMap { block -> String? in
            switch block.content {
            case .toolCall(let call): call.id
            case .toolResult(let result): result.callID
            default: nil
            }
        }
        #expect(ids.count == 4 && ids[0] == ids[1] && ids[2] == ids[3] && ids[0] != ids[2])
    }

    @Test func `T16: calls with empty ids are paired by order`() throws {
        let request = try ChatProbe.decode(
            messages: """
                [{"role":"assistant","tool_calls":[{"id":"","function":{"name":"a"}},{"function":{"name":"b"}}]},
                {"role":"tool","tool_call_id":"","content":"1"},{"role":"tool","content":"2"}]
                """
        )
        var report = TranslationReport(target: "t")
        let paired = try Conversation.paired(request.turns, merges: true, report: &report)
        #expect(report.warnings.isEmpty && paired.count == 2)
    }

    @Test func `tools of all kinds are read`() throws {
        let request = try ChatProbe.decode(
            messages: #"[{"role":"user","content":"q"}]"#,
            """
            "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"b":1,"a":2},"strict":true}},
            {"type":"custom","custom":{"name":"g","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"x"}}}},
            {"type":"browser","size":1},{"function":{"name":"h","strict":null}}],
            "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}},
            "parallel_tool_calls":false,"web_search_options":{}
            """
        )
        #expect(request.tools.map(\.name) == ["f", "g", "browser", "h", "web_search"])
        #expect(request.tools[0].kind == .function(schema: RawJSON(trusted: #"{"b":1,"a":2}"#), strict: true))
        let flat = RawJSON(trusted: #"{"type":"grammar","syntax":"lark","definition":"x"}"#)
        #expect(request.tools[1].kind == .custom(format: flat))
        #expect(request.tools[2].kind == .hosted(type: "browser"))
        #expect(request.tools[3].kind == .function(schema: nil, strict: nil))
        #expect(request.toolChoice == .allowed(["f"], required: true))
        #expect(request.parallelToolCalls == false)
    }

    @Test(arguments: [
        (#""none""#, ToolChoice.none), (#""auto""#, .auto), (#""required""#, .required),
        (#"{"type":"function","function":{"name":"f"}}"#, .named("f")),
        (#"{"type":"custom","custom":{"name":"g"}}"#, .named("g")), (#"{"type":"browser"}"#, .hosted(type: "browser")),
    ])
    func `tool choices are read`(json: String, choice: ToolChoice) throws {
        let request = try ChatProbe.decode(messages: #"[{"role":"user","content":"q"}]"#, "\"tool_choice\":\(json)")
        #expect(request.toolChoice == choice)
    }

    @Test func `P11: settings keep their three states, and zero is a value`() throws {
        let request = try ChatProbe.decode(
            messages: #"[{"role":"user","content":"q"}]"#,
            """
            "temperature":0,"top_p":null,"seed":0,"frequency_penalty":-1.5,"stop":"x","max_tokens":9,
            "max_completion_tokens":5,"logprobs":true,"top_logprobs":2,"reasoning_effort":"none","verbosity":"low",
            "service_tier":"fast","user":"u","safety_identifier":"s","prompt_cache_key":"k","metadata":{"a":"b"},
            "store":false,"stream":true,"n":2,"response_format":{"type":"json_object"}
            """
        )
        #expect(request.sampling.temperature == .value(0) && request.sampling.topP == .null)
        #expect(request.sampling.presencePenalty == .absent && request.sampling.frequencyPenalty == .value(-1.5))
        #expect(request.sampling.seed == .value(0) && request.stop == ["x"] && request.maxOutputTokens == 5)
        #expect(request.logprobs == 2 && request.choiceCount == 2 && request.output == .json)
        #expect(request.reasoning.mode == .off && request.reasoning.effort == ReasoningIntent.Effort.none)
        #expect(request.verbosity == "low" && request.serviceTier == .priority && request.endUser == "s")
        #expect(request.cacheKey == "k" && request.metadata == [.init(name: "a", value: "b")] && request.store == false)
        #expect(request.isStream && !request.wantsUsage)
        #expect(request.leftovers == [Leftover(.named("max_tokens"), .drop), Leftover(.named("user"), .drop)])
    }

    @Test func `usage of a stream is wanted when asked for`() throws {
        let asked = try ChatProbe.decode(
            messages: #"[{"role":"user","content":"q"}]"#,
            #""stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}"#
        )
        #expect(asked.wantsUsage && asked.leftovers.isEmpty)
        #expect(try ChatProbe.decode(messages: #"[{"role":"user","content":"q"}]"#).wantsUsage)
    }

    @Test func `a schema is carried byte for byte`() throws {
        let request = try ChatProbe.decode(
            messages: #"[{"role":"user","content":"q"}]"#,
            #""response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"z":1.0,"a":{}}}}"#
        )
        let schema = OutputSchema(schema: RawJSON(trusted: #"{"z":1.0,"a":{}}"#), name: "n", strict: true)
        #expect(request.output == .schema(schema))
    }

    @Test func `what only Chat can say is judged`() throws {
        let request = try ChatProbe.decode(
            messages:
                #"[{"role":"user","content":"q","color":1},{"role":"assistant","content":null,"audio":{"id":"a"}}]"#,
            """
            "logit_bias":{"1":2},"modalities":["text","audio"],"audio":{"voice":"v"},"prediction":{"type":"content"},
            "enable_thinking":true,"moderation":{"policy":{"input":{"mode":"block"}}},"prompt_cache_retention":"24h",
            "empty":null
            """
        )
        let drops = request.leftovers.filter { $0.fate == .drop }.map { ChatProbe.format.spelling(of: $0.field) }
        let rejects = request.leftovers.filter { $0.fate != .drop }.map { ChatProbe.format.spelling(of: $0.field) }
        #expect(drops == ["enable_thinking", "prediction", "messages.color"])
        #expect(rejects == ["logit_bias", "modalities", "moderation", "messages[1].audio"])
        let silent = try ChatProbe.decode(
            messages: #"[{"role":"user","content":"q"}]"#,
            #""logit_bias":{},"modalities":["text"],"top_logprobs":0,"tools":[],"stop":null,"n":1,"metadata":{}"#
        )
        #expect(silent.leftovers.isEmpty && silent.tools.isEmpty)
    }
}
