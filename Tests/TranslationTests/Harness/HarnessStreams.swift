import Exchange
import Testing
import Wire

/// Reads vendors' streams as the relay does: bytes in pieces to frames, frames to events.
struct HarnessStream {
    let decoder: any StreamDecoder
    let framing: StreamFraming
    private var events: [AnswerEvent] = []
    private var buffer: [UInt8] = []
    private var sse = SSEFramer()
    private var aws = AWSEventStreamFramer()
    private var isBroken = false

    init(_ room: any VendorFormat, _ notes: ReplyNotes) {
        self.decoder = room.makeStreamDecoder(notes: notes)
        self.framing = room.streamFraming
    }

    /// All events of a stream that arrives in these pieces and then ends.
    static func events(_ pieces: [ArraySlice<UInt8>], of room: any VendorFormat, _ notes: ReplyNotes) -> [AnswerEvent] {
        var stream = Self(room, notes)
        for piece in pieces { stream.add(piece) }
        return stream.finish()
    }

    /// A stream arrives in one piece.
    static func events(_ bytes: [UInt8], of room: any VendorFormat, _ notes: ReplyNotes) -> [AnswerEvent] {
        self.events([bytes[...]], of: room, notes)
    }

    mutating func add(_ piece: ArraySlice<UInt8>) {
        self.buffer += piece
        var offset = 0
        self.drain(from: &offset)
        self.buffer.removeFirst(offset)
    }

    private mutating func drain(from offset: inout Int) {
        let bytes = self.buffer
        bytes.withUnsafeBytes { bytes in
            switch self.framing {
            case .serverSentEvents:
                while let event = try? self.sse.next(bytes, from: &offset) { self.take(event, bytes) }
            case .awsEventStream:
                do {
                    while let frame = try self.aws.next(bytes, from: &offset) {
                        self.take(StreamMessage(frame, in: bytes))
                    }
                } catch {
                    self.isBroken = true
                }
            }
        }
    }

    private mutating func take(_ event: SSEEvent, _ bytes: UnsafeRawBufferPointer) {
        let name = event.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
        if let data = event.data {
            return self.take(StreamMessage(name: name, data: UnsafeRawBufferPointer(rebasing: bytes[data])))
        }
        guard event.isMultiLine else { return }
        event.joinedData(in: bytes).withUnsafeBytes { self.take(StreamMessage(name: name, data: $0)) }
    }

    private mutating func take(_ message: StreamMessage) {
        guard !self.isOver, !self.isBroken else { return }
        self.decoder.decode(message, into: &self.events)
    }

    private var isOver: Bool {
        switch self.events.last {
        case .end?, .fail?: true
        default: false
        }
    }

    /// The vendor closes: what is left counts as an event of a text stream, and is a cut of a binary one.
    mutating func finish() -> [AnswerEvent] {
        if self.framing == .serverSentEvents {
            let bytes = self.buffer
            bytes.withUnsafeBytes { bytes in
                var offset = 0
                while let event = self.sse.finish(bytes, from: &offset) { self.take(event, bytes) }
            }
        }
        guard !self.isOver else { return self.events }
        if self.isBroken || (self.framing == .awsEventStream && !self.buffer.isEmpty) {
            return self.events + [.fail(GatewayFailure(.upstreamFailed, "The provider's stream was cut."))]
        }
        self.decoder.finish(into: &self.events)
        return self.events
    }

    /// The stream cut into its messages, each as the bytes it came in.
    static func messages(_ bytes: [UInt8], _ framing: StreamFraming) -> [ArraySlice<UInt8>] {
        var ends: [Int] = []
        bytes.withUnsafeBytes { raw in
            var offset = 0
            switch framing {
            case .serverSentEvents:
                var framer = SSEFramer()
                while (try? framer.next(raw, from: &offset)) ?? nil != nil { ends.append(offset) }
            case .awsEventStream:
                var framer = AWSEventStreamFramer()
                while (try? framer.next(raw, from: &offset)) ?? nil != nil { ends.append(offset) }
            }
        }
        if ends.last != bytes.count { ends.append(bytes.count) }
        return zip([0] + ends, ends).map { bytes[$0..<$1] }.filter { !$0.isEmpty }
    }
}
