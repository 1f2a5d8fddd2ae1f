import Exchange
import Testing
import Wire

@Suite("Reading event data")
struct EventReaderTests {
    /// The first event of a stream, as a word.
    private func read(_ stream: String, _ reader: EventReader = EventReader()) throws -> String {
        try Array(stream.utf8).withUnsafeBytes { bytes in
            var framer = SSEFramer()
            var offset = 0
            let event = try #require(try framer.next(bytes, from: &offset))
            switch reader.read(event, in: bytes) {
            case .nothing: return "nothing"
            case .done: return "done"
            case .broken: return "broken"
            case .object(let root): return root["a"]?.string ?? "object"
            }
        }
    }

    @Test(
        "what data is",
        arguments: [
            ("data: {\"a\":\"x\"}\n\n", "x"), ("data:{}\n\n", "object"), ("data:   {\"a\":\"x\"} \n\n", "x"),
            ("data: [DONE]\n\n", "done"), ("data:[DONE]\n\n", "done"), ("data: [DONE] \n\n", "done"),
            (": comment\n\n", "nothing"), ("event: x\n\n", "nothing"), ("data:\n\n", "nothing"),
            ("data\n\n", "nothing"),
            ("data: [DONE\n\n", "broken"), ("data: []\n\n", "broken"), ("data: null\n\n", "broken"),
            ("data: {\n\n", "broken"),
            ("data: {\"a\":\ndata: \"x\"}\n\n", "x"), ("data: [DO\ndata: NE]\n\n", "broken"),
            ("data:\ndata:\n\n", "broken"),
            ("data: {\"a\":\"\\u0000\"}\n\n", "\0"),
        ]
    )
    func payloads(_ stream: String, _ expected: String) throws {
        #expect(try self.read(stream) == expected)
    }

    @Test("a reader is used again and again, joined lines included")
    func reuse() throws {
        let reader = EventReader()
        for round in 0..<50 {
            let text = String(repeating: "y", count: round * 7)
            #expect(try self.read("data: {\"a\":\ndata: \"\(text)\"}\n\n", reader) == text)
            #expect(try self.read("data: {\"a\":\"\(text)\"}\n\n", reader) == text)
            #expect(try self.read("data: {\n\n", reader) == "broken")
        }
    }

    @Test("names are compared byte by byte")
    func names() throws {
        try Array("event: error\ndata: {}\n\n".utf8).withUnsafeBytes { bytes in
            var framer = SSEFramer()
            var offset = 0
            let event = try #require(try framer.next(bytes, from: &offset))
            #expect(event.isNamed("error", in: bytes))
            for name in ["erro", "errors", "Error", ""] as [StaticString] { #expect(!event.isNamed(name, in: bytes)) }
        }
    }
}
