public import Wire

/// A dialect that callers speak: reads their requests and writes their answers, in the neutral vocabulary between.
public protocol ClientFormat: WireFormat {
    /// Reads a whole request.
    ///
    /// - Parameters:
    ///   - root: The body's root, which passed the strict gate; valid only during the call.
    ///   - version: The API version the caller named in a header, if any.
    /// - Returns: Everything the caller can rely on. Fields without neutral meaning are in `leftovers`, judged.
    /// - Throws: `GatewayFailure` of kind `.invalidRequest` naming the field, for what no vendor could take.
    func decodeRequest(_ root: JSONValue, version: String?) throws(GatewayFailure) -> ExchangeRequest

    /// How this format spells a field, for errors and warnings (`stop` or `stop_sequences`, `messages[3].content[1]`).
    func spelling(of field: RequestField) -> String

    /// A writer for the answer to one request. Not shared: it lives on one event loop.
    func makeAnswerEncoder(for request: ExchangeRequest, context: AnswerContext) -> any AnswerEncoder
}

/// What an answer needs to know beside the request.
public struct AnswerContext: Sendable, Equatable {
    /// The model the answer names: what the caller asked for.
    public var model: String
    /// Lower-case letters and digits, unique to this answer; ids are made of it.
    public var seed: String
    /// Now, in seconds since 1970.
    public var created: Int
    /// Whether a Chat caller is shown `reasoning_content`.
    public var showsReasoning: Bool

    /// A context.
    public init(model: String, seed: String, created: Int, showsReasoning: Bool = false) {
        self.model = model
        self.seed = seed
        self.created = created
        self.showsReasoning = showsReasoning
    }
}

/// Writes one answer in a caller's format, as a stream of events or whole.
public protocol AnswerEncoder: AnyObject {
    /// Writes what one event means to the caller; often nothing, sometimes several of the format's own events.
    ///
    /// A `fail` is written as the format's failure terminal, and nothing after it.
    ///
    /// - Parameters:
    ///   - event: The next event; the promises of `AnswerEvent` hold.
    ///   - requestID: For failures.
    ///   - out: Server-sent events are appended.
    func encode(_ event: AnswerEvent, requestID: String, into out: inout [UInt8])

    /// The body of a complete answer that is not streamed.
    func encode(_ answer: Answer) -> [UInt8]
}
