public import Exchange
public import Wire

extension OpenAIResponsesFormat {
    /// Reads usage, model and outcome of a response, a compaction or a token count.
    public func readAnswer(_ root: JSONValue, operation: Operation) -> AnswerReading {
        var reading = AnswerReading()
        reading.usage = operation == .responsesInputTokens ? Self.counted(root) : Self.usage(of: root)
        reading.model = root["model"]?.string
        reading.finishReason = Self.finishReason(root)
        reading.failure = Self.failure(root)
        if let output = root["output"] {
            for item in output.elements {
                reading.reasoningState = ForeignReasoning.state(of: item)?.rawContent ?? reading.reasoningState
            }
        }
        return reading
    }

    /// `completed`, `incomplete:max_output_tokens`, `failed` …; `nil` when the object has no status.
    static func finishReason(_ response: JSONValue) -> String? {
        guard let status = response["status"]?.string else { return nil }
        guard let reason = response["incomplete_details"]?["reason"]?.string else { return status }
        return "\(status):\(reason)"
    }

    /// The failure told by a response object, or by an error body under a successful status.
    private static func failure(_ response: JSONValue) -> GatewayFailure? {
        let hasError = response["error"].map { !$0.isNull } ?? false
        let hasFailed = response["status"]?.equals("failed") ?? false
        return hasError || hasFailed ? VendorError(response).failure : nil
    }

    /// Counts of a response: its `usage`, the tier that served it, and the searches that the vendor's own tool made.
    ///
    /// - Parameters:
    ///   - response: A whole one, however it ended.
    ///   - searches: Told by a stream's items before; the larger number counts, for some servers end with an empty
    ///     `output`.
    /// - Returns: The counts; `nil` when there are none.
    static func usage(of response: JSONValue?, searches: Int = 0) -> TokenUsage? {
        guard let response, var usage = self.usage(response["usage"]) else { return nil }
        var reader = CountReader()
        let told = reader.count(response["tool_usage"]?["web_search"]?["num_requests"])
        let made = response["output"]?.elements.count { Self.isSearch($0) } ?? 0
        usage.webSearchRequests = told ?? max(made, searches)
        usage.serviceTier = response["service_tier"]?.string.flatMap(PriceTier.init(vendorWord:))
        if reader.isAnomalous { usage.isAnomalous = true }
        return usage
    }

    /// Whether an item is a search of the web that was made; opening a page or looking for words in it is none.
    static func isSearch(_ item: JSONValue) -> Bool {
        guard item["type"]?.equals("web_search_call") ?? false, item["status"]?.equals("completed") ?? true else {
            return false
        }
        return item["action"]?["type"]?.equals("search") ?? true
    }

    /// Counts of a `usage` object; `nil` when it is absent, `null` or tells no sums.
    ///
    /// OpenAI's cache writes have other lifetimes (`cache_write_tokens_details`) at one price: all count as short.
    static func usage(_ usage: JSONValue?) -> TokenUsage? {
        guard let usage, usage.kind == .object else { return nil }
        let input = usage["input_tokens_details"]
        let output = usage["output_tokens_details"]
        var reader = CountReader()
        var counts = InclusiveCounts()
        counts.input = reader.count(usage["input_tokens"])
        counts.output = reader.count(usage["output_tokens"])
        counts.total = reader.count(usage["total_tokens"])
        counts.cached = reader.count(input?["cached_tokens"])
        counts.written = reader.count(input?["cache_write_tokens"])
        counts.audioInput = reader.count(input?["audio_tokens"])
        counts.imageInput = reader.count(input?["image_tokens"])
        counts.reasoning = reader.count(output?["reasoning_tokens"])
        counts.audioOutput = reader.count(output?["audio_tokens"])
        counts.imageOutput = reader.count(output?["image_tokens"])
        return counts.usage(reader)
    }

    /// The answer of the token count: `{"object": "response.input_tokens", "input_tokens"}`.
    private static func counted(_ root: JSONValue) -> TokenUsage? {
        var reader = CountReader()
        var counts = InclusiveCounts()
        counts.input = reader.count(root["input_tokens"])
        return counts.usage(reader)
    }
}
