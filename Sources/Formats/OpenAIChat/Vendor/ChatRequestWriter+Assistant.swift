import Exchange
import Wire

extension ChatRequestWriter {
    /// An assistant's turn in the one shape that Chat has: thoughts, text, refusal, calls.
    private struct AssistantContent {
        var text: String?
        var thoughts: String?
        var refusal: String?
        var calls: [ToolCall] = []
        /// The text so far and what follows it were apart.
        var isApart = false
        /// What the next call is signed with.
        var signature: ReasoningState?

        var isEmpty: Bool { self.text == nil && self.refusal == nil && self.calls.isEmpty }

        mutating func add(_ more: String) {
            self.text = self.text.map { $0 + (self.isApart ? "\n\n" : "") + more } ?? more
            self.isApart = false
        }
    }

    mutating func write(assistant turn: Turn) throws(TranslationRefusal) {
        let content = try self.content(of: turn)
        // Only thoughts of another vendor: nothing of it can be said here.
        guard !content.isEmpty else { return }
        self.json.beginObject()
        self.json.member("role", "assistant")
        if let name = turn.name { self.json.member("name", name) }
        self.writeContent(of: content)
        if self.target.chat.wantsReasoningBack, let thoughts = content.thoughts {
            self.json.member("reasoning_content", thoughts)
        }
        if !content.calls.isEmpty {
            self.json.key("tool_calls")
            self.json.beginArray()
            for call in content.calls { self.write(call) }
            self.json.endArray()
        }
        self.json.endObject()
    }

    /// `null` beside calls alone; a refusal is a part, for a refusal without content is not taken.
    private mutating func writeContent(of content: AssistantContent) {
        guard let refusal = content.refusal else {
            return self.json.member("content", content.text ?? (content.calls.isEmpty ? "" : nil))
        }
        self.json.key("content")
        self.json.beginArray()
        if let text = content.text { self.writePart(text, nil) }
        self.json.object { json in
            json.member("type", "refusal")
            json.member("refusal", refusal)
        }
        self.json.endArray()
    }

    private func content(of turn: Turn) throws(TranslationRefusal) -> AssistantContent {
        var content = AssistantContent()
        for block in turn.blocks {
            switch block.content {
            case .text(let text):
                content.add(text.text)
                content.signature = nil
            case .refusal(let text):
                if self.isOpenAI { content.refusal = (content.refusal ?? "") + text } else { content.add(text) }
            case .toolCall(var call):
                call.state = call.state ?? content.signature
                content.signature = nil
                content.calls.append(call)
                content.isApart = true
            case .reasoning(let reasoning):
                self.add(reasoning, to: &content)
                content.isApart = true
            case .opaque(let opaque): throw self.refusal(opaque, at: block.place)
            case .image, .audio, .document, .toolResult:
                throw self.report.refusal(
                    .place(block.place),
                    "takes text and calls alone from the assistant",
                    wayOut: "Move it to a user message."
                )
            }
        }
        // Blank text beside calls is what a vendor put between them.
        if !content.calls.isEmpty, content.text?.isBlank == true { content.text = nil }
        return content
    }

    private func add(_ reasoning: Reasoning, to content: inout AssistantContent) {
        guard let state = reasoning.state else {
            if let text = reasoning.text { content.thoughts = (content.thoughts ?? "") + text }
            return
        }
        if state.owner == ReasoningState.gemini, reasoning.isRedacted { content.signature = state }
    }

    private mutating func write(_ call: ToolCall) {
        let tool = self.offered[call.name]
        let name = tool?.name ?? Self.safe(call.name)
        let isCustom = call.input.kind == .freeText && (tool?.isCustom ?? self.isOpenAI)
        // Compatible servers read the arguments again, and fail where they are no JSON.
        let arguments = self.isOpenAI ? call.input.argumentsText : self.arguments.objectText(of: call.input)
        self.json.beginObject()
        self.json.member("id", self.safeID(call.id))
        self.json.member("type", isCustom ? "custom" : "function")
        self.json.member(
            isCustom ? "custom" : "function",
            object: { json in
                json.member("name", name)
                json.member(isCustom ? "input" : "arguments", isCustom ? call.input.text : arguments)
            }
        )
        if let state = call.state, state.owner == self.target.reasoningOwner, state.owner == ReasoningState.gemini {
            ChatAnswerEncoder.write(signature: state.value, &self.json)
        }
        self.json.endObject()
    }

    /// OpenAI refuses ids over 40 characters.
    func safeID(_ id: String) -> String { Self.safe(id, limit: self.isOpenAI ? 40 : 64) }

    /// A name or id that every server takes; nearly all are so already.
    static func safe(_ name: String, limit: Int = 64) -> String {
        var name = name
        let isSafe = name.withUTF8 { bytes in
            !bytes.isEmpty && bytes.count <= limit
                && bytes.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
        }
        return isSafe ? name : SafeName.make(name, limit: limit)
    }
}
