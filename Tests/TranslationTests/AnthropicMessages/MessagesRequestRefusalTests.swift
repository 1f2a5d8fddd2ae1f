import Exchange
import Testing

@Suite struct MessagesRequestRefusalTests {
    /// Members of a request, and the field that the refusal names.
    static let refused: [(String, String)] = [
        ("\"messages\":null", "messages"), ("\"messages\":{}", "messages"), ("\"messages\":[1]", "messages[0]"),
        ("\"messages\":[{\"content\":\"x\"}]", "messages[0].role"),
        ("\"messages\":[{\"role\":1,\"content\":\"x\"}]", "messages[0].role"),
        ("\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]", "messages[0].role"),
        ("\"messages\":[{\"role\":\"user\"}]", "messages[0].content"),
        ("\"messages\":[{\"role\":\"user\",\"content\":7}]", "messages[0].content"),
        ("\"system\":5", "system"), ("\"system\":[{\"type\":\"image\"}]", "system[0].type"),
        ("\"system\":[\"x\"]", "system[0]"), ("\"system\":[{\"type\":\"text\",\"text\":1}]", "system[0].text"),
        ("\"temperature\":\"hot\"", "temperature"), ("\"top_p\":true", "top_p"), ("\"top_k\":1.5", "top_k"),
        ("\"top_k\":-2", "top_k"), ("\"top_k\":[]", "top_k"),
        ("\"stop_sequences\":\"x\"", "stop_sequences"), ("\"stop_sequences\":[1]", "stop_sequences[0]"),
        ("\"tools\":{}", "tools"), ("\"tools\":[1]", "tools[0]"), ("\"tools\":[{}]", "tools[0].name"),
        ("\"tools\":[{\"name\":\"\"}]", "tools[0].name"), ("\"tools\":[{\"name\":1}]", "tools[0].name"),
        ("\"tools\":[{\"type\":1}]", "tools[0].type"),
        ("\"tools\":[{\"name\":\"a\",\"input_schema\":[]}]", "tools[0].input_schema"),
        ("\"tools\":[{\"name\":\"a\",\"description\":1}]", "tools[0].description"),
        ("\"tools\":[{\"name\":\"a\",\"strict\":1}]", "tools[0].strict"),
        ("\"tool_choice\":\"auto\"", "tool_choice"), ("\"tool_choice\":{}", "tool_choice.type"),
        ("\"tool_choice\":{\"type\":\"function\"}", "tool_choice.type"),
        ("\"tool_choice\":{\"type\":\"tool\"}", "tool_choice.name"),
        (
            "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":1}",
            "tool_choice.disable_parallel_tool_use"
        ),
        ("\"thinking\":true", "thinking"), ("\"thinking\":{\"type\":\"on\"}", "thinking.type"),
        ("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":\"1\"}", "thinking.budget_tokens"),
        ("\"thinking\":{\"type\":\"adaptive\",\"display\":1}", "thinking.display"),
        ("\"output_config\":1", "output_config"), ("\"output_config\":{\"effort\":1}", "output_config.effort"),
        ("\"output_config\":{\"effort\":\"none\"}", "output_config.effort"),
        ("\"output_config\":{\"format\":{\"type\":\"json\"}}", "output_config.format.type"),
        ("\"output_config\":{\"format\":{\"type\":\"json_schema\"}}", "output_config.format.schema"),
        ("\"output_format\":{\"type\":\"json_schema\",\"schema\":1}", "output_format.schema"),
        ("\"metadata\":1", "metadata"), ("\"metadata\":{\"user_id\":1}", "metadata.user_id"),
        ("\"service_tier\":1", "service_tier"), ("\"speed\":1", "speed"),
        ("\"cache_control\":1", "cache_control"), ("\"cache_control\":{\"type\":\"x\"}", "cache_control.type"),
        ("\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"2h\"}", "cache_control.ttl"),
        ("\"mcp_servers\":{}", "mcp_servers"), ("\"context_management\":1", "context_management"),
        ("\"context_management\":{\"edits\":[1]}", "context_management.edits[0]"), ("\"stream\":1", "stream"),
        ("\"stream\":null", "stream"),
    ]

    @Test(arguments: Self.refused)
    func `a field of the wrong kind is refused by name`(members: String, field: String) {
        let rest = members.hasPrefix("\"messages\"") ? members : "\"messages\":[],\(members)"
        Self.expect(field) { try MessagesRoom.decode(members: rest) }
    }

    /// Blocks, and where inside the first one the refusal points.
    static let refusedBlocks: [(String, String)] = [
        ("1", ""), ("{}", ".type"), ("{\"type\":3}", ".type"), ("{\"type\":\"text\"}", ".text"),
        ("{\"type\":\"text\",\"text\":3}", ".text"),
        ("{\"type\":\"text\",\"text\":\"\",\"citations\":1}", ".citations"),
        ("{\"type\":\"image\"}", ".source"), ("{\"type\":\"image\",\"source\":{\"type\":\"text\"}}", ".source.type"),
        ("{\"type\":\"image\",\"source\":{\"type\":\"base64\"}}", ".source.data"),
        ("{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":1}}", ".source.url"),
        ("{\"type\":\"document\",\"source\":{\"type\":\"ftp\"}}", ".source.type"),
        ("{\"type\":\"document\",\"source\":{\"type\":\"content\",\"content\":[1]}}", ".source.content[0]"),
        ("{\"type\":\"document\",\"source\":{\"type\":\"text\",\"data\":\"x\"},\"title\":1}", ".title"),
        ("{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"b\",\"input\":\"{}\"}", ".input"),
        ("{\"type\":\"tool_use\",\"name\":\"b\",\"input\":{}}", ".id"),
        ("{\"type\":\"tool_result\",\"content\":\"x\"}", ".tool_use_id"),
        ("{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"content\":1}", ".content"),
        ("{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"is_error\":\"no\"}", ".is_error"),
        ("{\"type\":\"tool_result\",\"tool_use_id\":\"a\",\"content\":[{\"type\":\"text\"}]}", ".content[0].text"),
        ("{\"type\":\"redacted_thinking\"}", ".data"), ("{\"type\":\"thinking\",\"signature\":1}", ".signature"),
        ("{\"type\":\"text\",\"text\":\"a\",\"cache_control\":[]}", ".cache_control"),
        ("{\"type\":\"server_tool_use\"}", ".name"), ("{\"type\":\"search_result\"}", ".content"),
        ("{\"type\":\"tool_reference\"}", ".tool_name"),
    ]

    @Test(arguments: Self.refusedBlocks)
    func `a block of the wrong shape is refused by name`(block: String, path: String) {
        Self.expect("messages[0].content[0]\(path)") { try MessagesRoom.blocks("[\(block)]") }
    }

    @Test func `the model must be named`() {
        Self.expect("model") { try MessagesRoom.decode("{\"messages\":[]}") }
        Self.expect("model") { try MessagesRoom.decode("{\"model\":7,\"messages\":[]}") }
        Self.expect("max_tokens") { try MessagesRoom.decode("{\"model\":\"m\",\"max_tokens\":-1,\"messages\":[]}") }
        Self.expect("max_tokens") { try MessagesRoom.decode("{\"model\":\"m\",\"max_tokens\":\"1\",\"messages\":[]}") }
        #expect(throws: GatewayFailure.self) { try MessagesRoom.decode("[]") }
    }

    @Test(arguments: ["temperature", "top_p", "top_k"])
    func `P13 the newer version refuses sampling settings at any value`(field: String) {
        for value in ["1", "0", "null"] {
            let members = "\"messages\":[],\"\(field)\":\(value)"
            Self.expect(field) { try MessagesRoom.decode(members: members, version: "2026-10-21") }
            #expect(throws: Never.self) { try MessagesRoom.decode(members: members, version: "2023-06-01") }
        }
    }

    @Test func `the newer version takes no documents from the assistant, nor citations from the user`() {
        let document = "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"data\":\"x\"}}"
        let turn = "\"messages\":[{\"role\":\"assistant\",\"content\":[\(document)]}]"
        Self.expect("messages[0].content[0]") { try MessagesRoom.decode(members: turn, version: "2026-10-21") }
        let text = "{\"type\":\"text\",\"text\":\"x\",\"citations\":[{\"type\":\"char_location\"}]}"
        let cited = "\"messages\":[{\"role\":\"user\",\"content\":[\(text)]}]"
        Self.expect("messages[0].content[0].citations") {
            try MessagesRoom.decode(members: cited, version: "2026-10-21")
        }
        #expect(throws: Never.self) { try MessagesRoom.decode(members: cited) }
    }

    private static func expect<R>(_ field: String, _ body: () throws -> R) {
        let failure = #expect(throws: GatewayFailure.self) { try body() }
        #expect(failure?.kind == .invalidRequest && failure?.parameter == field)
        #expect(failure?.message.hasPrefix("\(field) must") ?? false || failure?.message.contains("version") ?? false)
    }
}
