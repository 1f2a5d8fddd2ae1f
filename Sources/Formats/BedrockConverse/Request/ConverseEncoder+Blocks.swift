import Exchange
import Wire

extension ConverseEncoder {
    /// Writes the conversation, last in the body.
    mutating func write(_ turns: [Turn]) throws(TranslationRefusal) {
        self.writer.key("messages")
        self.writer.beginArray()
        for (index, turn) in turns.enumerated() {
            self.writer.beginObject()
            self.writer.member("role", turn.role == .assistant ? "assistant" : "user")
            self.writer.key("content")
            self.writer.beginArray()
            try self.writeContent(of: turn)
            if index == turns.count - 1 { self.write(mark: self.request.cache) }
            self.writer.endArray()
            self.writer.endObject()
        }
        self.writer.endArray()
    }

    /// A message with a document must also hold text.
    private mutating func writeContent(of turn: Turn) throws(TranslationRefusal) {
        var hasText = false
        var hasDocument = false
        for block in turn.blocks {
            switch block.content {
            case .text: hasText = true
            case .document: hasDocument = true
            case .image, .audio, .toolCall, .toolResult, .reasoning, .refusal, .opaque: break
            }
            if turn.role == .assistant {
                try self.write(answered: block)
            } else {
                try self.write(asked: block)
            }
            self.write(mark: block.effectiveMark)
        }
        if hasDocument, !hasText { self.write(text: "See attached document.") }
    }

    private mutating func write(answered block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .text(let text): self.write(text: text.text)
        case .refusal(let text): self.write(text: text)
        case .reasoning(let reasoning): self.write(reasoning)
        case .toolCall(let call): self.write(call)
        case .image, .document, .audio:
            throw self.report.refusal(
                .place(block.place),
                "takes images, documents and sound only from the user",
                wayOut: "Send it in a user message."
            )
        case .toolResult, .opaque: throw self.unknownContent(block)
        }
    }

    private mutating func write(asked block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .toolResult(let result): try self.write(result, at: block.place)
        case .audio(let audio): try self.write(audio: audio, at: block.place)
        case .text, .image, .document, .refusal, .opaque: try self.write(shown: block)
        case .toolCall, .reasoning: throw self.unknownContent(block)
        }
    }

    /// What may stand in a user's message and in a tool's result alike.
    private mutating func write(shown block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .text(let text): self.write(text: text.text)
        case .refusal(let text): self.write(text: text)
        case .image(let image): try self.write(image: image, at: block.place)
        case .document(let document): try self.write(document, at: block.place)
        case .opaque(let opaque):
            guard try self.write(opaque, at: block.place) else { throw self.unknownContent(block) }
        case .toolCall, .toolResult, .reasoning, .audio: throw self.unknownContent(block)
        }
    }

    private func unknownContent(_ block: Block) -> TranslationRefusal {
        let type =
            switch block.content {
            case .opaque(let opaque): opaque.type
            case .audio: "audio"
            case .reasoning: "reasoning"
            case .toolCall: "tool call"
            case .toolResult: "tool result"
            case .text, .refusal, .image, .document: "such"
            }
        return self.report.refusal(.place(block.place), "has no \(type) content here", wayOut: "Leave it out.")
    }

    /// The exact text that was signed; present even when empty, for the format demands it.
    private mutating func write(_ reasoning: Reasoning) {
        guard let state = reasoning.state else { return }
        self.writer.beginObject()
        self.writer.key("reasoningContent")
        self.writer.beginObject()
        if reasoning.isRedacted {
            self.writer.member("redactedContent", state.value)
        } else {
            self.writer.key("reasoningText")
            self.writer.beginObject()
            self.writer.member("text", reasoning.text ?? "")
            self.writer.member("signature", state.value)
            self.writer.endObject()
        }
        self.writer.endObject()
        self.writer.endObject()
    }

    private mutating func write(_ call: ToolCall) {
        self.writer.beginObject()
        self.writer.key("toolUse")
        self.writer.beginObject()
        self.writer.member("toolUseId", SafeName.make(call.id))
        self.writer.member("name", SafeName.make(call.name))
        self.writer.key("input")
        self.writer.raw(self.arguments.objectText(of: call.input))
        self.writer.endObject()
        self.writer.endObject()
    }

    private mutating func write(_ result: ToolResult, at place: Place) throws(TranslationRefusal) {
        self.writer.beginObject()
        self.writer.key("toolResult")
        self.writer.beginObject()
        self.writer.member("toolUseId", SafeName.make(result.callID))
        self.writer.key("content")
        self.writer.beginArray()
        let isMarked = self.family.marksErrors
        if result.isError == true, !isMarked { self.write(text: "Error:") }
        let blocks = result.blocks.filter { !$0.isBlankText }
        for block in blocks { try self.write(shown: block) }
        if blocks.isEmpty { self.write(text: "(no output)") }
        self.writer.endArray()
        if result.isError == true, isMarked { self.writer.member("status", "error") }
        self.writer.endObject()
        self.writer.endObject()
    }
}

extension ConverseEncoder {
    /// Content of another format that can be told here; false when it cannot.
    private mutating func write(_ opaque: Opaque, at place: Place) throws(TranslationRefusal) -> Bool {
        guard opaque.format == .messages else { return false }
        switch opaque.type {
        case "tool_reference":
            guard let name = opaque.json.read({ $0["tool_name"]?.string }) ?? nil else { return false }
            try self.report.approximated(.place(place), "tool_reference")
            self.write(text: "Tool: \(SafeName.make(name))")
            return true
        case "search_result":
            guard let found = opaque.json.read(SearchResult.init) ?? nil else { return false }
            if self.family == .claude {
                self.write(found)
            } else {
                try self.report.approximated(.place(place), "search_result")
                self.write(text: ([found.title, found.source] + found.texts).joined(separator: "\n"))
            }
            return true
        default: return false
        }
    }

    private mutating func write(_ found: SearchResult) {
        self.writer.beginObject()
        self.writer.key("searchResult")
        self.writer.beginObject()
        self.writer.member("source", found.source)
        self.writer.member("title", found.title)
        self.writer.key("content")
        self.writer.beginArray()
        for text in found.texts { self.write(text: text) }
        self.writer.endArray()
        if found.isCited { self.writeCitations() }
        self.writer.endObject()
        self.writer.endObject()
    }

    /// `"citations": {"enabled": true}`
    mutating func writeCitations() {
        self.writer.key("citations")
        self.writer.beginObject()
        self.writer.member("enabled", true)
        self.writer.endObject()
    }
}

/// A search result as Messages writes it.
private struct SearchResult {
    var source: String
    var title: String
    var texts: [String]
    var isCited: Bool

    init?(_ value: JSONValue) {
        guard let source = value["source"]?.string, let title = value["title"]?.string else { return nil }
        self.source = source
        self.title = title
        self.texts = value["content"]?.elements.compactMap { $0["text"]?.string } ?? []
        self.isCited = value["citations"]?["enabled"]?.bool ?? false
    }
}
