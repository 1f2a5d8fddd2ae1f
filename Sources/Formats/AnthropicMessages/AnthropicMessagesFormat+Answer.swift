public import Exchange
public import Wire

extension AnthropicMessagesFormat {
    /// Reads usage, model and stop reason of a message, or the number of a token count.
    public func readAnswer(_ root: JSONValue, operation: Operation) -> AnswerReading {
        var reading = AnswerReading()
        var counts = MessagesCounts()
        // The token count's answer has its number where a message has none.
        if let usage = operation == .countTokens ? root : root["usage"] { counts.merge(usage) }
        reading.usage = counts.usage
        reading.model = root["model"]?.string
        reading.finishReason = root["stop_reason"]?.string
        if root["type"]?.equals("error") ?? false { reading.failure = VendorError(root).failure }
        return reading
    }
}
