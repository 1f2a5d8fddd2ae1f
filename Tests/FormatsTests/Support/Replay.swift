import AnthropicMessages
import Exchange
import OpenAIChat
import OpenAIResponses
import Wire

/// The rooms under test, by format.
let rooms: [FormatID: any WireFormat] = [
    .chat: OpenAIChatFormat(), .responses: OpenAIResponsesFormat(), .messages: AnthropicMessagesFormat(),
]

/// A stream run through the framer and a tap, and what came of it.
struct Replay {
    /// One event as seen by the tap, with the tap's state after it.
    struct Step: Equatable {
        var bytes: [UInt8]
        var observation: StreamObservation
        var isComplete: Bool
    }

    private(set) var steps: [Step] = []
    private(set) var tap: any StreamTap

    /// Feeds the stream in pieces.
    init(
        _ pieces: [ArraySlice<UInt8>],
        _ operation: Operation,
        hidesUsage: Bool = false,
        notesID: Bool = false
    ) throws {
        guard let room = rooms[operation.format] else { throw MissingRoom() }
        self.tap = room.makeStreamTap(operation: operation, hidesUsage: hidesUsage)
        self.tap.notesID = notesID
        var framer = SSEFramer()
        var buffer: [UInt8] = []
        var offset = 0
        for piece in pieces {
            buffer += piece
            try self.drain(&framer, buffer, &offset)
        }
        if let last = buffer.withUnsafeBytes({ framer.finish($0, from: &offset) }) { self.observe(last, buffer) }
    }

    /// Feeds the stream whole.
    init(_ stream: String, _ operation: Operation, hidesUsage: Bool = false, notesID: Bool = false) throws {
        try self.init([Array(stream.utf8)[...]], operation, hidesUsage: hidesUsage, notesID: notesID)
    }

    private mutating func drain(_ framer: inout SSEFramer, _ buffer: [UInt8], _ offset: inout Int) throws {
        while let event = try buffer.withUnsafeBytes({ try framer.next($0, from: &offset) }) {
            self.observe(event, buffer)
        }
    }

    private mutating func observe(_ event: SSEEvent, _ buffer: [UInt8]) {
        let tap = self.tap
        let observation = buffer.withUnsafeBytes { tap.observe(event, in: $0) }
        let step = Step(bytes: Array(buffer[event.range]), observation: observation, isComplete: tap.isComplete)
        self.steps.append(step)
    }

    struct MissingRoom: Error {}

    /// What a client would get.
    var forwarded: String {
        let kept = self.steps.filter { $0.observation.disposition == .forward }
        return String(decoding: kept.flatMap(\.bytes), as: UTF8.self)
    }

    /// One word an event, for short expectations: `forward`, `content`, `hide`, `reject`, `failure:KIND`.
    var words: [String] {
        self.steps.map { step in
            if let failure = step.observation.failure { return "failure:\(failure.kind.rawValue)" }
            switch step.observation.disposition {
            case .forward: return step.observation.isContent ? "content" : "forward"
            case .hide: return "hide"
            case .reject: return "reject"
            }
        }
    }

    /// After how many events the stream first counted as complete.
    var completeAfter: Int? {
        self.steps.firstIndex(where: \.isComplete).map { $0 + 1 }
    }
}
