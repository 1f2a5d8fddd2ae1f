import MartletTesting
import Testing

@Suite struct PlainJSONTests {
    @Test(
        "what is read and written again stays the same text",
        arguments: [
            "null", "true", "false", "0", "-1.50e+3", "\"\"", "[]", "{}", "[1,[2,{\"a\":[]}]]",
            "{\"b\":1,\"a\":2,\"b\":3}", "\"\\\"\\\\\\n\\r\\t\\u0001\"", "\"żółw 🐢\"",
        ]
    )
    func roundTrip(_ text: String) throws {
        #expect(try PlainJSON(parsing: text).text == text)
    }

    @Test(
        "escapes are decoded",
        arguments: [
            ("\"\\u0041\\/\\b\\f\"", "A/\u{8}\u{C}"), ("\"\\ud83d\\udc22\"", "🐢"), ("\"\\ud83d!\"", "\u{FFFD}!"),
            ("\"\\ud83d\\u0041\"", "\u{FFFD}A"),
        ]
    )
    func escapes(_ text: String, _ decoded: String) throws {
        #expect(try PlainJSON(parsing: text).string == decoded)
    }

    @Test(
        "what is no JSON is refused at the byte where it stops being so",
        arguments: [
            ("", 0), ("nul", 0), ("{\"a\" 1}", 5), ("[1,]", 3), ("1 2", 2), ("\"a", 2), ("{a:1}", 1), ("[1", 2),
            ("\"\\x\"", 3), ("\"\\u12\"", 3), ("+1", 0), ("\"\u{1}\"", 2),
        ]
    )
    func refused(_ text: String, _ offset: Int) {
        #expect(throws: PlainJSON.ParseError.self) { try PlainJSON(parsing: text) }
        do throws(PlainJSON.ParseError) {
            _ = try PlainJSON(parsing: text)
        } catch {
            #expect(error.offset == offset)
        }
    }

    @Test("too deep a document is refused, not a crash")
    func depth() {
        #expect(throws: PlainJSON.ParseError.self) {
            try PlainJSON(parsing: String(repeating: "[", count: 100_000))
        }
    }

    @Test("members, elements and scalars are found by name and index")
    func lookups() throws {
        let json = try PlainJSON(parsing: "{\"a\":[1,\"x\",true,null],\"a\":2,\"é\":1.5}")
        #expect(json["a"]?[0]?.int == 1)
        #expect(json["a"]?[1]?.string == "x")
        #expect(json["a"]?[2]?.bool == true)
        #expect(json["a"]?[3] == .null)
        #expect(json["a"]?[4] == nil)
        #expect(json["e\u{301}"] == nil)
        #expect(json["é"]?.int == nil)
        #expect(json.members.count == 3)
        #expect(json["a"]?.elements.count == 4)
        #expect(json.elements.isEmpty)
    }

    @Test("setting a member replaces it in place or adds it last")
    func setting() {
        let json: PlainJSON = ["a": 1, "b": "x"]
        #expect(json.setting("a", nil).text == "{\"a\":null,\"b\":\"x\"}")
        #expect(json.setting("c", [true, 2]).text == "{\"a\":1,\"b\":\"x\",\"c\":[true,2]}")
        #expect(PlainJSON.null.setting("a", 1) == .null)
    }
}
