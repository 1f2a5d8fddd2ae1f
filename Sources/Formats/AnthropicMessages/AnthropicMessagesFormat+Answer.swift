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
        if let content = root["content"] { reading.reasoningState = Self.reasoningState(of: content) }
        if root["type"]?.equals("error") ?? false { reading.failure = VendorError(root).failure }
        return reading
    }

    /// The last signature, or the last redacted thoughts.
    private static func reasoningState(of content: JSONValue) -> [UInt8]? {
        var newest: [UInt8]?
        for block in content.elements {
            guard let type = block["type"] else { continue }
            let isThought = type.equals("thinking")
            guard isThought || type.equals("redacted_thinking") else { continue }
            let state = (isThought ? block["signature"] : block["data"])?.rawContent ?? []
            if !state.isEmpty { newest = state }
        }
        return newest
    }
}
