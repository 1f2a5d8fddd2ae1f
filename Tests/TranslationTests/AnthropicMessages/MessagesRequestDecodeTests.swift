import AnthropicMessages
import Exchange
import Testing

@Suite struct MessagesRequestDecodeTests {
    @Test func `settings are read by what they mean`() throws {
        let request = try MessagesRoom.decode(
            """
            {"model":"m","max_tokens":5,"stream":true,"temperature":0,"top_p":null,"top_k":3,"stop_sequences":["X"],
            "metadata":{"user_id":"u"},"service_tier":"standard_only","cache_control":{"type":"ephemeral","ttl":"1h"},
            "system":"Be brief.","thinking":{"type":"enabled","budget_tokens":2048,"display":"omitted"},
            "output_config":{"effort":"high","format":{"type":"json_schema","schema":{"b":1,"a":2}}},
            "messages":[{"role":"user","content":"Hi"}]}
            """,
            version: "2023-06-01"
        )
        #expect(request.origin == .messages && request.model == "m" && request.isStream)
        #expect(request.maxOutputTokens == 5 && request.stop == ["X"] && request.endUser == "u")
        #expect(request.sampling.temperature == .value(0) && request.sampling.topP == .null)
        #expect(request.sampling.topK == .value(3) && request.sampling.seed == .absent)
        #expect(request.serviceTier == .standard && request.cache == .long)
        #expect(request.system == [.text("Be brief.")])
        #expect(request.reasoning.mode == .budgeted && request.reasoning.budget == 2048)
        #expect(request.reasoning.effort == .high && request.reasoning.isShown == false)
        #expect(request.output == .schema(OutputSchema(schema: RawJSON(trusted: "{\"b\":1,\"a\":2}"))))
        #expect(request.turns == [Turn(.user, [.text("Hi", place: Place(message: 0))], place: Place(message: 0))])
        #expect(request.leftovers.isEmpty)
    }

    @Test(arguments: [
        ("adaptive", ReasoningIntent.Mode.adaptive, 0), ("disabled", .off, 0), ("between_tools", .adaptive, 1),
    ])
    func `thinking says whether to think`(type: String, mode: ReasoningIntent.Mode, leftovers: Int) throws {
        let request = try MessagesRoom.decode(members: "\"messages\":[],\"thinking\":{\"type\":\"\(type)\"}")
        #expect(request.reasoning.mode == mode && request.leftovers.count == leftovers)
    }

    @Test func `T19 T20 tools of every kind are read`() throws {
        let request = try MessagesRoom.decode(
            members: """
                "messages":[],"tools":[
                {"name":"a","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"},"strict":true},
                {"type":"custom","name":"b","description":"B","input_schema":{},"input_examples":[{"x":1}],
                 "defer_loading":true,"eager_input_streaming":false,"allowed_callers":["direct"]},
                {"type":null,"name":"c"},
                {"type":"web_search_20250305","name":"web_search","max_uses":2},
                {"type":"tool_search_tool_regex_20251119","name":"tool_search_tool_regex"}],
                "tool_choice":{"type":"tool","name":"web_search","disable_parallel_tool_use":true}
                """
        )
        let tools = request.tools
        #expect(tools.map(\.name) == ["a", "b", "c", "web_search", "tool_search_tool_regex"])
        #expect(tools.map(\.index) == [0, 1, 2, 3, 4])
        #expect(tools[0].kind == .function(schema: RawJSON(trusted: "{\"type\":\"object\"}"), strict: true))
        #expect(tools[0].cache == .short && tools[1].description == "B")
        #expect(tools[1].extras == ["input_examples", "defer_loading"])
        #expect(tools[2].kind == .function(schema: nil, strict: nil))
        #expect(tools[3].kind == .hosted(type: "web_search_20250305"))
        #expect(tools[3].original?.json.text == #"{"type":"web_search_20250305","name":"web_search","max_uses":2}"#)
        #expect(request.toolChoice == .hosted(type: "web_search_20250305") && request.parallelToolCalls == false)
    }

    @Test(arguments: [
        ("{\"type\":\"auto\"}", ToolChoice.auto), ("{\"type\":\"any\"}", .required), ("{\"type\":\"none\"}", .none),
        ("{\"type\":\"tool\",\"name\":\"a\"}", .named("a")),
    ])
    func `a tool choice is read`(json: String, choice: ToolChoice) throws {
        let request = try MessagesRoom.decode(members: "\"messages\":[],\"tool_choice\":\(json)")
        #expect(request.toolChoice == choice && request.parallelToolCalls == nil)
    }

