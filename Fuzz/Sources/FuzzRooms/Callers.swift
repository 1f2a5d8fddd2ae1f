public import Exchange
import FuzzKit
import Wire

/// Writes answers for every caller and reads what was written.
public enum Callers {
    private static let context = AnswerContext(model: "fast", seed: "seed", created: 7, showsReasoning: true)

    /// Fails unless every caller's stream of these events is whole and ends in the terminal that the events tell.
    public static func checkStreams(_ events: [AnswerEvent], _ what: String) {
        let hasFailed = if case .fail = events.last { true } else { false }
        for room in Rooms.clients {
            for request in Rooms.requests(of: room) {
                let encoder = room.makeAnswerEncoder(for: request, context: Self.context)
                var out: [UInt8] = []
                for event in events { encoder.encode(event, requestID: "req", into: &out) }
                let count = out.count
                // Whatever comes after the terminal is not written.
                encoder.encode(.fail(GatewayFailure(.upstreamFailed, "late")), requestID: "req", into: &out)
                encoder.encode(.end, requestID: "req", into: &out)
                expect(out.count == count, "\(what): \(room.label) writes after its terminal: \(events)")
                Self.check(stream: out, hasFailed, "\(what) to \(room.label)")
            }
        }
    }

    /// Fails unless every caller's whole answer is JSON.
    public static func checkWhole(_ answer: Answer, _ what: String) {
        for room in Rooms.clients {
            for request in Rooms.requests(of: room) {
                let encoder = room.makeAnswerEncoder(for: request, context: Self.context)
                Gate.check(encoder.encode(answer), "\(what) to \(room.label)")
            }
        }
    }

    private static func check(stream: [UInt8], _ hasFailed: Bool, _ what: String) {
        var successes = 0
        var failures = 0
        let tape = Gate.makeTape(maxDepth: 512)
        stream.withUnsafeBytes { bytes in
            var framer = SSEFramer(maxEventBytes: 1 << 24)
            var offset = 0
            while let event = try? framer.next(bytes, from: &offset) {
                expect(successes + failures == 0, "\(what): an event after the terminal")
                guard let range = event.data else { fatalError("\(what): an event without one line of data") }
                let data = UnsafeRawBufferPointer(rebasing: bytes[range])
                if data.elementsEqual("[DONE]".utf8) {
                    successes += 1
                    continue
                }
                guard let root = try? tape.parse(data), root.kind == .object else {
                    fatalError("\(what): not an object: \(String(decoding: data, as: UTF8.self))")
                }
                switch Self.terminal(root) {
                case true: successes += 1
                case false: failures += 1
                default: continue
                }
            }
            expect(offset == bytes.count, "\(what): bytes after the last event")
        }
        expect(failures == (hasFailed ? 1 : 0), "\(what): \(failures) failures")
        expect(successes == (hasFailed ? 0 : 1), "\(what): \(successes) successes")
    }

    /// Whether an event ends a stream well, or as failed; `nil` when it does not end it.
    private static func terminal(_ root: JSONValue) -> Bool? {
        switch root["type"]?.string {
        case "message_stop", "response.completed", "response.incomplete": true
        case "error", "response.failed": false
        case nil: root["error"] == nil || root["error"]?.isNull == true ? nil : false
        default: nil
        }
    }
}
