@testable import MartletTesting
import NIOCore
import Testing

@Suite struct OracleRequestReaderTests {
    /// Every event of a text fed in pieces of `size` bytes; neighbouring body events joined.
    private func events(_ text: String, pieces size: Int = .max) -> [String] {
        var reader = OracleRequestReader()
        var buffer = ByteBuffer()
        var events: [String] = []
        var body = ""
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            buffer.writeBytes(rest.prefix(size))
            rest = rest.dropFirst(size)
            while let event = reader.next(from: &buffer) {
                switch event {
                case .head(let head): events.append("\(head.method) \(head.target) \(head.headers.count)")
                case .body(let bytes): body += String(buffer: bytes)
                case .end:
                    events.append("body \(body)")
                    body = ""
                case .nonsense: events.append("nonsense")
                }
            }
        }
        return events
    }

    @Test(
        "requests are read whole or byte by byte alike",
        arguments: [
            ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", ["GET / 1", "body "]),
            (
                "POST /x HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcGET /y HTTP/1.1\r\n\r\n",
                ["POST /x 1", "body abc", "GET /y 0", "body "]
            ),
            (
                "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nt: 1\r\n\r\n",
                ["POST /c 1", "body abcde"]
            ),
            ("GET /lf HTTP/1.1\nhost: a\n\n", ["GET /lf 1", "body "]),
            ("\r\n\r\nGET /blank HTTP/1.1\r\n\r\n", ["GET /blank 0", "body "]),
            ("hello\r\n\r\n", ["nonsense"]),
            ("POST /z HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", ["POST /z 1", "nonsense"]),
        ]
    )
    func requests(_ text: String, _ expected: [String]) {
        #expect(self.events(text) == expected)
        for size in 1...7 { #expect(self.events(text, pieces: size) == expected) }
    }

    @Test("header fields keep their spelling, order and repeats")
    func headers() throws {
        let head = try #require(
            OracleRequestHead("GET /p?q=1 HTTP/1.1\r\nX-One:  a b \t\r\nx-one:c\r\nbroken\r\n\r\n")
        )
        #expect(head.target == "/p?q=1")
        #expect(head.headers == [OracleHeader("X-One", "a b"), OracleHeader("x-one", "c"), OracleHeader("broken", "")])
        #expect(head.headers.values("X-ONE") == ["a b", "c"])
        #expect(head.headers.first("absent") == nil)
    }

    @Test("of several lengths the last number counts, and a negative one is none")
    func lengths() throws {
        let head = try #require(
            OracleRequestHead("POST / HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: x\r\ncontent-length: 7\r\n\r\n")
        )
        #expect(head.contentLength == 7)
        #expect(OracleRequestHead("POST / HTTP/1.1\r\ncontent-length: -5\r\n\r\n")?.contentLength == 0)
    }
}
