import Testing
import Wire

@Suite struct AWSEventStreamFramerTests {
    private static let delta = Frames.bytes(
        hex: """
            0000009d00000057b9bbf89f0b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e74
            2d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070005
            6576656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a224869227d2c2270223a
            226162227d8b38b268
            """
    )
    private static let throttled = Frames.bytes(
        hex: """
            00000090000000618e91a9b70f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f
            6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d7479706507000965786365707469
            6f6e7b226d657373616765223a22546f6f206d616e79207265717565737473227de67f8005
            """
    )
    private static let empty = Frames.bytes(hex: "000000100000000005c248eb7d98c8ff")
    private static let expected = [
        Frames.Reading(
            kind: .event,
            name: "contentBlockDelta",
            payload: #"{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"ab"}"#
        ),
        Frames.Reading(kind: .other, name: nil, payload: ""),
        Frames.Reading(
            kind: .exception,
            name: "throttlingException",
            payload: #"{"message":"Too many requests"}"#
        ),
    ]

    @Test func `the checksum is the one of IEEE`() {
        func checksum(_ text: String) -> UInt32 { Array(text.utf8).withUnsafeBytes { CRC32.checksum(of: $0) } }
        #expect(checksum("") == 0)
        #expect(checksum("123456789") == 0xCBF4_3926)
        #expect(checksum("The quick brown fox jumps over the lazy dog") == 0x414F_A339)
        #expect(checksum(String(repeating: "a", count: 32)) == 0xCAB1_1777)
    }

    @Test func `known frames are read whole, byte by byte, and split anywhere`() throws {
        let stream = Self.delta + Self.empty + Self.throttled
        #expect(try Frames.readings([stream]) == Self.expected)
        #expect(try Frames.readings(stream.map { [$0] }) == Self.expected)
        for cut in 0...stream.count {
            #expect(try Frames.readings([Array(stream[..<cut]), Array(stream[cut...])]) == Self.expected)
        }
    }

    @Test func `N128 a cut stream leaves bytes behind and yields no half frame`() throws {
        for cut in 1..<Self.delta.count {
            let left = try Frames.read([Array(Self.delta[..<cut])]) { _, _ in Issue.record("half a frame") }
            #expect(left == cut)
        }
    }

    @Test func `N128 every damaged bit is noticed`() {
        for position in 0..<(Self.delta.count * 8) {
            var damaged = Self.delta
            damaged[position / 8] ^= 1 << UInt8(position % 8)
            #expect(throws: AWSEventStreamError.checksumMismatch) { try Frames.readings([damaged]) }
        }
    }

    @Test func `N128 impossible lengths are refused before anything is kept`() {
        func prelude(_ total: Int, _ headers: Int) -> [UInt8] {
            let lengths = Frames.word(total) + Frames.word(headers)
            return lengths + Frames.word(Int(lengths.withUnsafeBytes { CRC32.checksum(of: $0) }))
        }
        let cases: [(Int, Int, AWSEventStreamError)] = [
            (15, 0, .impossibleLength), (0, 0, .impossibleLength), (16, 1, .impossibleLength),
            (200_000, 131_073, .impossibleLength), (16, 0xFFFF_FFFF, .impossibleLength),
            (0xFFFF_FFFF, 0, .frameTooLarge(limit: 1 << 20)), (1 << 20 + 1, 0, .frameTooLarge(limit: 1 << 20)),
        ]
        for (total, headers, error) in cases {
            #expect(throws: error) { try Frames.readings([prelude(total, headers)]) }
        }
        let long = Frames.event("a", String(repeating: "x", count: 100))
        #expect(throws: AWSEventStreamError.frameTooLarge(limit: 64)) { try Frames.readings([long], maxFrameBytes: 64) }
    }

    @Test func `headers of all types are read`() throws {
        let name = [UInt8(1), UInt8(ascii: "h")]
        let values: [([UInt8], AWSEventStreamHeader.Value)] = [
            ([0], .bool(true)), ([1], .bool(false)), ([2, 0xFF], .integer(-1)), ([3, 0x01, 0x02], .integer(258)),
            ([4, 0xFF, 0xFF, 0xFF, 0xFE], .integer(-2)), ([5, 0x80, 0, 0, 0, 0, 0, 0, 0], .integer(.min)),
            ([6, 0, 2, 9, 9], .bytes(5..<7)), ([7, 0, 1, 65], .string(5..<6)),
            ([8, 0, 0, 0, 0, 0, 0, 0, 7], .timestamp(7)), ([9] + [UInt8](repeating: 3, count: 16), .uuid(3..<19)),
        ]
        for (bytes, value) in values {
            let found = (name + bytes).withUnsafeBytes { buffer in
                var headers = AWSEventStreamHeaders(buffer, in: 0..<buffer.count)
                return [try? headers.next(), try? headers.next()]
            }
            #expect(found == [AWSEventStreamHeader(name: 1..<2, value: value), nil])
            for cut in 1..<(name + bytes).count {
                let frame = Frames.frame(headers: Array((name + bytes)[..<cut]), payload: [])
                #expect(throws: AWSEventStreamError.brokenHeaders) { try Frames.readings([frame]) }
            }
            #expect(try Frames.readings([Frames.frame(headers: name + bytes, payload: [])]).count == 1)
        }
        let unknown = Frames.frame(headers: name + [10], payload: [])
        #expect(throws: AWSEventStreamError.brokenHeaders) { try Frames.readings([unknown]) }
    }

    @Test func `an error frame is named by its code, and headers may come in any order`() throws {
        let error = Frames.frame(
            [(":error-message", "gone"), (":error-code", "InternalError"), (":message-type", "error")],
            ""
        )
        #expect(try Frames.readings([error]) == [Frames.Reading(kind: .error, name: "InternalError", payload: "")])
    }

    @Test func `garbage never traps`() {
        var seed: UInt64 = 7
        for _ in 0..<2000 {
            let bytes = (0..<64).map { _ -> UInt8 in
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: seed >> 33)
            }
            _ = try? Frames.readings([bytes])
            _ = try? Frames.readings([Frames.frame(headers: Array(bytes.prefix(24)), payload: [])])
        }
    }
}