    @Test func `media are read from every source`() throws {
        let blocks = try MessagesRoom.blocks(
            """
            [{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"iVBORw0KGgoAAAAN"},
              "cache_control":{"type":"ephemeral"}},
             {"type":"image","source":{"type":"url","url":"https://e/x.png"}},
             {"type":"image","source":{"type":"file","file_id":"file_1"}},
             {"type":"document","source":{"type":"text","media_type":"text/plain","data":"T"},"title":"t","context":"c",
              "citations":{"enabled":true}},
             {"type":"document","source":{"type":"content","content":[{"type":"text","text":"in"}]}},
             {"type":"search_result","source":"https://e","title":"hit","content":[{"type":"text","text":"found"}]}]
            """
        )
        // What the bytes are counts, not what the caller claims.
        #expect(blocks[0].content == .image(Media(.base64("iVBORw0KGgoAAAAN"), mediaType: "image/png")))
        #expect(blocks[0].cache == .short && blocks[0].place == Place(message: 0, part: 0))
        #expect(blocks[1].content == .image(Media(.url("https://e/x.png"))))
        #expect(blocks[2].content == .image(Media(.stored("file_1"))))
        var document = Document(.text("T"), title: "t", context: "c")
        document.wantsCitations = true
        #expect(blocks[3].content == .document(document))
        let inner = Block.text("in", place: Place(message: 0, part: 4))
        #expect(blocks[4].content == .document(Document(.blocks([inner]))))
        let hit = Document(
            .blocks([.text("found", place: Place(message: 0, part: 5))]),
            title: "hit",
            context: "https://e"
        )
        #expect(blocks[5].content == .document(hit))
    }

    @Test func `calls and results are read, and a mark inside a result is the result's`() throws {
        let call = try MessagesRoom.blocks(
            #"[{"type":"tool_use","id":"t1","name":"f","input":{"z": 1.0,"a":12345678901234567890}}]"#,
            role: "assistant"
        )
        let input = ToolInput(.object, #"{"z": 1.0,"a":12345678901234567890}"#)
        #expect(call.map(\.content) == [.toolCall(ToolCall(id: "t1", name: "f", input: input))])
        let results = try MessagesRoom.blocks(
            """
            [{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":"bad"},
             {"type":"tool_result","tool_use_id":"t2"},
             {"type":"tool_result","tool_use_id":"t3","content":[{"type":"text","text":"a"},
              {"type":"image","source":{"type":"url","url":"https://e"},"cache_control":{"type":"ephemeral","ttl":"1h"}},
              {"type":"tool_reference","tool_name":"later"}]}]
            """
        )
        let contents = results.compactMap { if case .toolResult(let result) = $0.content { result } else { nil } }
        #expect(contents[0].isError == true && contents[0].text == "bad" && contents[1].blocks.isEmpty)
        #expect(contents[2].blocks.count == 3 && contents[2].text == "a\nTool found: later")
        #expect(results[2].cache == .long && contents[2].blocks[1].cache == nil)
    }

    @Test func `R05 R07 thoughts are told apart by their signature`() throws {
        let foreign = Reasoning(text: "seen", state: ReasoningState(owner: "openai", value: "gA=="))
        let hidden = Reasoning(text: nil, state: ReasoningState(owner: "gemini", value: "s"), isRedacted: true)
        let sealed = try #require(ReasoningEnvelope.seal(foreign))
        let data = try #require(ReasoningEnvelope.seal(hidden))
        let blocks = try MessagesRoom.blocks(
            """
            [{"type":"thinking","thinking":"","signature":"EuY="},
             {"type":"thinking","thinking":"edited","signature":"\(sealed)"},
             {"type":"redacted_thinking","data":"\(data)"},
             {"type":"redacted_thinking","data":"native"},
             {"type":"thinking","thinking":"cut","signature":"mt1.broken"},
             {"type":"thinking","thinking":"","signature":""},
             {"type":"thinking","thinking":"unsigned","signature":""},
             {"type":"text","text":"x"}]
            """,
            role: "assistant"
        )
        let native = ReasoningState(owner: ReasoningState.anthropic, value: "EuY=")
        #expect(
            blocks.map(\.content) == [
                .reasoning(Reasoning(text: "", state: native)), .reasoning(foreign), .reasoning(hidden),
                .reasoning(
                    Reasoning(text: nil, state: ReasoningState(owner: "anthropic", value: "native"), isRedacted: true)
                ),
                .reasoning(Reasoning(text: "unsigned")), .text(Text("x")),
            ]
        )
    }

    @Test func `steps of the vendor's own tools are opaque, its searches become text`() throws {
        let request = try MessagesRoom.decode(
            members: """
                "messages":[{"role":"user","content":"?"},{"role":"assistant","content":[
                {"type":"server_tool_use","id":"s1","name":"web_search","input":{"query":"q"}},
                {"type":"web_search_tool_result","tool_use_id":"s1","content":[
                 {"type":"web_search_result","url":"https://e","title":"E","encrypted_content":"zz"}]},
                {"type":"server_tool_use","id":"s2","name":"bash_code_execution","input":{}},
                {"type":"mcp_tool_use","id":"m","name":"n","server_name":"s","input":{}}]}]
                """
        )
        let blocks = request.turns[1].blocks
        #expect(blocks[0].content == .text(Text("Web search results:\n- E: https://e")))
        guard case .opaque(let step) = blocks[1].content, case .opaque(let mcp) = blocks[2].content else {
            Issue.record("not opaque")
            return
        }
        #expect(step.type == "server_tool_use" && step.format == .messages && mcp.type == "mcp_tool_use")
        #expect(request.leftovers.map(\.fate) == [.drop, .drop])
    }

