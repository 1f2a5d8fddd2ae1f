import Exchange
import Wire

/// What whole answers and chunks have in common, among all servers that speak Chat.
enum ChatReply {
    /// The reason behind a server's word; `nil` for no word, which Snowflake writes as an empty one.
    static func reason(_ choice: JSONValue) -> FinishReason? {
        guard let word = choice["finish_reason"]?.string, !word.isEmpty else { return nil }
        switch word {
        case "stop", "eos", "end_turn", "completed", "STOP": return .stop(at: choice)
        case "length", "max_tokens", "model_length", "MAX_TOKENS": return .length
        case "tool_calls", "function_call", "tool_use": return .toolCalls
        case "content_filter", "SAFETY": return .contentFilter
        case "refusal": return .refusal
        default: return .other(word)
        }
    }

    /// A reason that agrees with what was seen: forced calls end with `stop` at OpenAI, and some servers always say so.
    static func agreed(_ reason: FinishReason?, hasCalls: Bool) -> FinishReason {
        switch reason {
        case .stop, .stopSequence, .other, .pause, nil: hasCalls ? .toolCalls : reason ?? .stop
        case .toolCalls: hasCalls ? .toolCalls : .stop
        case .length, .contextWindow, .contentFilter, .refusal: reason ?? .stop
        }
    }

    /// Thoughts, by the first of their names that holds text. OpenRouter tells the same twice.
    static func thoughts(_ message: JSONValue) -> String? {
        let names: [StaticString] = ["reasoning_content", "reasoning", "thinking"]
        for name in names {
            if let text = message[name]?.string, !text.isEmpty { return text }
        }
        guard let details = message["reasoning_details"], details.count > 0 else { return nil }
        let text = details.elements.compactMap { ($0["text"] ?? $0["summary"])?.string }.joined()
        return text.isEmpty ? nil : text
    }

    /// What Gemini signed, as Google's own Chat door carries it.
    static func signature(_ value: JSONValue) -> ReasoningState? {
        guard let text = value["extra_content"]?["google"]?["thought_signature"]?.string, !text.isEmpty else {
            return nil
        }
        return ReasoningState(owner: ReasoningState.gemini, value: text)
    }

    /// The pages that the text relies on, with offsets in the whole content.
    static func citations(_ message: JSONValue) -> [Citation] {
        guard let annotations = message["annotations"] else { return [] }
        return annotations.elements.compactMap { annotation in
            guard let source = annotation["url_citation"], let url = source["url"]?.string else { return nil }
            var citation = Citation(url: url, title: source["title"]?.string.flatMap { $0.isEmpty ? nil : $0 })
            if let start = source["start_index"]?.int, let end = source["end_index"]?.int, start >= 0, end > start {
                citation.range = start..<end
            }
            return citation
        }
    }

    /// The pages that Perplexity names beside the choices.
    static func pages(_ root: JSONValue) -> [Citation] {
        if let results = root["search_results"], results.count > 0 {
            return results.elements.compactMap { result in
                result["url"]?.string.map { Citation(url: $0, title: result["title"]?.string) }
            }
        }
        return (root["citations"]?.elements).map { $0.compactMap { $0.string.map { Citation(url: $0) } } } ?? []
    }

    /// Arguments are a string; some servers send the object itself.
    static func text(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        return value.kind == .object ? RawJSON(value).text : value.string ?? ""
    }

    static func tier(_ root: JSONValue) -> ServiceTier? {
        switch root["service_tier"]?.string {
        case nil: nil
        case "auto": .auto
        case "default", "standard", "on_demand": .standard
        case "flex": .flex
        case "priority", "fast": .priority
        default: .other
        }
    }

    static func head(_ root: JSONValue) -> AnswerHead {
        var head = AnswerHead()
        head.id = root["id"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        head.model = root["model"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        head.created = root["created"]?.int.flatMap { $0 > 0 ? $0 : nil }
        return head
    }

    /// Counts of an answer or a chunk; Groq once put a stream's beside them.
    static func usage(_ root: JSONValue) -> TokenUsage? {
        let tier = root["service_tier"]
        return OpenAIChatFormat.usage(root["usage"], tier: tier)
            ?? OpenAIChatFormat.usage(root["x_groq"]?["usage"], tier: tier)
    }
}

extension FinishReason {
    /// A stop; some servers tell which of the caller's texts it was, others put a token's number there.
    fileprivate static func stop(at choice: JSONValue) -> FinishReason {
        guard let text = (choice["matched_stop"] ?? choice["stop_reason"])?.string, !text.isEmpty,
            !["stop", "eos", "end_turn", "completed", "stop_sequence"].contains(text)
        else { return .stop }
        return .stopSequence(text)
    }
}
