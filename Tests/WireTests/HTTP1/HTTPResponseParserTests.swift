import Testing
import Wire

/// Parses the heads of a stream of responses without bodies that arrives in pieces.
func responses(pieces: [[UInt8]], requestWasHead: Bool = false) throws(HTTPParseError) -> [HTTPResponseHead] {
    var parser = HTTPResponseParser()
    var buffer: [UInt8] = []
    var heads: [HTTPResponseHead] = []
    for piece in pieces {
        buffer += piece
        while true {
            var head = HTTPResponseHead()
            let result = buffer.withUnsafeBytes { bytes in
                Result { () throws(HTTPParseError) -> Bool in
                    try parser.parse(bytes, requestWasHead: requestWasHead, into: &head)
                }
            }
            guard try result.get() else { break }
            heads.append(head)
            buffer.removeFirst(head.byteCount)
        }
    }
    return heads
}

private func response(_ input: String, requestWasHead: Bool = false) throws -> HTTPResponseHead {
    try #require(try responses(pieces: [bytes(input)], requestWasHead: requestWasHead).first)
}

private func responseCode(_ input: String) -> HTTPParseError.Code? {
    do throws(HTTPParseError) {
        _ = try responses(pieces: [bytes(input)])
        return nil
    } catch {
        return error.code
    }
}

@Suite struct HTTPResponseParserTests {
    @Test("a head is read whole, and cut at any byte, interim ones before it")
    func whole() throws {
        let input = bytes(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK it's fine\r\nContent-Type: text/event-stream\r\n"
                + "Transfer-Encoding: Chunked\r\nX-Request-Id: 7\r\n\r\n"
        )
        let heads = try responses(pieces: [input])
        #expect(heads.map(\.status) == [100, 200])
        #expect(heads.map(\.framing) == [.none, .chunked])
        #expect(heads.map(\.keepAlive) == [true, true])
        let rest = Array(input[heads[0].byteCount...])
        rest.withUnsafeBytes { bytes -> Void in
            #expect(heads[1].value("x-request-id", in: bytes).map { text(bytes[$0]) } == "7")
            #expect(heads[1].value("x-request-i", in: bytes) == nil)
        }
        for cut in 0...input.count {
            #expect(try responses(pieces: [Array(input[..<cut]), Array(input[cut...])]) == heads)
        }
        #expect(try responses(pieces: input.map { [$0] }) == heads)
    }

    @Test("status lines with and without a reason, both versions")
    func statusLines() throws {
        #expect(try response("HTTP/1.1 200\r\n\r\n").status == 200)
        #expect(try response("HTTP/1.1 200 \r\n\r\n").status == 200)
        #expect(try response("HTTP/1.0 599 na\u{ef}ve\tx\r\n\r\n").isHTTP10)
    }

    @Test(
        "malformed status lines and fields are refused",
        arguments: [
            ("HTTP/1.1 20 OK\r\n", .badStatusLine), ("HTTP/1.1 2000 OK\r\n", .badStatusLine),
            ("HTTP/1.1 099 OK\r\n", .badStatusLine), ("HTTP/1.1 600 OK\r\n", .badStatusLine),
            ("HTTP/1.1 2x0 OK\r\n", .badStatusLine), ("HTTP/1.1  200 OK\r\n", .badStatusLine),
            ("HTTP/1.1 200\tOK\r\n", .badStatusLine), ("HTTP/1.1 200 O\rK\r\n", .badStatusLine),
            ("HTTP/1.1 200 O\0K\r\n", .badStatusLine), ("HTTP/1.1 200 OK\n", .bareLF),
            ("HTTP/2.0 200 OK\r\n", .unsupportedVersion),
            ("http/1.1 200 OK\r\n", .badStatusLine), ("200 OK\r\n", .badStatusLine),
            ("\r\nHTTP/1.1 200 OK\r\n", .badStatusLine),
            ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n", .obsFold), ("HTTP/1.1 200 OK\r\nA : b\r\n", .badHeader),
            ("HTTP/1.1 200 OK\r\nA: b\u{1}\r\n", .badHeader), ("HTTP/1.1 200 OK\r\nA: b\nC: d\r\n", .bareLF),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", .conflictingFraming),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n", .conflictingFraming),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n", .badTransferEncoding),
            ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", .badTransferEncoding),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", .badContentLength),
            ("SSH-2.0-OpenSSH_9.2\r\n", .badStatusLine),
        ] as [(String, HTTPParseError.Code)]
    )
    func refuses(_ input: String, _ expected: HTTPParseError.Code) {
        #expect(responseCode(input) == expected)
    }

    @Test("how the body ends follows from status, request method and fields")
    func framing() throws {
        let length = "Content-Length: 5\r\n"
        #expect(try response("HTTP/1.1 200 OK\r\n\(length)\r\n").framing == .length(5))
        #expect(try response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").framing == .none)
        #expect(try response("HTTP/1.1 200 OK\r\n\(length)\r\n", requestWasHead: true).framing == .none)
        for status in [101, 204, 304] {
            #expect(try response("HTTP/1.1 \(status) X\r\n\(length)\r\n").framing == .none)
        }
        let open = try response("HTTP/1.1 200 OK\r\n\r\n")
        #expect(open.framing == .untilClose)
        #expect(!open.keepAlive)
    }

    @Test("the connection is kept by version and field")
    func keepAlive() throws {
        let length = "Content-Length: 5\r\n"
        #expect(try response("HTTP/1.1 200 OK\r\n\(length)\r\n").keepAlive)
        #expect(try !response("HTTP/1.1 200 OK\r\n\(length)Connection: close\r\n\r\n").keepAlive)
        #expect(try !response("HTTP/1.0 200 OK\r\n\(length)\r\n").keepAlive)
        #expect(try response("HTTP/1.0 200 OK\r\n\(length)Connection: keep-alive\r\n\r\n").keepAlive)
    }

    @Test("an endless line is given up")
    func endless() {
        #expect(responseCode("HTTP/1.1 200 " + String(repeating: "x", count: 40_000)) == .headersTooLarge)
        let fields = String(repeating: "A: b\r\n", count: 101)
        #expect(responseCode("HTTP/1.1 200 OK\r\n" + fields) == .tooManyHeaders)
    }
}
