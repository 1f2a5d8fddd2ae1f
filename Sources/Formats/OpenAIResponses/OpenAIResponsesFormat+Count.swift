public import Exchange
public import Wire

extension OpenAIResponsesFormat: TokenCountingFormat {
    /// What the counter takes. Source: OpenAI API reference, November 2026.
    private static let counted: Set<String> = [
        "model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "text",
        "truncation",
    ]

    /// Writes a request for `/v1/responses/input_tokens`.
    public func encodeTokenCount(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        try self.encodeRequest(request, for: target, report: &report).keeping(Self.counted)
    }

    /// Reads `{"object": "response.input_tokens", "input_tokens": …}`.
    ///
    /// - Throws: When there is none that can be believed.
    public func decodeTokenCount(_ root: JSONValue) throws(GatewayFailure) -> Int {
        var reader = CountReader()
        guard let count = reader.count(root["input_tokens"]), !reader.isAnomalous else {
            throw GatewayFailure(.upstreamFailed, "The provider's answer holds no token count.")
        }
        return count
    }
}
