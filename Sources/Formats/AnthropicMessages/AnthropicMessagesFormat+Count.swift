public import Exchange
public import Wire

extension AnthropicMessagesFormat: TokenCountingFormat {
    /// What the counter takes. Source: Anthropic API reference, November 2026.
    private static let counted: Set<String> = [
        "model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control",
    ]

    /// Writes a request for `/v1/messages/count_tokens`.
    public func encodeTokenCount(
        _ request: ExchangeRequest,
        for target: TranslationTarget,
        report: inout TranslationReport
    ) throws(TranslationRefusal) -> EncodedRequest {
        try self.encodeRequest(request, for: target, report: &report).keeping(Self.counted)
    }

    /// Reads `{"input_tokens": …}`.
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
