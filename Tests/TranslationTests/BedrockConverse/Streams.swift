import BedrockConverse
import Exchange
import Testing
import Wire

/// Runs streams and answers through the room.
enum Streams {
    static let notes: ReplyNotes = {
        var notes = ReplyNotes()
        notes.reasoningOwner = ReasoningState.anthropic
        notes.seed = "s"
        return notes
    }()

    /// The events of whole frames; the stream ends after them.
    static func events(_ frames: [[UInt8]], notes: ReplyNotes = Self.notes) throws -> [AnswerEvent] {
        let decoder = BedrockConverseFormat().makeStreamDecoder(notes: notes)
        var events: [AnswerEvent] = []
        let left = try Frames.read(frames) { frame, bytes in
            decoder.decode(StreamMessage(frame, in: bytes), into: &events)
        }
        #expect(left == 0)
        decoder.finish(into: &events)
        Self.check(events)
        return events
    }

    /// Events written as name and payload.
    static func events(_ events: [(String, String)], notes: ReplyNotes = Self.notes) throws -> [AnswerEvent] {
        try self.events(events.map { Frames.event($0.0, $0.1) }, notes: notes)
    }

    static func collected(_ events: [AnswerEvent]) -> AnswerCollector {
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        return collector
    }

    static func answer(_ json: String, notes: ReplyNotes = Self.notes) throws -> Answer {
        try self.reading(json) { root in
            Result { () throws(GatewayFailure) in try BedrockConverseFormat().decodeAnswer(root, notes: notes) }
        }
        .get()
    }

    static func refusal(_ status: Int, _ json: String?, _ text: String) throws -> VendorRefusal {
        guard let json else { return BedrockConverseFormat().decodeError(status: status, root: nil, text: text) }
        return try self.reading(json) { BedrockConverseFormat().decodeError(status: status, root: $0, text: text) }
    }

    static func reading<R>(_ json: String, _ body: (JSONValue) -> R) throws -> R {
        let bytes = Array(json.utf8)
        let tape = JSONTape()
        return try bytes.withUnsafeBytes { bytes in
            let root = try tape.parse(bytes)
            return withExtendedLifetime(tape) { body(root) }
        }
    }

    /// The promises every decoder makes.
    static func check(_ events: [AnswerEvent]) {
        var open: Int?
        var next = 0
        var isOver = false
        for (position, event) in events.enumerated() {
            #expect(!isOver, "nothing after the end")
            switch event {
            case .start: #expect(position == 0)
            case .open(let index, _):
                #expect(open == nil && index == next)
                open = index
                next += 1
            case .delta(let index, _), .citation(let index, _), .logprobs(let index, _), .state(let index, _):
                #expect(open == index)
            case .close(let index):
                #expect(open == index)
                open = nil
            case .finish: #expect(open == nil)
            case .usage: break
            case .fail, .end: isOver = true
            }
        }
        #expect(isOver)
    }
}

extension AnswerCollector {
    var finish: FinishReason? { self.answer.finish }
}
