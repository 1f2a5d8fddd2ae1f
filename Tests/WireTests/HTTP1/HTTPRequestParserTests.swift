import Testing
import Wire

/// A request head as text, for comparison.
struct RequestReading: Equatable {
    var method = ""
    var target = ""
    var headers: [String] = []
    var framing = HTTPFraming.none
    var keepAlive = false
    var byteCount = 0
}

/// Parses one head given whole; nil when it is not complete.
func request(_ input: [UInt8], limits: HTTPLimits = .init()) throws(HTTPParseError) -> HTTPRequestHead? {
    try requests(pieces: [input], limits: limits).first
}

/// Parses the heads of a stream that arrives in pieces; bodies are not skipped.
func requests(pieces: [[UInt8]], limits: HTTPLimits = .init()) throws(HTTPParseError) -> [HTTPRequestHead] {
    var parser = HTTPRequestParser(limits: limits)
    var buffer: [UInt8] = []
    var heads: [HTTPRequestHead] = []
    for piece in pieces {
        buffer += piece
        while true {
            var head = HTTPRequestHead()
            let result = buffer.withUnsafeBytes { bytes in
                Result { () throws(HTTPParseError) -> Bool in try parser.parse(bytes, into: &head) }
            }
            guard try result.get() else { break }
            heads.append(head)
            buffer.removeFirst(head.byteCount)
        }
    }
    return heads
}

func code(_ input: String, limits: HTTPLimits = .init()) -> HTTPParseError.Code? {
    do throws(HTTPParseError) {
        return try request(bytes(input), limits: limits) == nil ? nil : nil
    } catch {
        return error.code
    }
}

private func reading(_ head: HTTPRequestHead, in input: [UInt8]) -> RequestReading {
    RequestReading(
        method: text(input[head.methodRange]),
        target: text(input[head.target]),
        headers: head.headers.map { text(input[$0.name]) + "=" + text(input[$0.value]) },
        framing: head.framing,
        keepAlive: head.keepAlive,
        byteCount: head.byteCount
    )
}

@Suite struct HTTPRequestParserTests {
    static let post = """
        POST /v1/chat/completions?x=1 HTTP/1.1\r\nHost: api.example:8080\r\nContent-Length:  17 \t\r\n\
        X-Obs: caf\u{e9}\r\nEmpty:\r\nAuthorization: Bearer a b\r\n\r\n
        """

