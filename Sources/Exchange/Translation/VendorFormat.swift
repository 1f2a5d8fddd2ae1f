public import Wire

/// A dialect that vendors speak: writes requests to them and reads their answers, in the neutral vocabulary between.
public protocol VendorFormat: Sendable {
    /// Which dialect this is.
    var id: FormatID { get }

    /// How a streamed answer is cut into messages.
    var streamFraming: StreamFraming { get }

    /// Writes a request.
    ///
    /// The output is a pure function of request and target, and an earlier turn's bytes never depend on a later turn, so
    /// that vendors' prompt caches hold from turn to turn.
    ///
    /// - Parameters:
    ///   - request: What the caller asked.
    ///   - target: Who is asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body, and what the answer's reader has to know.
    /// - Throws: `TranslationRefusal` for what the caller relies on and the target cannot do; in strict mode for any loss.
    func encodeRequest(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest

    /// Reads a complete answer.
    ///
    /// - Throws: `GatewayFailure` of an upstream kind, for an error told with a successful status, or an answer without its
    ///   required members.
    func decodeAnswer(_ root: JSONValue, notes: ReplyNotes) throws(GatewayFailure) -> Answer

    /// A reader for one streamed answer. Not shared: it lives on one event loop.
    func makeStreamDecoder(notes: ReplyNotes) -> any StreamDecoder

    /// Says what an unsuccessful answer means.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - root: The body, when it is JSON.
    ///   - text: The body as text otherwise, cut to a few hundred bytes.
    /// - Returns: Whose fault, and the vendor's own words where they are the caller's to read.
    func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal
}

/// How a streamed answer is cut into messages.
public enum StreamFraming: Sendable, Equatable {
    /// `text/event-stream`
    case serverSentEvents
    /// `application/vnd.amazon.eventstream`
    case awsEventStream
}

/// One message of a vendor's stream, whatever framed it. Valid only during the call it is handed to.
public struct StreamMessage {
    /// The event's name, if the framing carried one.
    public var name: UnsafeRawBufferPointer?
    /// The payload.
    public var data: UnsafeRawBufferPointer
    /// The frame itself says that it is an error (`:message-type` is `exception` or `error`).
    public var isException: Bool

    /// A message.
    public init(name: UnsafeRawBufferPointer?, data: UnsafeRawBufferPointer, isException: Bool = false) {
        self.name = name
        self.data = data
        self.isException = isException
    }
}

/// Reads one streamed answer.
public protocol StreamDecoder: AnyObject {
    /// Reads one message. Unknown ones mean nothing and are skipped.
    ///
    /// - Parameters:
    ///   - message: The next message.
    ///   - events: What it means is appended; the promises of `AnswerEvent` hold.
    func decode(_ message: StreamMessage, into events: inout [AnswerEvent])

    /// The vendor closed the stream: appends `end`, or `fail` when its terminal is missing.
    func finish(into events: inout [AnswerEvent])

    /// Messages of a kind this reader does not know.
    var unknownCount: Int { get }
}

/// A request as it goes to a vendor.
public struct EncodedRequest: Sendable, Equatable {
    /// The body.
    public var body: [UInt8]
    /// Headers that the translation itself needs (`anthropic-beta`).
    public var headers: [Header] = []
    /// What the answer's reader has to know.
    public var notes = ReplyNotes()

    /// A request.
    public init(body: [UInt8]) {
        self.body = body
    }

    /// A header.
    public struct Header: Sendable, Equatable {
        /// The name, lower case.
        public var name: String
        /// The value, printable.
        public var value: String

        /// A header.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// What was changed on the way to the vendor and has to be changed back in its answer.
public struct ReplyNotes: Sendable, Equatable {
    /// Names that the target could not take: what it was told → what the caller knows.
    public var toolNames: [String: String] = [:]
    /// Custom tools that were offered as functions with one string `input`, by the name the target was told.
    public var customTools: Set<String> = []
    /// A tool that stands for structured output: the input of a call of it is the answer's text.
    public var outputTool: String?
    /// Who can read the state in this answer.
    public var reasoningOwner = ""
    /// The model was told to think, or does so anyway.
    public var isReasoning = false
    /// Lower-case letters and digits, unique to this exchange, for ids that the vendor does not give.
    public var seed = ""

    /// Nothing to change back.
    public init() {}

    /// The caller's name for a tool the vendor calls.
    public func callerName(_ name: String) -> String { self.toolNames[name] ?? name }
}

/// What an unsuccessful answer of a vendor means.
public struct VendorRefusal: Sendable, Equatable {
    /// Whose fault.
    public var fault: UpstreamFault
    /// The failure in normal form: `.invalidRequest` and kin for the caller's own faults.
    public var failure: GatewayFailure

    /// A refusal.
    public init(fault: UpstreamFault, failure: GatewayFailure) {
        self.fault = fault
        self.failure = failure
    }
}
