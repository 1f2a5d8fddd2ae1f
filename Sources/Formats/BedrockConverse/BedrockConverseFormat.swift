public import Exchange
public import Wire

/// AWS Bedrock's Converse and ConverseStream. Only vendors speak it here, no callers.
///
/// Source: service model `bedrock-runtime` 2023-09-30, as of November 2026.
public struct BedrockConverseFormat: Sendable {
    /// Makes the format; it has no settings.
    public init() {}
}

extension BedrockConverseFormat: VendorFormat {
    /// `converse`
    public var id: FormatID { .converse }

    /// Streams are binary.
    public var streamFraming: StreamFraming { .awsEventStream }

    /// Writes the body of Converse and ConverseStream, which is the same for both; the model is in the path.
    public func encodeRequest(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        var encoder = ConverseEncoder(request, target, report)
        defer { report = encoder.report }
        return try encoder.encode()
    }

    /// Reads the answer of Converse.
    ///
    /// - Throws: An upstream failure when there is no `output.message`, or the model's output was malformed.
    public func decodeAnswer(_ root: JSONValue, notes: ReplyNotes) throws(GatewayFailure) -> Answer {
        try ConverseAnswer(notes: notes).read(root)
    }

    /// A reader for one ConverseStream.
    public func makeStreamDecoder(notes: ReplyNotes) -> any StreamDecoder {
        ConverseStreamDecoder(notes: notes)
    }

    /// Says what an unsuccessful answer means.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - root: The body, when it is JSON: `{"message": …}` or `{"Message": …}`, sometimes with `__type`.
    ///   - text: With a JSON body the value of `x-amzn-errortype`, where alone the kind of error is told; otherwise the
    ///     body as text.
    /// - Returns: Whose fault. The vendor's words are kept for the caller's own faults, with accounts masked.
    public func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal {
        ConverseFault(status: status, root: root, text: text).refusal
    }
}
