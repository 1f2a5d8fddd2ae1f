import Exchange
import Wire

extension JSONWriter {
    /// A block of hidden thoughts.
    mutating func redactedThinking(_ data: String) {
        self.object { writer in
            writer.member("type", "redacted_thinking")
            writer.member("data", data)
        }
    }

    /// A block of thoughts; nothing where there are none.
    mutating func thinking(_ reasoning: Reasoning) {
        switch MessagesThinking(reasoning) {
        case .redacted(let data): self.redactedThinking(data)
        case .thinking(let text, let signature):
            self.object { writer in
                writer.member("type", "thinking")
                writer.member("thinking", text)
                writer.member("signature", signature)
            }
        case nil: break
        }
    }

    /// A member whose value is an object with these members.
    mutating func member(_ key: StaticString, _ content: (inout JSONWriter) -> Void) {
        self.key(key)
        self.object { writer in content(&writer) }
    }

    /// The members of a `usage` object, in this format's exclusive convention: `input_tokens` is what no cache held.
    mutating func usage(_ usage: TokenUsage) {
        let media = Self.sum(usage.audioInputTokens, usage.imageInputTokens)
        let uncached = Self.sum(usage.uncachedInputTokens, media)
        self.member("input_tokens", uncached)
        self.member("cache_creation_input_tokens", Self.sum(usage.cacheWrite5mTokens, usage.cacheWrite1hTokens))
        self.member("cache_read_input_tokens", usage.cacheReadTokens)
        self.member("cache_creation") { writer in
            writer.member("ephemeral_5m_input_tokens", usage.cacheWrite5mTokens)
            writer.member("ephemeral_1h_input_tokens", usage.cacheWrite1hTokens)
        }
        self.member("output_tokens", usage.outputTokens)
        if usage.webSearchRequests > 0 {
            self.member("server_tool_use") { writer in
                writer.member("web_search_requests", usage.webSearchRequests)
                writer.member("web_fetch_requests", 0)
            }
        }
        guard usage.reasoningTokens > 0 else { return }
        self.member("output_tokens_details") { writer in writer.member("thinking_tokens", usage.reasoningTokens) }
    }

    private static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
