import Exchange
import FuzzKit
import FuzzRooms
import Wire

/// A vendor's stream keeps the promises of `AnswerEvent` however it was cut, and every caller gets a stream that is whole, or
/// ends as failed.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let vendor = Rooms.vendors[Int(first) % Rooms.vendors.count]
    let what = "a stream of \(vendor.id.rawValue)"
    let text = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    for notes in Rooms.notes(of: vendor) {
        var events: [AnswerEvent] = []
        let decoder = vendor.makeStreamDecoder(notes: notes)
        switch vendor.streamFraming {
        case .serverSentEvents: Streams.decode(text, decoder, &events)
        case .awsEventStream:
            Streams.frames(text).withUnsafeBytes { Streams.decodeFrames($0, decoder, &events) }
        }
        decoder.finish(into: &events)
        Promises.check(events, what)
        let count = events.count
        decoder.finish(into: &events)
        expect(events.count == count, "\(what) ends twice: \(events)")
        Callers.checkStreams(events, what)
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        if collector.isComplete { Callers.checkWhole(collector.answer, what) }
    }
}

private enum Streams {
    static func decode(_ bytes: UnsafeRawBufferPointer, _ decoder: any StreamDecoder, _ events: inout [AnswerEvent]) {
        var framer = SSEFramer(maxEventBytes: 1 << 16)
        var offset = 0
        while let event = try? framer.next(bytes, from: &offset) { Self.take(event, bytes, decoder, &events) }
        if let event = framer.finish(bytes, from: &offset) { Self.take(event, bytes, decoder, &events) }
    }

    private static func take(
        _ event: SSEEvent,
        _ bytes: UnsafeRawBufferPointer,
        _ decoder: any StreamDecoder,
        _ events: inout [AnswerEvent]
    ) {
        guard event.data != nil || event.isMultiLine else { return }
        let name = event.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
        event.joinedData(in: bytes).withUnsafeBytes { data in
            decoder.decode(StreamMessage(name: name, data: data), into: &events)
        }
    }

    static func decodeFrames(
        _ bytes: UnsafeRawBufferPointer,
        _ decoder: any StreamDecoder,
        _ events: inout [AnswerEvent]
    ) {
        var framer = AWSEventStreamFramer()
        var offset = 0
        while let frame = try? framer.next(bytes, from: &offset) {
            decoder.decode(StreamMessage(frame, in: bytes), into: &events)
        }
        expect(offset == bytes.count, "a frame that is not read")
    }

    /// Frames from lines: an event's name, a space and its payload; the name of an exception begins with `!`.
    static func frames(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let space = line.firstIndex(of: UInt8(ascii: " ")) ?? line.endIndex
            var name = line[..<space]
            let isException = name.first == UInt8(ascii: "!")
            if isException { name = name.dropFirst() }
            var headers: [UInt8] = []
            Self.header(":message-type", Array((isException ? "exception" : "event").utf8), &headers)
            Self.header(isException ? ":exception-type" : ":event-type", Array(name), &headers)
            bytes += Frame.make(headers: headers, payload: Array(line[space...].dropFirst()))
        }
        return bytes
    }

    private static func header(_ name: String, _ value: [UInt8], _ headers: inout [UInt8]) {
        headers.append(UInt8(name.utf8.count))
        headers += Array(name.utf8)
        headers += [7, UInt8(value.count >> 8 & 0xFF), UInt8(value.count & 0xFF)]
        headers += value
    }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}

/// SwiftPM links an executable's entry under this name.
@_cdecl("FuzzStream_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    runFuzzer(argc, argv) { data, count in testOneInput(data, count) }
}
