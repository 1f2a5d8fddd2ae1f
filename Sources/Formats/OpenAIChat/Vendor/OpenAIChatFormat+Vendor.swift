public import Exchange
public import Wire

extension OpenAIChatFormat: VendorFormat {
    /// Server-sent events.
    public var streamFraming: StreamFraming { .serverSentEvents }

    /// Writes a `chat.completions` request for OpenAI, Azure, or a compatible server, as `target.chat` and
    /// `target.capabilities` tell.
    ///
    /// - Parameters:
    ///   - request: What the caller asked.
    ///   - target: Who is asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body, and what the answer's reader has to know.
    /// - Throws: `TranslationRefusal` for what the caller relies on and the target cannot do.
    public func encodeRequest(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        var writer = ChatRequestWriter(request: request, target: target, report: report)
        defer { report = writer.report }
        return try writer.write()
    }

    /// Reads a `chat.completion` object.
    ///
    /// - Parameters:
    ///   - root: The answer's root.
    ///   - notes: What was changed on the way.
    /// - Returns: The first choice.
    /// - Throws: `GatewayFailure` of an upstream kind, for an error told with a successful status, or an answer without
    ///   choices.
    public func decodeAnswer(_ root: JSONValue, notes: ReplyNotes) throws(GatewayFailure) -> Answer {
        try ChatAnswerReader(notes: notes).read(root)
    }

    /// A reader for a stream of `chat.completion.chunk` objects.
    public func makeStreamDecoder(notes: ReplyNotes) -> any StreamDecoder {
        ChatStreamDecoder(notes: notes)
    }
}
