import Exchange
import NIOCore
import Testing
import Upstream
import Wire

@testable import Gateway
@testable import Policy

@Suite("Dates, ids, chunks")
struct SmallPartsTests {
    @Test("dates are spelled as HTTP wants them")
    func dates() {
        #expect(HTTPDate.text(unixSeconds: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(unixSeconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(unixSeconds: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(RFC3339.text(unixSeconds: 1_795_550_399) == "2026-11-24T19:59:59Z")
    }

    @Test("request ids sort by time and never repeat")
    func ids() {
        var generator = RequestIDGenerator(seed: 7)
        let first = generator.next(unixMilliseconds: 1_000_000)
        let later = generator.next(unixMilliseconds: 2_000_000)
        #expect(first.utf8.count == 30)
        #expect(first.hasPrefix("req_"))
        #expect(first < later)
        var seen = Set<String>()
        for _ in 0..<1000 { seen.insert(generator.next(unixMilliseconds: 5)) }
        #expect(seen.count == 1000)
    }

    @Test(
        "a caller's request id is kept only when short and plain",
        arguments: [
            ("abc-123_x.y", true), ("", false), ("a b", false), ("a\u{0}b", false),
            (String(repeating: "a", count: 129), false),
        ]
    )
    func ownIDs(_ text: String, _ isAcceptable: Bool) {
        #expect(Array(text.utf8).withUnsafeBytes { RequestIDGenerator.isAcceptable($0) } == isAcceptable)
    }

    @Test("a chunk's size line is written in front of it", arguments: [1, 9, 15, 16, 255, 256, 4096, 70_000])
    func chunks(_ count: Int) {
        var buffer = ByteBuffer()
        ChunkFrame.begin(&buffer)
        buffer.writeRepeatingByte(UInt8(ascii: "x"), count: count)
        ChunkFrame.end(&buffer)
        let expected = String(count, radix: 16) + "\r\n" + String(repeating: "x", count: count) + "\r\n"
        #expect(String(buffer: buffer) == expected)
    }

    @Test("numbers are written without strings", arguments: [0, 7, 10, 99, 12_345, Int.max])
    func decimals(_ value: Int) {
        var buffer = ByteBuffer()
        buffer.writeHead { $0.write(value) }
        #expect(String(buffer: buffer) == String(value))
    }

    @Test("durations are told the way OpenAI tells them")
    func durations() {
        #expect(VendorWait(nanoseconds: 120_999_999).text == "120ms")
        #expect(VendorWait(nanoseconds: 1_000_000_000).text == "1s")
        #expect(VendorWait(nanoseconds: 359_001_000_000).text == "6m0s")
        #expect(Duration.milliseconds(1).wholeSecondsRoundedUp == 1)
        #expect(Duration.zero.wholeSecondsRoundedUp == 0)
    }

    @Test(
        "a head that finds no room is begun again with more, and stands whole behind what was there",
        arguments: [0, 3_000, 40_000]
    )
    func longHead(_ count: Int) {
        let value = String(repeating: "v", count: count)
        var bytes = ByteBuffer(string: "before ")
        bytes.writeHead { head in
            head.write("x-name", value)
            head.write([(name: "y", value: "1")])
            head.write(fixed: "\r\n")
        }
        #expect(String(buffer: bytes) == "before x-name: \(value)\r\ny: 1\r\n\r\n")
    }

    private static let reading = LimitReading(
        requests: LimitDecision(isAllowed: true, limit: 60, remaining: 59, resetNanoseconds: 1_000_000_001),
        tokens: LimitDecision(isAllowed: true, limit: 9_000, remaining: 0, resetNanoseconds: 61_000_000_000)
    )

    @Test("limits are told as OpenAI tells them")
    func limits() {
        let headers = LimitHeaders(Self.reading, .responses, unixSeconds: 0)
        var bytes = ByteBuffer()
        bytes.writeHead { $0.write(headers) }
        let lines = [
            "x-ratelimit-limit-requests: 60", "x-ratelimit-remaining-requests: 59", "x-ratelimit-reset-requests: 1s",
            "x-ratelimit-limit-tokens: 9000", "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 1m1s",
        ]
        #expect(String(buffer: bytes) == lines.map { $0 + "\r\n" }.joined())
        #expect(headers.fields.map { "\($0.name): \($0.value)" } == lines)
    }

    @Test("limits are told as Anthropic tells them")
    func messagesLimits() {
        let headers = LimitHeaders(Self.reading, .messages, unixSeconds: 1_795_550_397)
        var bytes = ByteBuffer()
        bytes.writeHead { $0.write(headers) }
        let lines = [
            "anthropic-ratelimit-requests-limit: 60", "anthropic-ratelimit-requests-remaining: 59",
            "anthropic-ratelimit-requests-reset: 2026-11-24T19:59:59Z",
            "anthropic-ratelimit-tokens-limit: 9000", "anthropic-ratelimit-tokens-remaining: 0",
            "anthropic-ratelimit-tokens-reset: 2026-11-24T20:00:58Z",
        ]
        #expect(String(buffer: bytes) == lines.map { $0 + "\r\n" }.joined())
        #expect(headers.fields.map { "\($0.name): \($0.value)" } == lines)
    }

    @Test("a peer that guesses keys is slowed down, and forgiven after the window")
    func peers() {
        var failures = PeerFailures()
        let start = NIODeadline.uptimeNanoseconds(0)
        for _ in 0..<100 { check(failures.note("192.0.2.1", start), false) }
        check(failures.note("192.0.2.1", start), true)
        check(failures.note("192.0.2.2", start), false)
        check(failures.note("192.0.2.1", start + .seconds(11)), false)
    }
}
