public import Exchange
public import Wire

/// Counting tokens without generating. Only base models can be counted for, no inference profiles.
extension BedrockConverseFormat {
    /// Writes the body of CountTokens for a translated request: `{"input": {"converse": {…}}}`.
    ///
    /// - Parameters:
    ///   - request: What would be asked.
    ///   - target: Who would be asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body.
    /// - Throws: What the request itself would be refused for.
    public func encodeCount(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        var encoder = ConverseEncoder(request, target, report)
        defer { report = encoder.report }
        return try encoder.encodeForCounting()
    }

    /// Writes the body of CountTokens for a native one: `{"input": {"invokeModel": {"body": base64}}}`.
    ///
    /// - Parameter body: The body that InvokeModel would get, complete.
    /// - Returns: The body.
    public static func countBody(invoking body: UnsafeRawBufferPointer) -> [UInt8] {
        var writer = JSONWriter(capacity: body.count / 3 * 4 + 64)
        writer.beginObject()
        writer.key("input")
        writer.beginObject()
        writer.key("invokeModel")
        writer.beginObject()
        writer.member("body", Base64.encode(body))
        for _ in 0..<3 { writer.endObject() }
        return writer.bytes
    }

    /// Reads `{"inputTokens": …}`.
    ///
    /// - Returns: The count; `nil` when there is none that can be believed.
    public static func readCount(_ root: JSONValue) -> Int? {
        var reader = CountReader()
        let count = reader.count(root["inputTokens"])
        return reader.isAnomalous ? nil : count
    }
}
