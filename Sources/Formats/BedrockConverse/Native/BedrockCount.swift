public import Exchange
public import Wire

/// Counting tokens without generating. Only base models can be counted for, no inference profiles.
extension BedrockConverseFormat: TokenCountingFormat {
    /// Writes the body of CountTokens for a translated request: `{"input": {"converse": {…}}}`.
    ///
    /// - Parameters:
    ///   - request: What would be asked.
    ///   - target: Who would be asked.
    ///   - report: Gathers what could not be carried exactly.
    /// - Returns: The body.
    /// - Throws: What the request itself would be refused for.
    public func encodeTokenCount(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        var encoder = ConverseEncoder(request, target, report)
        defer { report = encoder.report }
        return try encoder.encodeForCounting()
    }

    /// Reads `{"inputTokens": …}`.
    ///
    /// - Throws: When there is none that can be believed.
    public func decodeTokenCount(_ root: JSONValue) throws(GatewayFailure) -> Int {
        var reader = CountReader()
        guard let count = reader.count(root["inputTokens"]), !reader.isAnomalous else {
            throw GatewayFailure(.upstreamFailed, "The provider's answer holds no token count.")
        }
        return count
    }
}