    @Test("a head is read whole: method, target, fields, framing")
    func whole() throws {
        let input = bytes(Self.post)
        let head = try #require(try request(input))
        #expect(
            reading(head, in: input)
                == RequestReading(
                    method: "POST",
                    target: "/v1/chat/completions?x=1",
                    headers: [
                        "Host=api.example:8080", "Content-Length=17", "X-Obs=café", "Empty=",
                        "Authorization=Bearer a b",
                    ],
                    framing: .length(17),
                    keepAlive: true,
                    byteCount: input.count
                )
        )
        #expect(head.method == .post)
        #expect(!head.isHTTP10 && !head.expectsContinue && !head.isUpgrade)
        input.withUnsafeBytes { bytes -> Void in
            #expect(head.value("authorization", in: bytes).map { text(bytes[$0]) } == "Bearer a b")
            #expect(head.value("authorizatio", in: bytes) == nil)
            #expect(head.value("empty", in: bytes)?.isEmpty == true)
            #expect(head.value("empty", in: UnsafeRawBufferPointer(start: nil, count: 0)) == nil)
        }
    }

    @Test("a head cut at any byte reads the same, and so does one that comes byte by byte")
    func splitting() throws {
        let input = bytes("\r\n" + Self.post + "GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
        let expected = try requests(pieces: [input])
        #expect(expected.count == 2)
        for cut in 0...input.count {
            #expect(try requests(pieces: [Array(input[..<cut]), Array(input[cut...])]) == expected)
        }
        #expect(try requests(pieces: input.map { [$0] }) == expected)
    }

    @Test("pipelined heads come one after the other, and memory is used again")
    func pipelining() throws {
        let one = bytes("GET /a HTTP/1.1\r\nhost: a\r\n\r\n")
        let heads = try requests(pieces: [one + one, one, one + Array(one[..<5])])
        #expect(heads.count == 4)
        #expect(heads.allSatisfy { $0 == heads[0] })
    }

    @Test(
        "methods are known by their exact name",
        arguments: [
            ("GET", .get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("PATCH", .patch), ("DELETE", .delete),
            ("OPTIONS", .options), ("TRACE", .trace), ("get", .other), ("PROPFIND", .other), ("GETT", .other),
        ] as [(String, HTTPMethod)]
    )
    func methods(_ name: String, _ method: HTTPMethod) throws {
        #expect(try request(bytes("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n"))?.method == method)
    }

    @Test(
        "malformed first lines are refused",
        arguments: [
            ("GET / HTTP/1.1\nHost: a\n\n", .bareLF), ("GET / HTTP/1.1\n", .bareLF), ("\nGET", .bareLF),
            ("\r\n\r\nGET / HTTP/1.1\r\n", .badRequestLine), ("GET  / HTTP/1.1\r\n", .badRequestLine),
            (" GET / HTTP/1.1\r\n", .badRequestLine), ("GET /\r\n", .badRequestLine), ("GET\r\n", .badRequestLine),
            ("GET / HTTP/1.1 \r\n", .badRequestLine), ("GET /  HTTP/1.1\r\n", .badRequestLine),
            ("GET / HTTP/1.1x\r\n", .badRequestLine), ("GET / http/1.1\r\n", .badRequestLine),
            ("GET / HTTP/1.\r\n", .badRequestLine), ("GET / HTTP/11\r\n", .badRequestLine),
            ("GET / HTTP/2.0\r\n", .unsupportedVersion), ("PRI * HTTP/2.0\r\n", .unsupportedVersion),
            ("GET / HTTP/1.2\r\n", .unsupportedVersion), ("GET / HTTP/0.9\r\n", .unsupportedVersion),
            ("G(T / HTTP/1.1\r\n", .badRequestLine), ("GET a HTTP/1.1\r\n", .badTarget),
            ("GET http://a/ HTTP/1.1\r\n", .badTarget), ("GET * HTTP/1.1\r\n", .badTarget),
            ("OPTIONS ** HTTP/1.1\r\n", .badTarget), ("GET /a\tb HTTP/1.1\r\n", .badTarget),
            ("GET /\u{e9} HTTP/1.1\r\n", .badTarget), ("GET /a\0b HTTP/1.1\r\n", .badTarget),
            ("GET /a\u{7f} HTTP/1.1\r\n", .badTarget), ("GET /a#b HTTP/1.1\r\n", .badTarget),
            ("CONNECT /a HTTP/1.1\r\n", .badTarget), ("CONNECT * HTTP/1.1\r\n", .badTarget),
            ("GET /a\rb HTTP/1.1\r\n", .badTarget), ("\u{16}\u{3}\u{1}", .badRequestLine), ("\rGET", nil),
            ("\rG\r\n", .badRequestLine), ("GET\t/ HTTP/1.1\r\n", .badRequestLine),
        ] as [(String, HTTPParseError.Code?)]
    )
    func badFirstLine(_ input: String, _ expected: HTTPParseError.Code?) {
        #expect(code(input) == expected)
    }

    @Test(
        "malformed fields are refused",
        arguments: [
            ("A: b\n", .bareLF), ("A: b\nC: d\r\n", .bareLF), ("A : b\r\n", .badHeader), (": b\r\n", .badHeader),
            ("A\r\n", .badHeader), (" A: b\r\n", .obsFold), ("A: b\r\n c\r\n", .obsFold), ("A: b\r\n\tc\r\n", .obsFold),
            ("A: b\0c\r\n", .badHeader), ("A: b\rc\r\n", .badHeader), ("A: b\u{7f}\r\n", .badHeader),
            ("A: b\u{1}\r\n", .badHeader), ("\u{e9}: b\r\n", .badHeader), ("A(b: c\r\n", .badHeader),
            ("A\tb: c\r\n", .badHeader), ("A:aaaaaaaaaaaaaaaa\u{b}\r\n", .badHeader), ("A: b\r\r\n", .badHeader),
            ("A:aaaaaaaaaaaaaaaa\tb\r\n", nil),
        ] as [(String, HTTPParseError.Code?)]
    )
    func badField(_ field: String, _ expected: HTTPParseError.Code?) {
        #expect(code("GET / HTTP/1.1\r\n\(field)Host: a\r\n\r\n") == expected)
        #expect(code("GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n") == expected)
    }

    @Test(
        "framing that two receivers could read differently is refused",
        arguments: [
            ("Content-Length: 5\r\nTransfer-Encoding: chunked", .conflictingFraming),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5", .conflictingFraming),
            ("Content-Length: 5\r\nContent-Length: 5", .conflictingFraming),
            ("Content-Length: 5\r\ncontent-length: 6", .conflictingFraming),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .conflictingFraming),
            ("Transfer-Encoding: chunked, identity", .badTransferEncoding),
            ("Transfer-Encoding: identity", .badTransferEncoding),
            ("Transfer-Encoding: gzip, chunked", .badTransferEncoding),
            ("Transfer-Encoding:\tchunked", .badTransferEncoding),
            ("Transfer-Encoding:  chunked", .badTransferEncoding),
            ("Transfer-Encoding: Chunked", .badTransferEncoding), ("Transfer-Encoding: xchunked", .badTransferEncoding),
            ("Transfer-Encoding:", .badTransferEncoding), ("Transfer-Encoding: chunked,", .badTransferEncoding),
            ("Content-Length: +5", .badContentLength), ("Content-Length: -1", .badContentLength),
            ("Content-Length:", .badContentLength), ("Content-Length: 5,5", .badContentLength),
            ("Content-Length: 5 5", .badContentLength), ("Content-Length: 0x5", .badContentLength),
            ("Content-Length: 18446744073709551616", .badContentLength),
            ("Content-Length: 9223372036854775808", .badContentLength), ("Content-Length: 5.0", .badContentLength),
            ("Content-Length: 9223372036854775807", nil), ("Content-Length: 00005", nil),
            ("Transfer-Encoding: chunked", nil),
            ("Transfer-Encoding:chunked", nil), ("Host: b", .duplicateHost),
            ("Expect: 200-ok", .unsupportedExpectation),
        ] as [(String, HTTPParseError.Code?)]
    )
    func framing(_ fields: String, _ expected: HTTPParseError.Code?) {
        #expect(code("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n") == expected)
    }

    @Test("framing, persistence, expectation and upgrade are drawn from the fields")
    func conclusions() throws {
        func head(_ fields: String, version: String = "1.1") throws -> HTTPRequestHead {
            try #require(try request(bytes("POST / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")))
        }
        #expect(try head("Transfer-Encoding: chunked\r\n").framing == .chunked)
        #expect(try head("Content-Length: 0\r\n").framing == .none)
        #expect(try head("").keepAlive)
        #expect(try !head("Connection: x, Close\r\n").keepAlive)
        #expect(try !head("Connection: keep-alive\r\nConnection: close\r\n").keepAlive)
        #expect(try !head("", version: "1.0").keepAlive)
        #expect(try head("Connection: Keep-Alive\r\n", version: "1.0").keepAlive)
        #expect(try head("Expect: 100-Continue\r\n").expectsContinue)
        #expect(try !head("Expect: 100-continue\r\n", version: "1.0").expectsContinue)
        #expect(try head("Upgrade: websocket\r\n").isUpgrade)
        #expect(try head("Connection: Upgrade\r\n").isUpgrade)
        #expect(code("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == .badTransferEncoding)
    }

    @Test("hosts are one, present in 1.1, and hold nothing but a host and a port")
    func hosts() {
        #expect(code("GET / HTTP/1.1\r\n\r\n") == .missingHost)
        #expect(code("GET / HTTP/1.0\r\n\r\n") == nil)
        for bad in ["a b", "a,b", "a/b", "u@a", "a?b", "a#b", "a\\b", "\u{e9}", "a\tb"] {
            #expect(code("GET / HTTP/1.1\r\nHost: \(bad)\r\n\r\n") == .badHost)
        }
        for good in ["", "localhost:8080", "[::1]:80", "xn--a_b.example.", "127.0.0.1"] {
            #expect(code("GET / HTTP/1.1\r\nHost: \(good)\r\n\r\n") == nil)
        }
    }

    @Test("targets, lines, fields and heads are bounded, complete or not")
    func limits() {
        let long = String(repeating: "a", count: 8192)
        let tail = " HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(code("GET /\(long.dropLast())\(tail)") == nil)
        #expect(code("GET /\(long)\(tail)") == .targetTooLong)
        #expect(code("GET /\(long)\(long)") == .targetTooLong)
        #expect(code(String(repeating: "A", count: 9000)) == .targetTooLong)
        let many = String(repeating: "A: b\r\n", count: 99)
        #expect(code("GET / HTTP/1.1\r\nHost: a\r\n\(many)\r\n") == nil)
        #expect(code("GET / HTTP/1.1\r\nHost: a\r\n\(many)A: b\r\n") == .tooManyHeaders)
        let wide = String(repeating: "b", count: 32_766)
        #expect(code("GET / HTTP/1.1\r\nHost: a\r\nA:\(wide)\r\n\r\n") == nil)
        #expect(code("GET / HTTP/1.1\r\nHost: a\r\nA:\(wide)b\r\n\r\n") == .headersTooLarge)
        #expect(code("GET / HTTP/1.1\r\nHost: a\r\nA:\(wide)bbb") == .headersTooLarge)
        let two = "A:\(wide)\r\nB:\(wide)\r\n"
        #expect(code("GET / HTTP/1.1\r\nHost: a\r\n\(two)") == .headersTooLarge)
        var limits = HTTPLimits()
        limits.maxTargetBytes = 4
        limits.maxHeaderBytes = 30
        #expect(code("GET /abc HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits) == nil)
        #expect(code("GET /abcd HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits) == .targetTooLong)
        #expect(code("GET /abc HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n", limits: limits) == .headersTooLarge)
    }

    @Test("every refusal has a status and a sentence")
    func descriptions() {
        for raw in UInt8(0)...40 {
            guard let code = HTTPParseError.Code(rawValue: raw) else { continue }
            #expect(!HTTPParseError(code).message.isEmpty)
            #expect([400, 414, 417, 431, 505].contains(HTTPParseError(code).status))
        }
        #expect(HTTPParseError(.targetTooLong).status == 414)
        #expect(HTTPParseError(.headersTooLarge).status == 431)
        #expect(HTTPParseError(.unsupportedVersion).status == 505)
        #expect(HTTPParseError(.conflictingFraming).status == 400)
    }
}
