import Exchange
import Wire

extension OpenAIChatFormat {
    /// Counts of a `usage` object; `nil` when it is absent, `null` or tells no sums.
    ///
    /// Besides OpenAI's own detail objects the places are read that compatible servers use: DeepSeek
    /// (`prompt_cache_hit_tokens`), Together and Hugging Face (`cached_tokens`, `reasoning_tokens` at the top),
    /// Mistral (`num_cached_tokens`), Databricks (`cache_read_input_tokens`, `cache_creation_input_tokens`). Whatever
    /// its name, a cache count is read as a part of `prompt_tokens`: the convention follows the wire format. OpenRouter
    /// counts searches there (`server_tool_use_details`); OpenAI's search models tell none.
    ///
    /// - Parameters:
    ///   - usage: The object with the counts.
    ///   - tier: The tier told beside it; Mistral tells it inside.
    /// - Returns: The counts; `nil` when there are none.
    static func usage(_ usage: JSONValue?, tier: JSONValue?) -> TokenUsage? {
        guard let value = usage, value.kind == .object else { return nil }
        let usage = JSONObjectView(value)
        let input = usage["prompt_tokens_details"]
        let output = usage["completion_tokens_details"]
        var reader = CountReader()
        var counts = InclusiveCounts()
        counts.input = reader.count(usage["prompt_tokens"])
        counts.output = reader.count(usage["completion_tokens"])
        counts.total = reader.count(usage["total_tokens"])
        counts.audioInput = reader.count(input?["audio_tokens"])
        counts.imageInput = reader.count(input?["image_tokens"])
        counts.audioOutput = reader.count(output?["audio_tokens"])
        counts.imageOutput = reader.count(output?["image_tokens"])
        counts.reasoning = reader.count(output?["reasoning_tokens"] ?? usage["reasoning_tokens"])
        counts.written = reader.count(input?["cache_write_tokens"] ?? usage["cache_creation_input_tokens"])
        counts.cached = reader.count(
            input?["cached_tokens"] ?? usage["prompt_cache_hit_tokens"] ?? usage["cached_tokens"]
                ?? usage["num_cached_tokens"] ?? usage["cache_read_input_tokens"]
        )
        let searches = reader.count(usage["server_tool_use_details"]?["web_search_requests"])
        var parts = counts.usage(reader)
        parts?.webSearchRequests = searches ?? 0
        parts?.serviceTier = (tier?.string ?? usage["service_tier"]?.string).flatMap(PriceTier.init(vendorWord:))
        return parts
    }
}
