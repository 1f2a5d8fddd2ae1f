public import Wire

/// One wire dialect, as seen by the road. Conformers are the format rooms; the road holds them as `any WireFormat`,
/// once per request, never per byte.
public protocol WireFormat: Sendable {
    /// Which dialect this is.
    var id: FormatID { get }

    /// Reads what the road needs from a body that passed the strict gate.
    ///
    /// - Parameters:
    ///   - root: The body's root value; valid only during the call.
    ///   - operation: One of the operations whose `format` is this one.
    ///   - pathModel: The model named by the path (Azure style); it wins over the body's, which may then be absent.
    /// - Returns: The model, flags, limits, and the ranges to patch.
    /// - Throws: `GatewayFailure` of kind `.invalidRequest` naming the field.
    func inspect(
        _ root: JSONValue,
        operation: Operation,
        pathModel: String?
    ) throws(GatewayFailure) -> Inspected

    /// A complete error answer in this dialect.
    func errorAnswer(_ failure: GatewayFailure, operation: Operation, requestID: String) -> ErrorAnswer

    /// Reads usage and outcome from a complete, successful, non-streamed answer.
    func readAnswer(_ root: JSONValue, operation: Operation) -> AnswerReading

    /// Decides whose fault an unsuccessful upstream answer is.
    ///
    /// - Parameters:
    ///   - status: The HTTP status, not a successful one.
    ///   - root: The error body, when it was JSON.
    /// - Returns: Who has to act.
    func classify(status: Int, root: JSONValue?) -> UpstreamFault

    /// A tap for one streamed answer. Not shared, not thread-safe: it lives on one event loop.
    ///
    /// - Parameters:
    ///   - operation: One of the operations that stream.
    ///   - hidesUsage: The road asked for usage on its own account; the usage-only chunk is to be hidden.
    ///   - reader: Reads the events. The taps of one event loop share it: a tap keeps nothing of an event it has seen.
    /// - Returns: A new tap, for one answer.
    func makeStreamTap(operation: Operation, hidesUsage: Bool, reader: EventReader) -> any StreamTap

    /// The edits that take all earlier reasoning out of a request, for a vendor that could not read it.
    ///
    /// - Parameter root: The request.
    /// - Returns: Ascending and disjoint; none when it has no such reasoning, or the format keeps none.
    func reasoningCuts(in root: JSONValue) -> [BytePatch]

    /// Bytes that keep a silent stream alive without meaning anything to the client (a comment, or a ping event).
    var keepAlive: [UInt8] { get }
}

extension WireFormat {
    /// A tap with a reader of its own.
    public func makeStreamTap(operation: Operation, hidesUsage: Bool) -> any StreamTap {
        self.makeStreamTap(operation: operation, hidesUsage: hidesUsage, reader: EventReader())
    }
}

/// Status, extra headers and body of an error answer.
public struct ErrorAnswer: Sendable, Equatable {
    /// HTTP status.
    public var status: Int
    /// Headers beyond `content-type`, `content-length` and the request ids: `retry-after`, `x-should-retry`.
    public var headers: [(name: String, value: String)]
    /// The JSON body.
    public var body: [UInt8]

    /// Makes an error answer.
    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Compares status, headers in order, and body bytes.
    public static func == (a: ErrorAnswer, b: ErrorAnswer) -> Bool {
        a.status == b.status && a.body == b.body
            && a.headers.elementsEqual(b.headers) { $0.name == $1.name && $0.value == $1.value }
    }
}

/// What a complete answer said.
public struct AnswerReading: Sendable, Equatable {
    /// Counts, when the answer carried any.
    public var usage: TokenUsage?
    /// The vendor's id of the answer, where somebody wants to know it.
    public var id: String?
    /// The model the vendor says it used.
    public var model: String?
    /// The vendor's own finish reason, when there is one (`stop`, `tool_use`, `incomplete:max_output_tokens`).
    public var finishReason: String?
    /// The newest state of reasoning in the answer that only its maker can read, as the body has it between the quotes.
    public var reasoningState: [UInt8]?
    /// A failure told inside a successful status (Responses `status: failed`).
    public var failure: GatewayFailure?

    /// An empty reading.
    public init() {}
}

/// Whose fault an unsuccessful upstream answer is.
public enum UpstreamFault: Sendable, Equatable {
    /// The caller's: passed on verbatim when the formats are the same.
    case caller
    /// Our credential or quota at the vendor.
    case credential
    /// The vendor throttles us.
    case throttled
    /// The vendor is overloaded or broken.
    case vendor
}

/// Watches one streamed answer event by event while its bytes pass unchanged.
public protocol StreamTap: AnyObject {
    /// Looks at one whole event.
    ///
    /// - Parameters:
    ///   - event: Ranges into `bytes`.
    ///   - bytes: The buffer that holds the event; valid only during the call.
    /// - Returns: What to do with the event, and what it means.
    func observe(_ event: SSEEvent, in bytes: UnsafeRawBufferPointer) -> StreamObservation

    /// Cumulative counts so far; `nil` until the vendor reported any.
    var usage: TokenUsage? { get }
    /// Whether somebody wants to know `responseID`: set before the first event.
    var notesID: Bool { get set }
    /// The vendor's id of the answer; `nil` also when nobody wants to know it.
    var responseID: String? { get }
    /// The model the vendor says it used.
    var model: String? { get }
    /// The vendor's own finish reason.
    var finishReason: String? { get }
    /// Whether the stream may end here and count as complete in its own grammar.
    var isComplete: Bool { get }
    /// Whether the grammar's last event has come: nothing that follows changes usage or outcome. A stream may be complete
    /// without it, where servers leave it out.
    var hasSaidLast: Bool { get }
    /// Characters of visible output seen so far, for an estimate when the vendor reports no usage.
    var outputBytes: Int { get }

    /// The newest state of reasoning so far that only its maker can read, as callers will send it back.
    var reasoningState: [UInt8]? { get }

    /// The bytes that end this stream as failed in the client's grammar, whatever came before.
    func failureTerminal(_ failure: GatewayFailure, requestID: String) -> [UInt8]
}

/// What one event of a stream means to the road.
public struct StreamObservation: Sendable, Equatable {
    /// What is done with the event's bytes.
    public enum Disposition: Sendable, Equatable {
        /// Pass on as they are.
        case forward
        /// Keep from the client (the usage chunk it did not ask for).
        case hide
        /// Not valid in this grammar (broken JSON, invalid UTF-8): the stream has failed, nothing of it is passed on.
        case reject
    }

    /// What is done with the bytes.
    public var disposition: Disposition
    /// The event carries content that commits the exchange (text, reasoning, a tool call): not a role, ping or created event.
    public var isContent: Bool
    /// The event tells a failure in the vendor's own words, already in the client's grammar.
    public var failure: GatewayFailure?

    /// Makes an observation.
    public init(_ disposition: Disposition, isContent: Bool = false, failure: GatewayFailure? = nil) {
        self.disposition = disposition
        self.isContent = isContent
        self.failure = failure
    }
}

extension StreamTap {
    /// None: most formats have no such state.
    public var reasoningState: [UInt8]? { nil }
}

extension WireFormat {
    /// None: most formats hand no reasoning back.
    public func reasoningCuts(in root: JSONValue) -> [BytePatch] { [] }
}
