import Testing
import Wire

@Suite struct KeySketchTests {
    private static let names = ["", "n", "model", "max_tokens", "modal", "größe", String(repeating: "k", count: 70)]

    private static func document(_ keys: [String]) -> String {
        "{" + keys.map { "\"\($0)\":1" }.joined(separator: ",") + "}"
    }

    @Test("a key that is there is never said not to be", arguments: Self.names)
    func present(_ name: String) throws {
        let sketch = KeySketch(Self.names)
        try reading(Self.document([name])) { root in
            #expect(root.members.allSatisfy { sketch.mayHave($0.key) })
        }
    }

    @Test("most keys that are not there are known not to be")
    func absent() throws {
        let sketch = KeySketch(["model", "max_tokens"])
        try reading(Self.document((0..<400).map { "field-\($0)" })) { root in
            #expect(root.members.filter { sketch.mayHave($0.key) }.count < 100)
        }
    }

    @Test("a key with escapes may be any")
    func escapes() throws {
        try reading(#"{"m\u006fdel":1}"#) { root in
            #expect(root.members.allSatisfy { KeySketch(["model"]).mayHave($0.key) })
            #expect(JSONObjectView(root)["model"]?.int == 1)
            #expect(JSONObjectView(root)["other"] == nil)
        }
    }

    @Test("a view finds what the object has, and nothing else")
    func view() throws {
        try reading(Self.document(Self.names)) { root in
            let view = JSONObjectView(root)
            #expect(view[""]?.int == 1)
            #expect(view["n"]?.int == 1)
            #expect(view["model"]?.int == 1)
            #expect(view["modal"]?.int == 1)
            #expect(view["max_tokens"]?.int == 1)
            #expect(view["größe"]?.int == 1)
            #expect(view["metal"] == nil)
            #expect(view["max_token"] == nil)
        }
        let many = (0..<300).map { #""field-\#($0)":{"model":0,"x":[1,2]}"# }
        try reading("{" + many.joined(separator: ",") + #","model":1,"x":"y"}"#) { root in
            let view = JSONObjectView(root)
            #expect(view["model"]?.int == 1)
            #expect(view["field-0"]?.count == 2)
            #expect(view["field-299"]?["model"]?.int == 0)
            #expect(view["x"]?.string == "y")
            #expect(view["field-300"] == nil)
        }
        try reading(#"{"model":1}"#) { root in
            // Each looks like the one that is there.
            let view = JSONObjectView(root)
            #expect(view["model"]?.int == 1)
            #expect(view["modal"] == nil)
            #expect(view["metal"] == nil)
        }
        try reading("[1]") { root in #expect(JSONObjectView(root)["model"] == nil) }
    }
}
