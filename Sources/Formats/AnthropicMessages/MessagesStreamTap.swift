import Exchange
import Wire

/// Watches a stream of Messages events. Complete is a stream that said `message_stop`; unknown events are let through.
final class MessagesStreamTap: StreamTap {
    private let reader: EventReader
    private var counts = MessagesCounts()
    private var hasStopped = false
    private var hasFailed = false

    private(set) var model: String?
    var notesID = false
    private(set) var responseID: String?
    private(set) var finishReason: String?
    private(set) var outputBytes = 0
    private(set) var reasoningState: [UInt8]?
    /// Signatures come whole, as a rule; what comes after the block's first piece is added to it.
    private var isSigning = false

    var usage: TokenUsage? { self.counts.usage }
    var isComplete: Bool { self.hasStopped && !self.hasFailed }
    var hasSaidLast: Bool { self.hasStopped }

    init(_ reader: EventReader) { self.reader = reader }

    func failureTerminal(_ failure: GatewayFailure, requestID: String) -> [UInt8] {
        self.hasFailed = true
        return AnthropicMessagesFormat.terminal(failure, requestID: requestID)
    }

    func observe(_ event: SSEEvent, in bytes: UnsafeRawBufferPointer) -> StreamObservation {
        switch self.reader.read(event, in: bytes) {
        case .nothing, .done: return StreamObservation(.forward)
        case .broken:
            self.hasFailed = true
            return StreamObservation(.reject)
        case .object(let payload):
            return self.observe(EventKind(payload, isNamedError: event.isNamed("error", in: bytes)), payload)
        }
    }

    private func observe(_ kind: EventKind, _ payload: JSONValue) -> StreamObservation {
        switch kind {
        case .blockDelta: return self.observe(delta: payload["delta"])
        case .blockStart:
            self.isSigning = false
            if let block = payload["content_block"], block["type"]?.equals("redacted_thinking") ?? false {
                self.reasoningState = block["data"]?.rawContent ?? self.reasoningState
            }
            return StreamObservation(.forward, isContent: Self.isContent(block: payload["content_block"]))
        case .messageStart:
            if let message = payload["message"] { self.observe(message) }
        case .messageDelta:
            if let usage = payload["usage"] { self.counts.merge(usage) }
            self.finishReason = payload["delta"]?["stop_reason"]?.string ?? self.finishReason
        case .messageStop: self.hasStopped = true
        case .error:
            self.hasFailed = true
            return StreamObservation(.forward, failure: VendorError(payload).failure)
        case .other: break
        }
        return StreamObservation(.forward)
    }

    private func observe(_ message: JSONValue) {
        self.model = message["model"]?.string ?? self.model
        if self.notesID { self.responseID = message["id"]?.string ?? self.responseID }
        if let usage = message["usage"] { self.counts.merge(usage) }
    }

    /// Text, thinking, its signature, a piece of tool input: a delta's one string besides its type. Objects
    /// (a citation, compacted content) are content without text.
    private func observe(delta: JSONValue?) -> StreamObservation {
        guard let delta else { return StreamObservation(.forward) }
        var isContent = false
        for (key, value) in delta.members where !key.equals("type") {
            switch value.kind {
            case .string:
                if value.contentRange.isEmpty { continue }
                isContent = true
                if key.equals("signature") {
                    self.sign(value)
                } else {
                    self.outputBytes &+= value.contentRange.count
                }
            case .object, .array: isContent = true
            case .number, .true, .false, .null: continue
            }
        }
        return StreamObservation(.forward, isContent: isContent)
    }

    private func sign(_ piece: JSONValue) {
        self.reasoningState = (self.isSigning ? self.reasoningState ?? [] : []) + piece.rawContent
        self.isSigning = true
    }

    /// A text block begins empty, as a rule; any other block commits the answer when it begins.
    private static func isContent(block: JSONValue?) -> Bool {
        guard let block, let type = block["type"] else { return false }
        guard type.equals("text") else { return true }
        return block["text"].map { !$0.contentRange.isEmpty } ?? false
    }
}

/// The events that mean something to the road.
private enum EventKind {
    case blockDelta, blockStart, messageStart, messageDelta, messageStop, error, other

    init(_ payload: JSONValue, isNamedError: Bool) {
        guard let type = payload["type"] else {
            self = isNamedError ? .error : .other
            return
        }
        if type.equals("content_block_delta") {
            self = .blockDelta
        } else if type.equals("content_block_start") {
            self = .blockStart
        } else if type.equals("message_start") {
            self = .messageStart
        } else if type.equals("message_delta") {
            self = .messageDelta
        } else if type.equals("message_stop") {
            self = .messageStop
        } else if type.equals("error") || isNamedError {
            self = .error
        } else {
            self = .other
        }
    }
}
