import Testing

@testable import Gateway

@Suite("Telling JSON from what begins like it")
struct BodyGrammarTests {
    private static let sample =
        #"{"a":"\u00e9\"x","b":[1,-2.5e+3,{"c":[{"d":null}]},[],true],"m":{},"n":NaN}"# + "\n" + #"[false,"x"] {}"#

    private func holds(_ text: String) -> Bool { JSONGrammar.holds(Array(text.utf8)[...]) }

    @Test("JSON, and every beginning of it, is JSON")
    func prefixes() {
        let bytes = Array(Self.sample.utf8)
        for count in 0...bytes.count { #expect(JSONGrammar.holds(bytes.prefix(count)), "\(count)") }
        #expect(self.holds("\u{FEFF}" + Self.sample) && self.holds(" [ 1 , 2 , ] "))
    }

    @Test(
        "what breaks its grammar is not",
        arguments: [
            "[note] x", "[1] 2", "[1 2]", "{'a':1}", "{a:1}", #"{"a" "b"}"#, #"{"a":1 "b":2}"#, #"{"a":}"#, #"{"a"}"#,
            "[1}", "{]", "]", "[1],", #"[1]"x""#, "[:]", "[,1]", "[1,,2]", "[nul]", "[truex]", #"["a""b"]"#, "x", "1",
            #""a""#, "[DONE]", "[1] [note]", "{[1]}",
        ]
    )
    func others(_ text: String) {
        #expect(!self.holds(text))
    }

    @Test("half a megabyte of brackets is read once, however deep they are")
    func deep() {
        let count = 256 << 10
        let text = String(repeating: "[", count: count) + String(repeating: "]", count: count)
        #expect(self.holds(text) && !self.holds(text + "]"))
    }
}
