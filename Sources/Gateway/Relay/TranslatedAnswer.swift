import Exchange
import NIOCore
import Wire

/// The way back of one translated exchange: the vendor's stream in, the caller's stream out, event by event. To the rest of
/// the relay it is a tap that also says what to send instead.
final class TranslatedAnswer: StreamTap {
    private let decoder: any StreamDecoder
    private let encoder: any AnswerEncoder
    /// How the vendor's stream is framed.
    let framing: StreamFraming
    private let requestID: String
    private var events: [AnswerEvent] = []
    /// What to send to the caller for what was observed last.
    private(set) var output: [UInt8] = []

    private(set) var usage: TokenUsage?
    private(set) var model: String?
    var notesID = false
    private(set) var responseID: String?
    private(set) var finishReason: String?
    private(set) var isComplete = false
    private(set) var outputBytes = 0
    private(set) var reasoningState: [UInt8]?
    private var hasEnded = false
    var hasSaidLast: Bool { self.hasEnded }

    /// Makes the way back; `nil` for what is never streamed.
    init?(_ translated: TranslatedRequest, context: AnswerContext, requestID: String) {
        guard case .answer(let request, let room) = translated.content else { return nil }
        self.framing = translated.route.room.streamFraming
        self.requestID = requestID
        var notes = translated.encoded.notes
        notes.seed = context.seed
        self.decoder = translated.route.room.makeStreamDecoder(notes: notes)
        self.encoder = room.makeAnswerEncoder(for: request, context: context)
    }

    /// Messages that the vendor's room did not know.
    var unknownCount: Int { self.decoder.unknownCount }

    // MARK: Streams

    func observe(_ event: SSEEvent, in bytes: UnsafeRawBufferPointer) -> StreamObservation {
        let name = event.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
        if let data = event.data {
            return self.observe(StreamMessage(name: name, data: UnsafeRawBufferPointer(rebasing: bytes[data])))
        }
        guard event.isMultiLine else { return StreamObservation(.hide) }
        return event.joinedData(in: bytes).withUnsafeBytes { self.observe(StreamMessage(name: name, data: $0)) }
    }

    /// Translates one message of the vendor's.
    func observe(_ message: StreamMessage) -> StreamObservation {
        self.output.removeAll(keepingCapacity: true)
        guard !self.hasEnded else { return StreamObservation(.hide) }
        self.decoder.decode(message, into: &self.events)
        return self.encodeEvents()
    }

    /// The vendor's bytes have ended.
    func observeEnd() -> StreamObservation {
        self.output.removeAll(keepingCapacity: true)
        guard !self.hasEnded else { return StreamObservation(.hide) }
        self.decoder.finish(into: &self.events)
        return self.encodeEvents()
    }

    func failureTerminal(_ failure: GatewayFailure, requestID: String) -> [UInt8] {
        guard !self.hasEnded else { return [] }
        self.hasEnded = true
        self.isComplete = false
        var terminal: [UInt8] = []
        self.encoder.encode(.fail(failure), requestID: requestID, into: &terminal)
        return terminal
    }

    private func encodeEvents() -> StreamObservation {
        var observation = StreamObservation(.hide)
        for event in self.events {
            self.note(event, &observation)
            self.encoder.encode(event, requestID: self.requestID, into: &self.output)
            if self.hasEnded { break }
        }
        self.events.removeAll(keepingCapacity: true)
        if !self.output.isEmpty { observation.disposition = .forward }
        return observation
    }

    private func note(_ event: AnswerEvent, _ observation: inout StreamObservation) {
        if event.isContent { observation.isContent = true }
        switch event {
        case .start(let head):
            self.model = head.model ?? self.model
            self.responseID = head.id ?? self.responseID
            self.usage = head.usage ?? self.usage
        case .delta(_, let text): self.outputBytes &+= text.utf8.count
        case .usage(let usage): self.usage = usage
        case .finish(let reason): self.finishReason = reason.label
        case .fail(let failure):
            observation.failure = failure
            self.hasEnded = true
        case .end:
            self.isComplete = true
            self.hasEnded = true
        case .state(_, let state): self.reasoningState = Array(state.value.utf8)
        case .open, .citation, .logprobs, .close: break
        }
    }

    // MARK: Whole answers

    /// The caller's body for a vendor's whole answer; as a stream when one was asked for although the vendor gave none. Pure:
    /// it may run on a loop, or for a long answer on a worker.
    static func whole(
        _ body: ByteBuffer,
        _ translated: TranslatedRequest,
        _ context: AnswerContext,
        requestID: String,
        tape: JSONTape
    ) -> Result<(body: [UInt8], reading: AnswerReading), GatewayFailure> {
        body.withUnsafeReadableBytes { bytes in
            guard let root = try? tape.parse(bytes) else {
                return .failure(GatewayFailure(.upstreamFailed, "The provider's answer is not valid JSON."))
            }
            return Result { () throws(GatewayFailure) in
                try Self.whole(root, translated, context, requestID)
            }
        }
    }

    private static func whole(
        _ root: JSONValue,
        _ translated: TranslatedRequest,
        _ context: AnswerContext,
        _ requestID: String
    ) throws(GatewayFailure) -> (body: [UInt8], reading: AnswerReading) {
        switch translated.content {
        case .count(let vendor):
            let count = try vendor.decodeTokenCount(root)
            return (Self.count(count, translated.operation), AnswerReading())
        case .estimate(let count):
            return (Self.count(count, translated.operation), AnswerReading())
        case .embeddings(let request, let vendor):
            let answer = try vendor.decodeEmbeddings(root, count: request.inputs.count, from: translated.route.target)
            var reading = AnswerReading()
            reading.usage = answer.inputTokens.map { count in
                var usage = TokenUsage()
                usage.uncachedInputTokens = count
                return usage
            }
            return (answer.openAIBody(model: context.model, encoding: request.encoding), reading)
        case .answer(let request, let room):
            var notes = translated.encoded.notes
            notes.seed = context.seed
            let answer = try translated.route.room.decodeAnswer(root, notes: notes)
            let encoder = room.makeAnswerEncoder(for: request, context: context)
            guard request.isStream else { return (encoder.encode(answer), Self.reading(answer)) }
            var stream: [UInt8] = []
            for event in answer.events { encoder.encode(event, requestID: requestID, into: &stream) }
            return (stream, Self.reading(answer))
        }
    }

    /// A count of input tokens, in the shape of the operation.
    static func count(_ count: Int, _ operation: Exchange.Operation) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if operation == .responsesInputTokens { writer.member("object", "response.input_tokens") }
        writer.member("input_tokens", count)
        writer.endObject()
        return writer.bytes
    }

    private static func reading(_ answer: Exchange.Answer) -> AnswerReading {
        var reading = AnswerReading()
        reading.usage = answer.usage
        reading.id = answer.head.id
        reading.model = answer.head.model
        reading.finishReason = answer.finish?.label
        for case .reasoning(let reasoning) in answer.blocks {
            reading.reasoningState = reasoning.state.map { Array($0.value.utf8) } ?? reading.reasoningState
        }
        return reading
    }
}

extension FinishReason {
    /// The name in records.
    fileprivate var label: String {
        switch self {
        case .stop: "stop"
        case .stopSequence: "stop_sequence"
        case .length: "length"
        case .contextWindow: "context_window"
        case .toolCalls: "tool_calls"
        case .contentFilter: "content_filter"
        case .refusal: "refusal"
        case .pause: "pause"
        case .other(let reason): String(reason.prefix(60))
        }
    }
}
