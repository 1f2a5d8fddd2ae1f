public import Exchange
public import Wire

/// Google's generateContent and streamGenerateContent, as the Gemini API and Vertex AI speak it.
///
/// Source: Gemini API reference `v1beta` and Vertex AI reference, November 2026, and recorded traffic.
public struct GeminiContentFormat: VendorFormat {
    /// Makes the format; it has no settings.
    public init() {}

    /// `gemini`
    public var id: FormatID { .gemini }

    /// Server-sent events, which the stream's path asks for with `alt=sse`.
    public var streamFraming: StreamFraming { .serverSentEvents }

    /// Writes the body of a `:generateContent` or `:streamGenerateContent` call; the verb alone decides which.
    ///
    /// Members come from stable to changing: system, tools, settings, and the conversation last.
    ///
    /// - Parameters:
    ///   - request: What the caller asked.
    ///   - target: Who is asked; its model is named by the path, not by the body.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body, and the names to change back in the answer.
    /// - Throws: `TranslationRefusal` for what the caller relies on and Gemini cannot do; in strict mode for any loss.
    public func encodeRequest(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        var encoder = try RequestEncoder(request, target, report)
        try encoder.write()
        report = encoder.report
        var encoded = EncodedRequest(body: encoder.writer.bytes)
        encoded.notes = encoder.notes
        return encoded
    }

    /// Reads a complete answer: one response, or the array that a stream asked for without `alt=sse` comes as.
    ///
    /// - Parameters:
    ///   - root: The body's root.
    ///   - notes: What the request's writer noted.
    /// - Returns: The first candidate, in order.
    /// - Throws: `GatewayFailure` of an upstream kind for an error told with a 200, a tool call the model got wrong, or
    ///   an answer with neither candidates nor the reason why there are none.
    public func decodeAnswer(_ root: JSONValue, notes: ReplyNotes) throws(GatewayFailure) -> Answer {
        var reader = ReplyReader(notes: notes, isWhole: root.kind == .object)
        var events: [AnswerEvent] = []
        reader.read(root, into: &events)
        reader.finish(into: &events)
        var collector = AnswerCollector()
        for event in events { collector.add(event) }
        if let failure = collector.failure { throw failure }
        var answer = collector.answer
        answer.serviceTier = reader.serviceTier
        return answer
    }

    /// A reader for one stream of responses.
    public func makeStreamDecoder(notes: ReplyNotes) -> any StreamDecoder {
        GeminiStreamDecoder(notes: notes)
    }
}
