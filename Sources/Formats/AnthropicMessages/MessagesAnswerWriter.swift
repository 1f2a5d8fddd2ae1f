import Exchange
import Wire

/// Writes a whole answer for a Messages caller.
struct MessagesAnswerWriter {
    let context: AnswerContext

    func write(_ answer: Answer) -> [UInt8] {
        var outline = AnswerOutline(finish: answer.finish)
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("id", self.context.messageID(answer.head.id))
        writer.member("type", "message")
        writer.member("role", "assistant")
        writer.member("model", self.context.model)
        writer.key("content")
        writer.beginArray()
        for block in answer.blocks { self.write(block, &outline, &writer) }
        writer.endArray()
        let (reason, sequence) = outline.stop
        writer.member("stop_reason", reason)
        writer.member("stop_sequence", sequence)
        writer.key("usage")
        writer.beginObject()
        writer.usage(answer.usage ?? TokenUsage())
        if let tier = answer.serviceTier { writer.member("service_tier", tier == .priority ? "priority" : "standard") }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func write(_ block: AnswerBlock, _ outline: inout AnswerOutline, _ writer: inout JSONWriter) {
        switch block {
        case .text(let text):
            outline.note(.text)
            if !text.text.isEmpty { Self.text(text.text, text.citations, &writer) }
            if let state = text.state { Self.carrier(state, &writer) }
        case .refusal(let text):
            outline.note(.refusal)
            if !text.isEmpty { Self.text(text, [], &writer) }
        case .reasoning(let reasoning): writer.thinking(reasoning)
        case .toolCall(let call):
            if let state = call.state { Self.carrier(state, &writer) }
            writer.object { writer in
                writer.member("type", "tool_use")
                writer.member("id", self.context.callID(call.id, outline.callCount))
                writer.member("name", call.name)
                writer.member("input", RawJSON(trusted: call.input.objectText))
            }
            outline.note(.toolCall(id: call.id, name: call.name, isFreeText: false))
        case .opaque(let opaque):
            if opaque.format == .messages { writer.value(opaque.json) }
        }
    }

    private static func text(_ text: String, _ citations: [Citation], _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("type", "text")
            writer.member("text", text)
            var list = JSONWriter()
            var hasAny = false
            list.beginArray()
            for citation in citations where MessagesCitation.write(citation, to: &list) { hasAny = true }
            list.endArray()
            if hasAny { writer.member("citations", RawJSON(list)) }
        }
    }

    private static func carrier(_ state: ReasoningState, _ writer: inout JSONWriter) {
        writer.thinking(Reasoning(text: nil, state: state, isRedacted: true))
    }
}

/// What an answer's stop reason depends on.
struct AnswerOutline {
    var finish: FinishReason?
    /// Calls of the caller's own tools.
    private(set) var callCount = 0
    private var hasRefusal = false

    init(finish: FinishReason? = nil) {
        self.finish = finish
    }

    mutating func note(_ opening: BlockOpening) {
        switch opening {
        case .toolCall: self.callCount += 1
        case .refusal: self.hasRefusal = true
        case .text, .reasoning, .opaque: break
        }
    }

    /// `stop_reason` and `stop_sequence`. A call wins over a vendor that says it is done; a cut answer stays cut.
    var stop: (reason: String, sequence: String?) {
        switch self.finish {
        case .length: ("max_tokens", nil)
        case .contextWindow: ("model_context_window_exceeded", nil)
        case .contentFilter, .refusal: ("refusal", nil)
        case .pause: ("pause_turn", nil)
        case .stopSequence(let text?) where self.callCount == 0: ("stop_sequence", text)
        case .stop, .stopSequence, .toolCalls, .other, nil:
            (self.callCount > 0 ? "tool_use" : self.hasRefusal ? "refusal" : "end_turn", nil)
        }
    }
}

/// How reasoning looks to a Messages caller.
enum MessagesThinking {
    case thinking(text: String, signature: String)
    case redacted(data: String)

    /// What Anthropic's models signed is written as it is, what others did is sealed. Without visible text it goes where
    /// no text is expected. `nil` when there is nothing.
    init?(_ reasoning: Reasoning) {
        let text = reasoning.text ?? ""
        guard let state = reasoning.state else {
            if text.isEmpty { return nil }
            self = .thinking(text: text, signature: "")
            return
        }
        if state.owner == ReasoningState.anthropic {
            self = reasoning.isRedacted ? .redacted(data: state.value) : .thinking(text: text, signature: state.value)
        } else {
            guard let sealed = ReasoningEnvelope.seal(reasoning) else { return nil }
            let isHidden = reasoning.isRedacted || text.isEmpty
            self = isHidden ? .redacted(data: sealed) : .thinking(text: text, signature: sealed)
        }
    }
}

extension AnswerContext {
    /// The vendor's id where it looks like one of this format's.
    func messageID(_ id: String?) -> String {
        if let id, id.hasPrefix("msg_") { return id }
        return "msg_\(self.seed)"
    }

    /// The vendor's id of a call, or one of ours where it gave none.
    func callID(_ id: String, _ number: Int) -> String {
        id.isEmpty ? "toolu_\(self.seed)_\(number)" : id
    }
}

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
        let uncached = Self.sum(usage.uncachedInputTokens, usage.audioInputTokens)
        self.member("input_tokens", uncached)
        self.member("cache_creation_input_tokens", Self.sum(usage.cacheWrite5mTokens, usage.cacheWrite1hTokens))
        self.member("cache_read_input_tokens", usage.cacheReadTokens)
        self.member("cache_creation") { writer in
            writer.member("ephemeral_5m_input_tokens", usage.cacheWrite5mTokens)
            writer.member("ephemeral_1h_input_tokens", usage.cacheWrite1hTokens)
        }
        self.member("output_tokens", usage.outputTokens)
        guard usage.reasoningTokens > 0 else { return }
        self.member("output_tokens_details") { writer in writer.member("thinking_tokens", usage.reasoningTokens) }
    }

    private static func sum(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
