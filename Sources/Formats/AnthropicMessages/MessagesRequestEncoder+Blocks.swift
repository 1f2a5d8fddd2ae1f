import Exchange
import Wire

extension MessagesRequestEncoder {
    mutating func write(_ turn: Turn, to writer: inout JSONWriter) throws(TranslationRefusal) {
        writer.beginObject()
        writer.member("role", turn.role.rawValue)
        writer.key("content")
        writer.beginArray()
        for block in turn.blocks { try self.write(block, in: turn.role, to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    private mutating func write(
        _ block: Block,
        in role: Turn.Role,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        switch block.content {
        case .toolCall(let call):
            writer.beginObject()
            writer.member("type", "tool_use")
            writer.member("id", SafeName.make(call.id))
            writer.member("name", self.safeName(call.name))
            writer.key("input")
            writer.raw(self.arguments.objectText(of: call.input))
            self.writeMark(block.cache, to: &writer)
            writer.endObject()
        case .toolResult(let result): try self.write(result, block.cache, to: &writer)
        case .reasoning(let reasoning): self.write(reasoning, to: &writer)
        case .image, .document, .audio:
            guard role == .user else {
                let wayOut = "Send it in a user message."
                throw self.report.refusal(.place(block.place), "takes no media from the assistant", wayOut: wayOut)
            }
            try self.writeContent(block, to: &writer)
        case .text, .refusal, .opaque: try self.writeContent(block, to: &writer)
        }
    }

    /// What may stand in a message as well as in a tool's result.
    mutating func writeContent(_ block: Block, to writer: inout JSONWriter) throws(TranslationRefusal) {
        switch block.content {
        case .text(let text): self.write(text.text, text.citations, block.cache, to: &writer)
        case .refusal(let text): self.write(text, [], block.cache, to: &writer)
        case .image(let media):
            writer.beginObject()
            writer.member("type", "image")
            try self.writeImageSource(media, block.place, to: &writer)
            self.writeMark(block.cache, to: &writer)
            writer.endObject()
        case .document(let document): try self.write(document, block, to: &writer)
        case .audio:
            throw self.report.refusal(.place(block.place), "cannot hear audio", wayOut: "Send a transcript.")
        case .opaque(let opaque):
            guard opaque.format == .messages else {
                let wayOut = "Leave it out, or use a model of the vendor that made it."
                throw self.report.refusal(.place(block.place), "has no \(opaque.type) content", wayOut: wayOut)
            }
            writer.value(opaque.json)
        case .toolCall, .toolResult, .reasoning: throw self.unknown(block, in: "a tool's result")
        }
    }

    private func write(_ text: String, _ citations: [Citation], _ mark: CacheMark?, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", "text")
        writer.member("text", text)
        let own = citations.compactMap(\.original).filter { $0.format == .messages }
        if !own.isEmpty {
            writer.member("citations", array: { writer in for citation in own { writer.value(citation.json) } })
        }
        self.writeMark(mark, to: &writer)
        writer.endObject()
    }

    /// Thoughts exactly as they were signed.
    private func write(_ reasoning: Reasoning, to writer: inout JSONWriter) {
        writer.beginObject()
        let value = reasoning.state?.value ?? ""
        if reasoning.isRedacted {
            writer.member("type", "redacted_thinking")
            writer.member("data", value)
        } else {
            writer.member("type", "thinking")
            writer.member("thinking", reasoning.text ?? "")
            writer.member("signature", value)
        }
        writer.endObject()
    }

    private mutating func write(
        _ result: ToolResult,
        _ mark: CacheMark?,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        writer.beginObject()
        writer.member("type", "tool_result")
        writer.member("tool_use_id", SafeName.make(result.callID))
        let blocks = result.blocks.filter { !$0.isBlankText }
        if !blocks.isEmpty {
            writer.key("content")
            writer.beginArray()
            for block in blocks { try self.writeContent(block, to: &writer) }
            writer.endArray()
        }
        if result.isError == true { writer.member("is_error", true) }
        self.writeMark(mark, to: &writer)
        writer.endObject()
    }
}
