import Exchange
import Wire

extension ResponsesRequestWriter {
    /// A turn as items: neighbouring content is one message, everything else an item of its own.
    mutating func write(turn: Turn) throws(TranslationRefusal) {
        if turn.name != nil { try self.report.dropped(.place(turn.place), "name") }
        switch turn.role {
        case .system: try self.write(system: turn)
        case .user: try self.writeItems(turn.blocks, role: "user")
        case .assistant: try self.writeItems(Self.replayable(turn.blocks, self.target), role: "assistant")
        }
    }

    /// The application's words in the middle of the conversation stay where they are.
    private mutating func write(system turn: Turn) throws(TranslationRefusal) {
        guard !turn.blocks.isEmpty else { return }
        guard !self.capabilities.midConversationSystem else {
            return try self.writeMessage(self.systemRole, turn.blocks[...])
        }
        let blocks = turn.blocks.map { block -> Block in
            guard case .text(let text) = block.content else { return block }
            return .text("<system-reminder>\(text.text)</system-reminder>", place: block.place)
        }
        try self.writeMessage("user", blocks[...])
    }

    /// What of an assistant's turn can be sent back: reasoning of this vendor's that is followed by what came of it, and
    /// no empty text. Reasoning of other vendors means nothing here.
    private static func replayable(_ blocks: [Block], _ target: TranslationTarget) -> [Block] {
        var kept: [Block] = []
        var hasFollower = false
        for block in blocks.reversed() {
            switch block.content {
            case .text(let text) where text.text.isEmpty: continue
            case .reasoning(let reasoning):
                guard hasFollower, reasoning.state?.owner == target.reasoningOwner else { continue }
            case .text, .refusal, .toolCall, .opaque: hasFollower = true
            case .image, .document, .audio, .toolResult: break
            }
            kept.append(block)
        }
        return kept.reversed()
    }

    private mutating func writeItems(_ blocks: [Block], role: String) throws(TranslationRefusal) {
        if blocks.isEmpty, role == "user" { return try self.writeMessage(role, [.text("")]) }
        var start = 0
        for (index, block) in blocks.enumerated() where block.isItem {
            try self.writeMessage(role, blocks[start..<index])
            try self.write(item: block)
            start = index + 1
        }
        try self.writeMessage(role, blocks[start...])
    }

    /// A message; nothing for no blocks.
    mutating func writeMessage(_ role: String, _ blocks: ArraySlice<Block>) throws(TranslationRefusal) {
        guard !blocks.isEmpty else { return }
        self.writer.beginObject()
        self.writer.member("type", "message")
        self.writer.member("role", role)
        self.writer.key("content")
        self.writer.beginArray()
        for block in blocks {
            if role == "assistant" { try self.write(said: block) } else { try self.write(part: block) }
        }
        self.writer.endArray()
        self.writer.endObject()
    }

    /// What the assistant said.
    private mutating func write(said block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .text(let text):
            self.writer.beginObject()
            self.writer.member("type", "output_text")
            self.writer.member("text", text.text)
            self.writer.member("annotations", .emptyArray)
            self.writer.endObject()
        case .refusal(let text):
            self.writer.beginObject()
            self.writer.member("type", "refusal")
            self.writer.member("refusal", text)
            self.writer.endObject()
        case .opaque(let opaque) where opaque.format == .responses: self.writer.value(opaque.json)
        case .opaque(let opaque): throw self.foreign(opaque, block.place)
        case .image, .document, .audio, .toolCall, .toolResult, .reasoning:
            throw self.report.refusal(
                .place(block.place),
                "takes text alone in an assistant's message",
                wayOut: "Send it in a user's message."
            )
        }
    }

    private mutating func write(item block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .toolCall(let call): self.write(call: call)
        case .toolResult(let result): try self.write(result: result)
        case .reasoning(let reasoning): self.write(reasoning: reasoning)
        case .opaque(let opaque) where opaque.format == .responses: self.writer.value(opaque.json)
        case .opaque(let opaque): throw self.foreign(opaque, block.place)
        case .text, .image, .document, .audio, .refusal: return
        }
    }

    /// Reasoning goes without its id: there is nothing stored that it would name.
    private mutating func write(reasoning: Reasoning) {
        guard let state = reasoning.state, state.owner == self.target.reasoningOwner else { return }
        self.writer.beginObject()
        self.writer.member("type", "reasoning")
        self.writer.key("summary")
        self.writer.beginArray()
        if let text = reasoning.text, !text.isEmpty {
            self.writer.beginObject()
            self.writer.member("type", "summary_text")
            self.writer.member("text", text)
            self.writer.endObject()
        }
        self.writer.endArray()
        self.writer.member("encrypted_content", state.value)
        self.writer.endObject()
    }

    private mutating func write(call: ToolCall) {
        let isCustom = call.input.kind == .freeText
        let id = SafeName.make(call.id)
        if isCustom { self.customCalls.insert(id) }
        self.writer.beginObject()
        self.writer.member("type", isCustom ? "custom_tool_call" : "function_call")
        self.writer.member("call_id", id)
        self.writer.member("name", self.vendorName(call.name))
        if isCustom {
            self.writer.member("input", call.input.text)
        } else {
            self.writer.member("arguments", call.input.argumentsText)
        }
        self.writer.endObject()
    }

    private mutating func write(result: ToolResult) throws(TranslationRefusal) {
        let id = SafeName.make(result.callID)
        self.writer.beginObject()
        self.writer.member("type", self.customCalls.contains(id) ? "custom_tool_call_output" : "function_call_output")
        self.writer.member("call_id", id)
        self.writer.key("output")
        let prefix = result.isError == true ? "Error: " : ""
        let isText = result.blocks.allSatisfy { if case .text = $0.content { true } else { false } }
        if isText {
            self.writer.string(prefix + result.text)
        } else {
            self.writer.beginArray()
            var blocks = result.blocks
            if !prefix.isEmpty { blocks.insert(.text(prefix), at: 0) }
            for block in blocks { try self.write(part: block) }
            self.writer.endArray()
        }
        self.writer.endObject()
    }
}

extension Block {
    /// Whether it is an item beside messages, not a part of one.
    fileprivate var isItem: Bool {
        switch self.content {
        case .toolCall, .toolResult, .reasoning: true
        case .opaque: self.place.part == nil
        case .text, .image, .document, .audio, .refusal: false
        }
    }
}
