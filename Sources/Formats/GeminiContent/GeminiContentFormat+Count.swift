public import Exchange
public import Wire

extension GeminiContentFormat: TokenCountingFormat {
    /// Writes the body of a `:countTokens` call that counts what a generation would be sent.
    ///
    /// The Gemini API takes a generation request, with the model inside; Vertex takes its members. Settings of the
    /// answer are left out: they count nothing, and Vertex refuses some of them here.
    ///
    /// - Parameters:
    ///   - request: What is to be counted.
    ///   - target: Who is asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body.
    /// - Throws: `TranslationRefusal`, as `encodeRequest` does.
    public func encodeTokenCount(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        var encoder = try RequestEncoder(request, target, report)
        encoder.writer.beginObject()
        if target.gemini.isVertex {
            try encoder.writePrompt()
        } else {
            encoder.writer.key("generateContentRequest")
            encoder.writer.beginObject()
            encoder.writer.member("model", GeminiPath.resource(of: target.model))
            try encoder.writePrompt()
            encoder.writer.endObject()
        }
        encoder.writer.endObject()
        report = encoder.report
        return EncodedRequest(body: encoder.writer.bytes)
    }

    /// Reads the answer to a `:countTokens` call.
    ///
    /// - Parameter root: The body's root.
    /// - Returns: Tokens of input, cached ones included.
    /// - Throws: `GatewayFailure` of an upstream kind when there is no count, or an error told with a 200.
    public func decodeTokenCount(_ root: JSONValue) throws(GatewayFailure) -> Int {
        if let error = root["error"], !error.isNull { throw GeminiError(root).failure }
        var reader = CountReader()
        guard let count = UsageCounts.count(root["totalTokens"], &reader), !reader.isAnomalous else {
            throw GatewayFailure(.upstreamFailed, "The provider's answer holds no token count.")
        }
        return count
    }
}