    @Test func `system text leads, and stands inside the conversation where it stood`() throws {
        let request = try MessagesRoom.decode(
            members: """
                "system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=1"},
                {"type":"text","text":"A","cache_control":{"type":"ephemeral"}},{"type":"text","text":"B"}],
                "messages":[{"role":"user","content":"1"},{"role":"system","content":"later"}]
                """
        )
        #expect(
            request.system == [
                .text("A", place: Place(part: 1), cache: .short), .text("B", place: Place(part: 2)),
            ]
        )
        #expect(request.turns.map(\.role) == [.user, .system])
    }

    @Test func `what only this format says is judged, and nothing is forgotten`() throws {
        let request = try MessagesRoom.decode(
            members: """
                "messages":[{"role":"user","content":[{"type":"text","text":"a","odd":1}],"extra":1}],
                "container":"c","mcp_servers":[{"name":"x"}],"fallbacks":[],"inference_geo":"eu","thread":null,
                "diagnostics":{},"unheard_of":1,"context_management":{"edits":[{"type":"clear_thinking_20251015"}]},
                "metadata":{"user_id":null,"team":"t"},"speed":"fast","anthropic_version":"x",
                "output_config":{"task_budget":{}}
                """
        )
        let fates = request.leftovers.map { ($0.field, $0.fate == .drop) }
        let names: [(RequestField, Bool)] = [
            (.named("output_config.task_budget"), true), (.named("metadata.team"), true),
            (.named("messages[0].content[0].odd"), true), (.named("messages[0].extra"), true),
            (.named("container"), false), (.named("mcp_servers"), false), (.named("inference_geo"), false),
            (.named("diagnostics"), true), (.named("unheard_of"), true), (.named("context_management"), true),
        ]
        #expect(fates.elementsEqual(names) { $0.0 == $1.0 && $0.1 == $1.1 })
        #expect(request.serviceTier == .priority && request.endUser == nil)
        let edits = "\"messages\":[],\"context_management\":{\"edits\":[{\"type\":\"clear_tool_uses_20250919\"}]}"
        let other = try MessagesRoom.decode(members: edits)
        #expect(other.leftovers.first.map { $0.fate != .drop } == true)
        let probe = try MessagesRoom.decode("{\"model\":\"m\",\"max_tokens\":0,\"messages\":[]}")
        #expect(probe.leftovers.first?.field == .parameter(.maxOutputTokens))
    }

    @Test func `a coding agent's request loses nothing that another vendor would have to refuse`() throws {
        let request = try MessagesRoom.decode(
            """
            {"model":"claude-x","max_tokens":32000,"stream":true,"system":[
            {"type":"text","text":"x-anthropic-billing-header: cc_version=2.1;"},
            {"type":"text","text":"You are an agent.","cache_control":{"type":"ephemeral"}},
            {"type":"text","text":"Rules.","cache_control":{"type":"ephemeral","ttl":"1h"}}],
            "tools":[{"name":"Bash","description":"Runs.","input_schema":{"type":"object"},"eager_input_streaming":true},
            {"name":"Later","input_schema":{"type":"object"},"defer_loading":true},
            {"type":"tool_search_tool_bm25_20251119","name":"tool_search_tool_bm25"}],
            "metadata":{"user_id":"{\\"device_id\\":\\"d\\"}"},"thinking":{"type":"adaptive","display":"omitted"},
            "context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},
            "output_config":{"effort":"high"},"messages":[
            {"role":"user","content":[{"type":"text","text":"say hello","cache_control":{"type":"ephemeral"}}]},
            {"role":"system","content":"A reminder."}]}
            """
        )
        #expect(request.leftovers == [Leftover(.named("context_management"), .drop)])
        #expect(request.system.count == 2 && request.endUser == #"{"device_id":"d"}"#)
        #expect(request.tools.flatMap(\.extras) == ["eager_input_streaming", "defer_loading"])
        let opaque = request.turns.flatMap(\.blocks).contains { if case .opaque = $0.content { true } else { false } }
        #expect(!opaque)
    }

    @Test func `every setting has a spelling`() {
        for parameter in RequestField.Parameter.allCases {
            #expect(!MessagesRoom.format.spelling(of: .parameter(parameter)).isEmpty)
        }
        let spell = MessagesRoom.format.spelling
        #expect(spell(.place(Place(message: 2, part: 1))) == "messages[2].content[1]")
        #expect(spell(.place(Place(message: 2))) == "messages[2]" && spell(.place(Place(part: 1))) == "system[1]")
        #expect(spell(.place(Place())) == "system" && spell(.tool(3)) == "tools[3]" && spell(.named("x")) == "x")
    }
}
