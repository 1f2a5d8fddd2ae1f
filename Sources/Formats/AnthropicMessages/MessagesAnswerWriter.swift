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
