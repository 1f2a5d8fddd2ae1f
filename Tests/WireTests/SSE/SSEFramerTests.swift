import Testing
import Wire

/// One event, as a client and a relay see it.
struct EventReading: Equatable {
    var raw: String
    var name: String?
    var data: String?
    var isMultiLine = false
    var isCommentOnly = false
}

/// Frames a stream that arrives in pieces; `finish` is called at the end. Consumed bytes are dropped now and then.
func events(pieces: [[UInt8]], maxEventBytes: Int = 1 << 20) throws(SSEError) -> [EventReading] {
    var framer = SSEFramer(maxEventBytes: maxEventBytes)
    var buffer: [UInt8] = []
    var offset = 0
    var found: [EventReading] = []
    for (index, piece) in pieces.enumerated() {
        buffer += piece
        while let event = try next(&framer, buffer, &offset) { found.append(reading(event, buffer)) }
        if index % 2 == 0 {
            buffer.removeFirst(offset)
            offset = 0
        }
    }
    while let event = buffer.withUnsafeBytes({ framer.finish($0, from: &offset) }) {
        found.append(reading(event, buffer))
    }
    return found
}

private func next(_ framer: inout SSEFramer, _ buffer: [UInt8], _ offset: inout Int) throws(SSEError) -> SSEEvent? {
    let result = buffer.withUnsafeBytes { bytes in
        Result { () throws(SSEError) -> SSEEvent? in try framer.next(bytes, from: &offset) }
    }
    return try result.get()
}

