import Exchange
import Testing

@Suite struct MessagesOutputTests {
    private static func encode(
        _ schema: String,
        strict: Bool? = nil,
        _ change: (inout ExchangeRequest) -> Void = { _ in },
        _ capabilities: (inout ModelCapabilities) -> Void = { _ in }
    ) throws -> MessagesRoom.Encoded {
        let request = MessagesRoom.foreign([Turn(.user, [.text("Hi")])]) { request in
            request.output = .schema(OutputSchema(schema: RawJSON(trusted: schema), strict: strict))
            change(&request)
        }
        return try MessagesRoom.encode(request, capabilities)
    }

    private static let plain = #"{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}}"#

    /// Schemas, and what the vendor is given.
    static let closed: [(String, String)] = [
        (
            #"{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":false}"#,
            #"{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":false}"#
        ),
        (
            #"{"properties":{"minimum":{"type":"integer","minimum":3,"description":"Age."},"x":{"type":"string","pattern":"^a"}}}"#,
            #"{"properties":{"minimum":{"type":"integer","description":"Age. (minimum: 3)"},"x":{"type":"string","description":"(pattern: \"^a\")"}},"additionalProperties":false}"#
        ),
        (
            #"{"type":"array","minItems":1,"items":{"oneOf":[{"type":"null"},{"type":"object","properties":{}}]}}"#,
            #"{"type":"array","minItems":1,"items":{"anyOf":[{"type":"null"},{"type":"object","properties":{},"additionalProperties":false}]}}"#
        ),
        (
            ##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"string","format":"ipv4"},"b":{"$ref":"#/$defs/a"}}}"##,
            ##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"string","format":"ipv4"},"b":{"$ref":"#/$defs/a"}}}"##
        ),
    ]

    @Test(arguments: Self.closed)
    func `P15 a schema is closed for the vendor`(schema: String, written: String) throws {
        let encoded = try Self.encode(schema)
        #expect(
            encoded.body.contains("\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":\(written)}}")
        )
        #expect(encoded.warnings == (schema == written ? [] : ["approximated:output_config.format:schema"]))
    }

    /// Schemas that cannot be enforced.
    static let open: [String] = [
        #"{"type":"object"}"#, #"{"type":"object","properties":{},"additionalProperties":true}"#,
        #"{"type":"object","properties":{"a":{"type":["object","null"]}}}"#,
        ##"{"type":"object","properties":{"a":{"$ref":"#"}}}"##,
        ##"{"$ref":"#/$defs/n","$defs":{"n":{"anyOf":[{"$ref":"#/$defs/m"}]},"m":{"items":{"$ref":"#/$defs/n"}}}}"##,
        #"{"patternProperties":{"a":{}}}"#, #"{"allOf":[{},{}]}"#, #"{"oneOf":[],"anyOf":[]}"#,
    ]

    @Test(arguments: Self.open)
    func `a schema that cannot be enforced is asked for in words, unless it must hold`(schema: String) throws {
        let encoded = try Self.encode(schema) { $0.system = [.text("S")] }
        #expect(encoded.body.contains(#""system":[{"type":"text","text":"S"},{"type":"text","text":"Answer with JSON"#))
        #expect(encoded.warnings == ["approximated:output_config.format:instruction"])
        let refusal = #expect(throws: TranslationRefusal.self) { try Self.encode(schema, strict: true) }
        #expect(refusal?.field == .parameter(.outputFormat))
    }

    @Test func `a chain of many definitions is followed without trouble`() throws {
        let links = (0..<20000).map { "\"d\($0)\":{\"items\":{\"$ref\":\"#/$defs/d\($0 + 1)\"}}" }
        let chain = links.joined(separator: ",")
        let ended = try Self.encode("{\"$ref\":\"#/$defs/d0\",\"$defs\":{\(chain),\"d20000\":{\"type\":\"string\"}}}")
        #expect(ended.body.contains("\"json_schema\"") && ended.warnings.isEmpty)
        let circle = try Self.encode("{\"$defs\":{\(chain),\"d20000\":{\"$ref\":\"#/$defs/d7\"}}}")
        #expect(circle.warnings == ["approximated:output_config.format:instruction"])
    }

    @Test func `a model without structured output answers through a forced tool`() throws {
        let schema = Self.plain + "}"
        let encoded = try Self.encode(schema) { _ in
        } _: {
            $0.structuredOutput = .none
        }
        #expect(
            encoded.body.contains(
                #""tools":[{"name":"json_response","description":"Gives the answer.","input_schema":\#(schema)}],"tool_choice":{"type":"tool","name":"json_response"},"thinking":{"type":"disabled"}"#
            )
        )
        #expect(encoded.encoded.notes.outputTool == "json_response")
        #expect(encoded.warnings == ["approximated:output_config.format:tool"])
    }

    @Test func `R19 nothing is forced beside tools or thinking`() throws {
        let changes: [(inout ExchangeRequest) -> Void] = [
            { $0.tools = [Tool(.function(schema: nil, strict: nil), name: "f")] }, { $0.reasoning.effort = .low },
        ]
        for change in changes {
            let encoded = try Self.encode(Self.plain + "}", change) { $0.structuredOutput = .none }
            #expect(!encoded.body.contains("json_response") && encoded.body.contains("Answer with JSON"))
            let native = try Self.encode(Self.plain + "}", change)
            #expect(native.body.contains("\"json_schema\"") && !native.body.contains("Answer with JSON"))
        }
    }

    @Test func `P17 any JSON is asked for in words`() throws {
        let request = MessagesRoom.foreign([Turn(.user, [.text("Hi")])]) { $0.output = .json }
        let encoded = try MessagesRoom.encode(request)
        #expect(encoded.body.contains("a single JSON object and nothing else"))
        #expect(encoded.warnings == ["approximated:output_config.format:instruction"])
    }
}
