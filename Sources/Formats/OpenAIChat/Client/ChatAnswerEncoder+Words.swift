import Exchange
import Wire

/// What chunks and whole completions share.
extension ChatAnswerEncoder {
    /// Chat's word for a reason. A call that is to be run is told even where the vendor said something else; an answer
    /// that was cut stays cut.
    static func word(_ reason: FinishReason?, hasCalls: Bool, isLegacy: Bool) -> String {
        switch reason {
        case .length, .contextWindow: "length"
        case .contentFilter, .refusal: "content_filter"
        case .stop, .stopSequence, .toolCalls, .pause, .other, nil:
            hasCalls ? (isLegacy ? "function_call" : "tool_calls") : "stop"
        }
    }

    /// Chat's word for the tier that served.
    static func word(_ tier: ServiceTier) -> String? {
        switch tier {
        case .standard: "default"
        case .flex: "flex"
        case .priority: "priority"
        case .auto, .other: nil
        }
    }

    /// Counts in Chat's convention: the cache is a part of the prompt, reasoning a part of the completion.
    static func write(_ usage: TokenUsage, _ writer: inout JSONWriter) {
        let input = usage.inputTokens
        let output = usage.outputTokens
        let (total, isOver) = input.addingReportingOverflow(output)
        let (written, isWrittenOver) = usage.cacheWrite5mTokens.addingReportingOverflow(usage.cacheWrite1hTokens)
        writer.object { writer in
            writer.member("prompt_tokens", input)
            writer.member("completion_tokens", output)
            writer.member("total_tokens", isOver ? Int.max : total)
            writer.member(
                "prompt_tokens_details",
                object: { writer in
                    writer.member("cached_tokens", usage.cacheReadTokens)
                    writer.member("cache_write_tokens", isWrittenOver ? Int.max : written)
                    writer.member("audio_tokens", usage.audioInputTokens)
                }
            )
            writer.member(
                "completion_tokens_details",
                object: { writer in
                    writer.member("reasoning_tokens", usage.reasoningTokens)
                    writer.member("audio_tokens", usage.audioOutputTokens)
                    writer.member("accepted_prediction_tokens", 0)
                    writer.member("rejected_prediction_tokens", 0)
                }
            )
        }
    }

    /// What Gemini signed, the way Google's own Chat door carries it.
    static func write(signature: String, _ writer: inout JSONWriter) {
        writer.member(
            "extra_content",
            object: { writer in
                writer.member("google", object: { $0.member("thought_signature", signature) })
            }
        )
    }
}

/// A citation of a page, with the part of the whole content that relies on it. Offsets count characters.
struct PlacedCitation {
    private let citation: Citation
    private let start: Int
    private let end: Int

    /// Places the citation of a block that lies in `start..<end` of the content.
    init(_ citation: Citation, from start: Int, to end: Int) {
        let length = max(end - start, 0)
        let range = (citation.range ?? 0..<length).clamped(to: 0..<length)
        self.citation = citation
        self.start = start + range.lowerBound
        self.end = start + range.upperBound
    }

    func write(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("type", "url_citation")
            writer.member(
                "url_citation",
                object: { writer in
                    writer.member("start_index", self.start)
                    writer.member("end_index", self.end)
                    writer.member("title", self.citation.title ?? "")
                    writer.member("url", self.citation.url ?? "")
                }
            )
        }
    }
}
