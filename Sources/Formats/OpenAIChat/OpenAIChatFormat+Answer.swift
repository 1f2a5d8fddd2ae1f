public import Exchange
public import Wire

extension OpenAIChatFormat {
    /// Reads usage, model and finish reason of a chat completion, completion, embedding or moderation.
    public func readAnswer(_ answer: JSONValue, operation: Operation) -> AnswerReading {
        let root = JSONObjectView(answer)
        var reading = AnswerReading()
        reading.usage = Self.usage(root["usage"], tier: root["service_tier"])
        reading.model = root["model"]?.string
        reading.finishReason = root["choices"]?.element(0)?["finish_reason"]?.string
        if Self.isError(root) { reading.failure = VendorError(answer).failure }
        return reading
    }

    /// Whether a chunk, or the body of a 200, tells a failure: OpenRouter puts `error` beside `choices`, some servers
    /// send an object of type `error` without a wrapper.
    static func isError(_ root: JSONValue) -> Bool { self.isError(JSONObjectView(root)) }

    /// As above, for one whose keys were looked at.
    static func isError(_ root: JSONObjectView) -> Bool {
        if let error = root["error"], !error.isNull { return true }
        return root["object"]?.equals("error") ?? false
    }
}
