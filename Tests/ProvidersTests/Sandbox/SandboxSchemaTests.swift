import Testing
import Wire

@testable import Providers

@Suite("Sandbox schemas")
struct SandboxSchemaTests {
    private func sample(_ schema: String) throws -> String {
        let bytes = Array(schema.utf8)
        let tape = JSONTape()
        return try bytes.withUnsafeBytes { SandboxSchema.sample(try tape.parse($0)) }
    }

    @Test(
        "a sample is small and matches",
        arguments: [
            (
                #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"]}"#,
                #"{"a":"a"}"#
            ),
            (#"{"type":"object","properties":{}}"#, "{}"),
            (#"{"properties":{"n":{"type":"number"}},"required":["n"]}"#, #"{"n":1}"#),
            (#"{"type":"object","required":["free"]}"#, #"{"free":"free"}"#), (#"{"type":"boolean"}"#, "true"),
            (#"{"type":"null"}"#, "null"),
            (#"{"type":["null","integer"]}"#, "1"), (#"{"enum":["x","y"]}"#, #""x""#),
            (#"{"const":{"k": [1, 2]}}"#, #"{"k":[1,2]}"#),
            (#"{"type":"integer","minimum":5}"#, "5"), (#"{"type":"integer","minimum":4.5}"#, "5"),
            (#"{"type":"number","exclusiveMinimum":2}"#, "3"),
            (#"{"type":"integer","maximum":-7}"#, "-8"), (#"{"type":"integer","minimum":1e300}"#, "1"),
            (#"{"type":"array","items":{"type":"boolean"}}"#, "[true]"),
            (#"{"type":"array","items":{"type":"null"},"minItems":3}"#, "[null,null,null]"),
            (#"{"type":"array","minItems":0,"items":{"type":"null"}}"#, "[]"),
            (#"{"items":{"type":"integer"}}"#, "[1]"), (#"{"type":"array"}"#, "[]"),
            (#"{"type":"string","format":"date"}"#, #""2026-01-01""#),
            (#"{"type":"string","minLength":8}"#, #""valuexxx""#),
            (#"{"type":"string","maxLength":2}"#, #""va""#), (#"{"type":"string","maxLength":-1}"#, #""""#),
            (#"{"anyOf":[{"type":"null"},{"type":"integer"}]}"#, "1"), (#"{"oneOf":[{"type":"null"}]}"#, "null"),
            (
                #"{"allOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"required":["b","a"]}]}"#,
                #"{"a":1,"b":"b"}"#
            ),
            (
                ##"{"$ref":"#/$defs/P","$defs":{"P":{"type":"object","properties":{"q":{"$ref":"#/$defs/Q"}},"required":["q"]},"Q":{"enum":[9]}}}"##,
                #"{"q":9}"#
            ),
            (##"{"$ref":"#/a~1b/c~0d","a/b":{"c~d":{"const":7}}}"##, "7"), (##"{"$ref":"#/missing"}"##, "null"),
            (##"{"$ref":"http://x/y"}"##, "null"),
            (#"{}"#, #""value""#), (#"{"type":"object","required":["\u0022q\u0022"]}"#, #"{"\"q\"":"\"q\""}"#),
            (#"{"type":7}"#, #""value""#),
        ]
    )
    func samples(_ schema: String, _ expected: String) throws {
        #expect(try self.sample(schema) == expected)
    }

    @Test("what is no schema gives an empty object", arguments: ["true", "[]", "\"x\"", "null", "3"])
    func noSchema(_ text: String) throws {
        #expect(try self.sample(text) == "{}")
        #expect(SandboxSchema.sample(nil) == "{}")
    }

    @Test(
        "schemas that refer to themselves end",
        arguments: [
            ##"{"$ref":"#"}"##, ##"{"type":"object","properties":{"n":{"$ref":"#"}},"required":["n"]}"##,
            ##"{"allOf":[{"$ref":"#"},{"$ref":"#"}]}"##, ##"{"type":"array","minItems":16,"items":{"$ref":"#"}}"##,
            ##"{"anyOf":[{"$ref":"#"}]}"##,
        ]
    )
    func recursion(_ schema: String) throws {
        let text = try self.sample(schema)
        #expect(text.utf8.count < 300_000)
        _ = try Node(parsing: Array(text.utf8))
    }

    @Test("a schema cannot blow up by repeating a large constant")
    func amplification() throws {
        let constant = String(repeating: "x", count: 10_000)
        let names = (0..<500).map { "\"p\($0)\"" }.joined(separator: ",")
        let properties = (0..<500).map { "\"p\($0)\":{\"$ref\":\"#/$defs/c\"}" }.joined(separator: ",")
        let text = try self.sample(
            "{\"type\":\"object\",\"properties\":{\(properties)},\"required\":[\(names)],\"$defs\":{\"c\":{\"const\":\"\(constant)\"}}}"
        )
        #expect(text.utf8.count < 300_000)
        _ = try Node(parsing: Array(text.utf8))
    }

    @Test("copies lose their white space and nothing else")
    func copies() throws {
        let bytes = Array("{ \"a\\u0062\" : [ 1.50 , {} , [ ] , \"x\\ny\" , null ] }".utf8)
        let tape = JSONTape()
        var writer = JSONWriter()
        try bytes.withUnsafeBytes { SandboxJSON.copy(try tape.parse($0), to: &writer) }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"ab\":[1.50,{},[],\"x\\ny\",null]}")
    }
}
