import Exchange
import Wire

/// Watches a stream of `response.…` events.
///
/// Complete is a stream that said `response.completed` or `response.incomplete`; other events may follow those, and
/// unknown ones may come anywhere. Usage is read from `failed` too.
final class ResponsesStreamTap: StreamTap {
    private let reader: EventReader
    private var stub = ResponseStub()
    private var sequence: Int?
    private var hasEnded = false
    private var hasFailed = false
    /// Searches of the web among the items that are done.
    private var searches = 0

    private(set) var usage: TokenUsage?
    private(set) var finishReason: String?
    private(set) var outputBytes = 0
    private(set) var reasoningState: [UInt8]?

    var model: String? { self.stub.model }
    var notesID = false
    /// Known anyway, for what ends a stream that breaks off.
    var responseID: String? { self.stub.id }
    var isComplete: Bool { self.hasEnded && !self.hasFailed }
    var hasSaidLast: Bool { self.hasEnded }

    init(_ reader: EventReader) { self.reader = reader }

    func failureTerminal(_ failure: GatewayFailure, requestID: String) -> [UInt8] {
        self.hasFailed = true
        var stub = self.stub
        stub.id = stub.id ?? "resp_\(requestID)"
        return OpenAIResponsesFormat.terminal(failure, stub: stub, sequence: self.sequence, usage: self.usage)
    }

    func observe(_ event: SSEEvent, in bytes: UnsafeRawBufferPointer) -> StreamObservation {
        switch self.reader.read(event, in: bytes) {
        case .nothing, .done: return StreamObservation(.forward)
        case .broken:
            self.hasFailed = true
            return StreamObservation(.reject)
        case .object(let payload):
            if let number = payload["sequence_number"]?.int, number >= 0 { self.sequence = number }
            let kind = EventKind(payload, isNamedError: event.isNamed("error", in: bytes))
            return self.observe(kind, payload)
        }
    }

    private func observe(_ kind: EventKind, _ payload: JSONValue) -> StreamObservation {
        switch kind {
        case .delta: return self.observe(delta: payload)
        case .itemAdded, .itemDone:
            if kind == .itemDone, let item = payload["item"], OpenAIResponsesFormat.isSearch(item) {
                self.searches &+= 1
            }
            if kind == .itemDone, let item = payload["item"], let state = ForeignReasoning.state(of: item) {
                self.reasoningState = state.rawContent
            }
            let isContent = Self.isContent(payload["item"], isDone: kind == .itemDone)
            return StreamObservation(.forward, isContent: isContent)
        case .partialImage: return StreamObservation(.forward, isContent: true)
        case .created: self.observe(created: payload["response"])
        case .completed:
            self.hasEnded = true
            self.observe(ending: payload["response"])
        case .failed, .error:
            self.hasFailed = true
            self.observe(ending: payload["response"])
            return StreamObservation(.forward, failure: Self.vendorError(in: payload).failure)
        case .other: break
        }
        return StreamObservation(.forward)
    }

    private func observe(delta payload: JSONValue) -> StreamObservation {
        guard let delta = payload["delta"], delta.kind == .string, !delta.contentRange.isEmpty else {
            return StreamObservation(.forward)
        }
        self.outputBytes &+= delta.contentRange.count
        return StreamObservation(.forward, isContent: true)
    }

    private func observe(created response: JSONValue?) {
        self.stub.wasCreated = true
        guard let response else { return }
        self.stub.id = response["id"]?.string
        self.stub.model = response["model"]?.string
        self.stub.createdAt = Self.seconds(response["created_at"])
    }

    /// An integer at OpenAI and Azure, a float at some other servers.
    static func seconds(_ value: JSONValue?) -> Int? {
        value?.int ?? value?.double.flatMap { Int(exactly: $0.rounded(.down)) }
    }

    private func observe(ending response: JSONValue?) {
        guard let response, response.kind == .object else { return }
        let counts = OpenAIResponsesFormat.usage(of: response, searches: self.searches)
        if let counts { self.usage = counts }
        if let model = response["model"]?.string, !model.isEmpty { self.stub.model = model }
        self.finishReason = OpenAIResponsesFormat.finishReason(response) ?? self.finishReason
    }

    /// A call that began, or any item but reasoning that is whole; the shell of a message or of reasoning is empty.
    private static func isContent(_ item: JSONValue?, isDone: Bool) -> Bool {
        guard let type = item?["type"]?.string else { return false }
        return type.hasSuffix("_call") || (isDone && type != "reasoning")
    }

    /// The error is in `response.error`, in `error`, or (an `error` event) in the payload itself, beside its type.
    private static func vendorError(in payload: JSONValue) -> VendorError {
        if let response = payload["response"], response.kind == .object { return VendorError(response) }
        return VendorError(payload)
    }
}

/// The events that mean something to the road.
private enum EventKind {
    case delta, itemAdded, itemDone, partialImage, created, completed, failed, error, other

    init(_ payload: JSONValue, isNamedError: Bool) {
        guard let type = payload["type"], type.kind == .string else {
            let hasError = payload["error"].map { !$0.isNull } ?? false
            self = isNamedError || hasError ? .error : .other
            return
        }
        if Self.isDelta(type) {
            self = .delta
        } else if type.equals("response.output_item.added") {
            self = .itemAdded
        } else if type.equals("response.output_item.done") {
            self = .itemDone
        } else if type.equals("response.completed") || type.equals("response.incomplete") {
            self = .completed
        } else if type.equals("response.failed") {
            self = .failed
        } else if type.equals("response.created") {
            self = .created
        } else if type.equals("error") || isNamedError {
            self = .error
        } else if type.equals("response.image_generation_call.partial_image") {
            self = .partialImage
        } else {
            self = .other
        }
    }

    /// `response.output_text.delta`, `response.function_call_arguments.delta`, and all others of this name, known or
    /// not: their payload is in `delta`.
    private static func isDelta(_ type: JSONValue) -> Bool {
        type.bytes.dropLast().suffix(6).elementsEqual(".delta".utf8)
    }
}
