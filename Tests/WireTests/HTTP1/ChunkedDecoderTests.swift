import Testing
import Wire

/// What a chunked body held, how many bytes it took, and whether it was complete.
struct ChunkedReading: Equatable {
    var payload: [UInt8] = []
    var consumed = 0
    var isFinished = false
}

/// Decodes a body that arrives in pieces.
func chunked(pieces: [[UInt8]]) throws(HTTPParseError) -> ChunkedReading {
    var decoder = ChunkedDecoder()
    var reading = ChunkedReading()
    for piece in pieces {
        var offset = 0
        var isMore = true
        while isMore {
            let result = piece.withUnsafeBytes { bytes in
                Result { () throws(HTTPParseError) -> ChunkedEvent in try decoder.next(bytes, from: &offset) }
            }
            switch try result.get() {
            case .data(let range): reading.payload += piece[range]
            case .end, .needMore: isMore = false
            }
        }
        reading.consumed += offset
    }
    reading.isFinished = decoder.isFinished
    return reading
}

private func chunkedCode(_ input: String) -> HTTPParseError.Code? {
    do throws(HTTPParseError) {
        _ = try chunked(pieces: [bytes(input)])
        return nil
    } catch {
        return error.code
    }
}

@Suite struct ChunkedDecoderTests {
    @Test(
        "bodies are decoded whole, cut at any byte, and byte by byte",
        arguments: [
            ("0\r\n\r\n", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello"),
            ("3\r\nabc\r\n00A\r\n0123456789\r\n000\r\n\r\n", "abc0123456789"),
            ("1;a;b=c;d=1.2\r\nx\r\n0;z\r\n\r\n", "x"), ("2\r\n\r\n\r\n0\r\nX-T: y\r\nEmpty:\r\n\r\n", "\r\n"),
            ("f\r\n0123456789abcde\r\n0\r\nhos: t\r\n\r\n", "0123456789abcde"),
        ]
    )
    func decodes(_ input: String, _ payload: String) throws {
        let input = bytes(input)
        let expected = ChunkedReading(payload: bytes(payload), consumed: input.count, isFinished: true)
        #expect(try chunked(pieces: [input + bytes("GET ")]) == expected)
        #expect(try chunked(pieces: input.map { [$0] }) == expected)
        for cut in 0..<input.count {
            #expect(try chunked(pieces: [Array(input[..<cut]), Array(input[cut...])]) == expected)
            #expect(try !chunked(pieces: [Array(input[..<cut])]).isFinished)
        }
    }

    @Test(
        "malformed coding is refused",
        arguments: [
            ("\r\n", .badChunk), ("g\r\n", .badChunk), ("-1\r\n", .badChunk), ("+1\r\n", .badChunk),
            ("0x1\r\n", .badChunk),
            (" 1\r\n", .badChunk), ("1 \r\n", .badChunk), ("1\t;a\r\n", .badChunk), ("1\n", .badChunk),
            ("1\ra", .badChunk),
            ("1\r\nab", .badChunk), ("1\r\na\n", .badChunk), ("1\r\na\r\r", .badChunk), ("1;\r\n", .badChunk),
            ("1;a=\r\n", .badChunk), ("1;a=\"b\"\r\n", .badChunk), ("1;a b\r\n", .badChunk), ("1;a\n", .badChunk),
            ("1;=b\r\n", .badChunk), ("1;a\0\r\n", .badChunk), ("10000000000000000\r\n", .badChunk),
            ("fffffffffffffffff\r\n", .badChunk), ("0\r\n\n", .badTrailer), ("0\r\n a: b\r\n", .badTrailer),
            ("0\r\na : b\r\n", .badTrailer), ("0\r\na: b\n", .badTrailer), ("0\r\na\r\n", .badTrailer),
            ("0\r\n: b\r\n", .badTrailer), ("0\r\na: b\0\r\n", .badTrailer), ("0\r\n\rx", .badTrailer),
            ("0\r\na: b\r\r", .badTrailer),
            ("0\r\nContent-Length: 5\r\n", .badTrailer), ("0\r\nTRANSFER-ENCODING: chunked\r\n", .badTrailer),
            ("0\r\nHost: a\r\n", .badTrailer), ("0\r\nAuthorization: a\r\n", .badTrailer),
        ] as [(String, HTTPParseError.Code)]
    )
    func refuses(_ input: String, _ expected: HTTPParseError.Code) {
        #expect(chunkedCode(input) == expected)
    }

    @Test("a size of 15 digits is data for a long time")
    func hugeSize() throws {
        let reading = try chunked(pieces: [bytes("fffffffffffffff\r\nabc")])
        #expect(reading.payload == bytes("abc") && !reading.isFinished)
    }

    @Test("extensions are bounded on a line and in all, trailers in all")
    func bounds() {
        let name = String(repeating: "a", count: 254)
        #expect(chunkedCode("1;\(name)\r\nx\r\n") == nil)
        #expect(chunkedCode("1;\(name)bbb\r\nx\r\n") == .chunkExtensionsTooLong)
        #expect(chunkedCode(String(repeating: "1;\(name)\r\nx\r\n", count: 65)) == .chunkExtensionsTooLong)
        #expect(chunkedCode("0\r\n" + String(repeating: "a: b\r\n", count: 2000)) == .trailersTooLarge)
    }

    @Test("after the end nothing more is taken; an empty buffer is no trouble")
    func end() throws {
        var decoder = ChunkedDecoder()
        var offset = 0
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(try decoder.next(nothing, from: &offset) == .needMore)
        try bytes("0\r\n\r\nX").withUnsafeBytes { bytes throws in
            #expect(try decoder.next(bytes, from: &offset) == .end)
            #expect(offset == 5)
            #expect(try decoder.next(bytes, from: &offset) == .end)
        }
        #expect(try decoder.next(nothing, from: &offset) == .end)
        #expect(offset == 5)
    }
}