private func reading(_ event: SSEEvent, _ buffer: [UInt8]) -> EventReading {
    let joined = buffer.withUnsafeBytes { event.joinedData(in: $0) }
    if let data = event.data { #expect(Array(buffer[data]) == joined) }
    return EventReading(
        raw: text(buffer[event.range]),
        name: event.name.map { text(buffer[$0]) },
        data: event.data == nil && !event.isMultiLine ? nil : text(joined),
        isMultiLine: event.isMultiLine,
        isCommentOnly: event.isCommentOnly
    )
}

/// A stream and the events in it.
struct StreamFixture: Sendable, CustomTestStringConvertible {
    var stream: String
    var events: [EventReading]

    var testDescription: String { self.stream.debugDescription }

    static let all: [StreamFixture] = [
        StreamFixture(stream: "", events: []),
        StreamFixture(stream: "data: a\n\n", events: [EventReading(raw: "data: a\n\n", data: "a")]),
        StreamFixture(
            stream: "event: m\r\ndata: {\"x\":1}\r\n\r\ndata:b\r\n\r\n",
            events: [
                EventReading(raw: "event: m\r\ndata: {\"x\":1}\r\n\r\n", name: "m", data: "{\"x\":1}"),
                EventReading(raw: "data:b\r\n\r\n", data: "b"),
            ]
        ),
        StreamFixture(
            stream: "data: a\r\rdata:  b\r\r",
            events: [EventReading(raw: "data: a\r\r", data: "a"), EventReading(raw: "data:  b\r\r", data: " b")]
        ),
        StreamFixture(
            stream: "\u{FEFF}data: a\ndata\ndata:c\n\n",
            events: [EventReading(raw: "\u{FEFF}data: a\ndata\ndata:c\n\n", data: "a\n\nc", isMultiLine: true)]
        ),
        StreamFixture(
            stream: ": hello\n\n:\ndata: x\nid: 1\nretry: 5\nfoo: bar\n: tail\n\n\n",
            events: [
                EventReading(raw: ": hello\n\n", isCommentOnly: true),
                EventReading(raw: ":\ndata: x\nid: 1\nretry: 5\nfoo: bar\n: tail\n\n", data: "x"),
                EventReading(raw: "\n", isCommentOnly: true),
            ]
        ),
        StreamFixture(
            stream: "event: a\nevent:b\n\nevent\n\nid: 3\n\ndata\n\ndatax: 1\n\neventually: 2\n\n",
            events: [
                EventReading(raw: "event: a\nevent:b\n\n", name: "b"), EventReading(raw: "event\n\n", name: ""),
                EventReading(raw: "id: 3\n\n"), EventReading(raw: "data\n\n", data: ""),
                EventReading(raw: "datax: 1\n\n"), EventReading(raw: "eventually: 2\n\n"),
            ]
        ),
        StreamFixture(
            stream: "data: one\n\r\ndata: é😀\r\n\ndata: [DONE]",
            events: [
                EventReading(raw: "data: one\n\r\n", data: "one"), EventReading(raw: "data: é😀\r\n\n", data: "é😀"),
                EventReading(raw: "data: [DONE]", data: "[DONE]"),
            ]
        ),
        StreamFixture(
            stream: "data: a\n\u{FEFF}data: b\ndata: c\n\n\u{FEFF}data: d\n\n",
            events: [
                EventReading(raw: "data: a\n\u{FEFF}data: b\ndata: c\n\n", data: "a\nc", isMultiLine: true),
                EventReading(raw: "\u{FEFF}data: d\n\n"),
            ]
        ),
        StreamFixture(stream: "\u{FEFF}", events: [EventReading(raw: "\u{FEFF}", isCommentOnly: true)]),
        StreamFixture(stream: "data: x\n", events: [EventReading(raw: "data: x\n", data: "x")]),
        StreamFixture(stream: "data: x\r", events: [EventReading(raw: "data: x\r", data: "x")]),
        StreamFixture(stream: "data: x\n\r", events: [EventReading(raw: "data: x\n\r", data: "x")]),
        StreamFixture(stream: ":", events: [EventReading(raw: ":", isCommentOnly: true)]),
    ]
}

@Suite struct SSEFramerTests {
    @Test("a stream yields its events, whole, byte by byte, and split anywhere", arguments: StreamFixture.all)
    func splitting(_ fixture: StreamFixture) throws {
        let input = bytes(fixture.stream)
        #expect(try events(pieces: [input]) == fixture.events)
        #expect(try events(pieces: input.map { [$0] }) == fixture.events)
        for cut in 0...input.count {
            #expect(try events(pieces: [Array(input[..<cut]), Array(input[cut...])]) == fixture.events)
        }
    }

    @Test("an event that ends with LF is whole at once; after CR the next byte decides")
    func promptness() throws {
        func count(_ input: String) throws -> Int {
            var framer = SSEFramer()
            var offset = 0
            return try bytes(input).withUnsafeBytes { bytes in
                var count = 0
                while try framer.next(bytes, from: &offset) != nil { count += 1 }
                return count
            }
        }
        #expect(try count("data: a\n\n") == 1)
        #expect(try count("data: a\r\n\r\n") == 1)
        #expect(try count("data: a\r\r") == 0)
        #expect(try count("data: a\r\r:") == 1)
        #expect(try count("data: a\n\r\n") == 1)
    }

    @Test("no event is longer than allowed, complete or not")
    func cap() throws {
        let fits = bytes("data: 0123\n\n")
        let long = bytes("data: 01234\n\n")
        #expect(try events(pieces: [fits, fits], maxEventBytes: 12).count == 2)
        #expect(throws: SSEError.eventTooLarge(limit: 12)) { try events(pieces: [fits, long], maxEventBytes: 12) }
        #expect(throws: SSEError.eventTooLarge(limit: 12)) { try events(pieces: long.map { [$0] }, maxEventBytes: 12) }
        let endless = [UInt8](repeating: 0x61, count: 13)
        #expect(throws: SSEError.eventTooLarge(limit: 12)) { try events(pieces: [endless], maxEventBytes: 12) }
        let lines = bytes(String(repeating: ":\n", count: 7))
        #expect(throws: SSEError.eventTooLarge(limit: 12)) { try events(pieces: [lines], maxEventBytes: 12) }
        let crlf = bytes("data: 0123\r\n\r\n")
        for cut in 0...crlf.count {
            let pieces = [Array(crlf[..<cut]), Array(crlf[cut...])]
            #expect(try events(pieces: pieces, maxEventBytes: 14).count == 1)
            #expect(throws: SSEError.eventTooLarge(limit: 13)) { try events(pieces: pieces, maxEventBytes: 13) }
        }
    }

    @Test("empty buffers, and an event shown with another buffer, are no trouble")
    func robustness() throws {
        var framer = SSEFramer(maxEventBytes: -1)
        var offset = 0
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(framer.maxEventBytes == 1)
        #expect(try framer.next(nothing, from: &offset) == nil)
        #expect(framer.finish(nothing, from: &offset) == nil)
        let event = SSEEvent(range: 5..<9, name: nil, data: nil, isMultiLine: true, isCommentOnly: false)
        #expect(event.joinedData(in: nothing).isEmpty)
    }
}
