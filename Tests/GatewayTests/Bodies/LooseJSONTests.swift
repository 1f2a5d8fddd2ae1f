import Exchange
import Testing

@testable import Gateway

@Suite("Reading JSON as far as it goes")
struct LooseJSONTests {
    private struct Read {
        var texts: [String] = []
        var names: [String] = []
        var masked: [String] = []
        var mostHeld = 0
        var isOpen = false
    }

    private func read(_ text: String, _ rules: [String] = [], followsPlaces: Bool = false) -> Read {
        self.read(Array(text.utf8), rules, followsPlaces: followsPlaces)
    }

    private func read(_ bytes: [UInt8], _ rules: [String] = [], followsPlaces: Bool = false) -> Read {
        let rules = MaskRules(rules.compactMap { BodyRedaction($0) })
        var json = LooseJSON(bytes[...], rules: rules, followsPlaces: followsPlaces)
        var read = Read()
        while let finding = json.next() {
            read.mostHeld = max(read.mostHeld, json.heldBytes)
            switch finding {
            case .text(let text) where text.isName:
                read.names.append(String(decoding: bytes[text.range], as: UTF8.self))
            case .text(let text): read.texts.append(String(decoding: bytes[text.range], as: UTF8.self))
            case .masked(let range, _), .number(let range, _):
                read.masked.append(String(decoding: bytes[range], as: UTF8.self))
            }
        }
        read.isOpen = json.isOpen
        return read
    }

    @Test("names, texts and what is masked are told in order")
    func findings() {
        let read = self.read(#"{"a":"b","c":["d",{"e":"f","g":17}],"h":{"i":{"j":true}}}"#, ["field:g", "path:h.i"])
        #expect(read.names == ["a", "c", "e", "g", "h", "i"] && read.texts == ["b", "d", "f"])
        #expect(read.masked == ["17", #"{"j":true}"#] && !read.isOpen)
    }

    @Test(
        "paths are followed from the root, through arrays, and only where every name is right",
        arguments: [
            (#"{"a":{"b":"x"}}"#, 1), (#"{"a":[{"b":"x"},{"b":"y"}]}"#, 2), (#"[{"a":[[{"b":"x"}]]}]"#, 1),
            (#"{"b":"x"}"#, 0), (#"{"c":{"a":{"b":"x"}}}"#, 0), (#"{"a":{"c":{"b":"x"}}}"#, 0), (#"{"a":"b"}"#, 0),
            (#"{"a":{"B":"x"}}"#, 0), (#"{"a":{"\u0062":"x"}}"#, 1), (#"{"x":{"a":1},"a":{"b":[1]}}"#, 1),
        ]
    )
    func paths(_ text: String, _ count: Int) {
        #expect(self.read(text, ["path:a.b"]).masked.count == count)
    }

    @Test("a name is good for one value, though a comma is missing")
    func commas() {
        #expect(self.read(#"{"a":"b" "password":"c"}"#, ["field:password"]).masked == ["c"])
        #expect(self.read(#"{"a":{} "password":"c"}"#, ["field:password"]).masked == ["c"])
        #expect(self.read(#"{"a":1 "password":2}"#, ["field:password"]).masked == ["2"])
    }

    @Test(
        "what is not quite JSON is read to its end",
        arguments: ["}}]{", #"{"a"#, #"{"a":"\"#, "[[[", #"{"a":"\u12"#, "{,:,}"]
    )
    func broken(_ text: String) {
        let read = self.read(text, ["field:a"])
        #expect(read.mostHeld >= 0)
        #expect(self.read(text, followsPlaces: true).masked.isEmpty)
    }

    /// As deep as it may be, with as many values as fit.
    private static func nested(_ value: String, bytes: Int) -> [UInt8] {
        var text = String(repeating: #"{"name":"#, count: 200)
        text += "[" + value
        while text.utf8.count < bytes { text += "," + value }
        return Array(text.utf8)
    }

    @Test(
        "what is kept beside a text of half a MiB is little, however it is nested",
        arguments: [#""""#, #"{"a":"b"}"#, "[]", "{}", #"[[""]]"#]
    )
    func memory(_ value: String) {
        let bytes = Self.nested(value, bytes: 512 << 10)
        let plain = self.read(bytes, ["field:x", "path:name.name"])
        #expect(plain.mostHeld < 64 << 10, "\(plain.mostHeld)")
        let followed = self.read(bytes, followsPlaces: true)
        #expect(followed.mostHeld < 16 * bytes.count, "\(followed.mostHeld)")
    }

    @Test("what is too deep goes whole")
    func deep() {
        let text = String(repeating: "[", count: 300) + #""geheim""# + String(repeating: "]", count: 300)
        #expect(self.read(text).texts.isEmpty && self.read(text).masked.count == 1)
    }

    @Test("a text of many pieces knows where each of its bytes stood")
    func decoded() {
        let source = Array(#"ab\n.cd.\u00e9e"#.utf8)
        let text = DecodedText(source[...], pieces: [0..<4, 5..<7, 8..<15])
        #expect(String(decoding: text.bytes, as: UTF8.self) == "ab\ncdée")
        #expect(text.source(of: 0..<2) == [0..<2])
        #expect(text.source(of: 2..<3) == [2..<4])
        #expect(text.source(of: 1..<8) == [1..<4, 5..<7, 8..<15])
        #expect(text.source(of: 7..<8) == [14..<15])
        #expect(text.source(of: 3..<3).isEmpty && text.source(of: 8..<20).isEmpty)
    }
}
