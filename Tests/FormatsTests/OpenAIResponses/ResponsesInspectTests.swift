import Exchange
import OpenAIResponses
import Testing

@Suite("Inspecting a Responses request")
struct ResponsesInspectTests {
    private let room = OpenAIResponsesFormat()

    private func fields(_ members: String, _ operation: Operation = .responses) throws -> [String] {
        try self.room.inspect(#"{"model":"m",\#(members)}"#, operation).storedStateFields
    }

    @Test("references to stored objects are named")
    func references() throws {
        #expect(try self.fields(#""previous_response_id":"resp_1""#) == ["previous_response_id"])
        #expect(try self.fields(#""conversation":"conv_1""#) == ["conversation"])
        #expect(try self.fields(#""conversation":{"id":"conv_1"}"#) == ["conversation"])
        #expect(try self.fields(#""prompt":{"id":"pmpt_1"}"#) == ["prompt"])
        #expect(try self.fields(#""background":true"#) == ["background"])
    }

    @Test("null and false refer to nothing")
    func absent() throws {
        let members = #""previous_response_id":null,"conversation":null,"prompt":null,"background":false,"store":true"#
        #expect(try self.fields(members).isEmpty)
        #expect(try self.fields(#""background":null,"input":"item_reference","tools":[]"#).isEmpty)
    }

    @Test("items that stand for stored ones are found, with and without their type")
    func itemReferences() throws {
        let message = #"{"role":"user","content":"hi"}"#
        for item in [
            #"{"type":"item_reference","id":"rs_1"}"#, #"{"id":"rs_1"}"#, #"{"id":"rs_1","type":null}"#,
        ] {
            #expect(try self.fields(#""input":[\#(message),\#(item),\#(item)]"#) == ["item_reference"], "\(item)")
        }
        let whole = #"{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"e"},{"id":"m","role":"user"}"#
        #expect(try self.fields(#""input":[\#(message),\#(whole),7,null,"x"]"#).isEmpty)
    }

    @Test("a container made before is found, one made now is not")
    func containers() throws {
        let made = #"{"type":"code_interpreter","container":{"type":"auto","file_ids":[]}}"#
        #expect(try self.fields(#""tools":[\#(made)]"#).isEmpty)
        let named = #"{"type":"code_interpreter","container":"cntr_1"}"#
        #expect(try self.fields(#""tools":[\#(made),\#(named)]"#) == ["container"])
        let shell = #"{"type":"shell","environment":{"type":"container_reference","container_id":"cntr_1"}}"#
        #expect(try self.fields(#""tools":[\#(shell)]"#) == ["container"])
    }

    @Test("several come in order of appearance, also for counting and compacting")
    func order() throws {
        let members = #""tools":[{"container":"c"}],"prompt":{"id":"p"},"input":[{"id":"i"}],"previous_response_id":"r""#
        let expected = ["container", "prompt", "item_reference", "previous_response_id"]
        for operation in [Operation.responses, .responsesInputTokens, .responsesCompact] {
            #expect(try self.fields(members, operation) == expected)
        }
    }

    @Test("an escaped key is the same key")
    func escapedKey() throws {
        #expect(try self.fields(#""previous\u005fresponse_id":"r""#) == ["previous_response_id"])
    }

    @Test("Codex's own shape passes: unknown items, tools and metadata")
    func codex() throws {
        let body = #"""
            {"model":"m","instructions":"i","input":[{"type":"message","role":"developer","content":[]},
            {"type":"agent_message","x":1},{"type":"function_call_output","call_id":"c","output":"o","id":"fco_1"}],
            "tools":[{"type":"custom","name":"patch"},{"type":"tool_search"},{"type":"web_search"}],"store":false,
            "include":["reasoning.encrypted_content"],"prompt_cache_key":"thread-7","client_metadata":{},"stream":true}
            """#
        let inspected = try self.room.inspect(body, .responses)
        #expect(inspected.isStream)
        #expect(inspected.session == "thread-7")
        #expect(inspected.storedStateFields.isEmpty)
        #expect(inspected.usageEdit == nil)
        #expect(inspected.edits.isEmpty)
    }

    @Test("n is not a field here")
    func answers() throws {
        #expect(try self.room.inspect(#"{"model":"m","n":5}"#, .responses).choiceCount == 1)
    }
}
