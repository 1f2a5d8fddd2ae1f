import Exchange
import Wire

/// Reads a stream whose every event is a response with the next pieces of the answer.
///
/// There is no event that ends it: the answer is complete when the stream is closed after a finish reason, of which
/// there may be several.
final class GeminiStreamDecoder: StreamDecoder {
    private let tape: JSONTape
    private var reader: ReplyReader

    init(notes: ReplyNotes) {
        var limits = JSONLimits()
        limits.refusesNUL = false  // a model may well write U+0000
        self.tape = JSONTape(limits: limits)
        self.reader = ReplyReader(notes: notes, isWhole: false)
    }

    var unknownCount: Int { self.reader.unknownCount }

    func decode(_ message: StreamMessage, into events: inout [AnswerEvent]) {
        let data = message.data
        guard !data.allSatisfy({ $0 <= 0x20 }), !data.starts(with: "[DONE]".utf8) else { return }
        guard let root = try? self.tape.parse(data) else {
            return self.reader.fail("The provider sent a stream event that is not JSON.", into: &events)
        }
        self.reader.read(root, into: &events)
    }

    func finish(into events: inout [AnswerEvent]) {
        self.reader.finish(into: &events)
    }
}
