import Exchange
import Wire

extension ChatAnswerEncoder {
    /// A `chat.completion` object.
    func encode(_ answer: Answer) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        self.writeIdentity(answer.head, object: "chat.completion", &writer)
        let hasCalls = answer.blocks.contains { if case .toolCall = $0 { true } else { false } }
        writer.member(
            "choices",
            array: { writer in
                writer.object { writer in
                    writer.member("index", 0)
                    writer.member("message", object: { self.writeMessage(answer, &$0) })
                    writer.key("logprobs")
                    self.writeLogprobs(answer, &writer)
                    let word = Self.word(answer.finish, hasCalls: hasCalls, isLegacy: self.request.usesLegacyFunctions)
                    writer.member("finish_reason", word)
                }
            }
        )
        if let usage = answer.usage {
            writer.key("usage")
            Self.write(usage, &writer)
        }
        if let tier = answer.serviceTier.flatMap(Self.word) { writer.member("service_tier", tier) }
        writer.endObject()
        return writer.bytes
    }

    private func writeMessage(_ answer: Answer, _ writer: inout JSONWriter) {
        let content = MessageContent(answer)
        writer.member("role", "assistant")
        let isEmpty = content.refusal == nil && content.calls.isEmpty
        writer.member("content", content.text ?? (isEmpty ? "" : nil))
        writer.member("refusal", content.refusal)
        if self.context.showsReasoning, let thoughts = content.thoughts { writer.member("reasoning_content", thoughts) }
        if !content.citations.isEmpty {
            writer.member(
                "annotations",
                array: { writer in
                    for citation in content.citations { citation.write(&writer) }
                }
            )
        }
        if let signature = content.signature, !self.request.usesLegacyFunctions {
            Self.write(signature: signature, &writer)
        }
        guard let first = content.calls.first else { return }
        if self.request.usesLegacyFunctions {
            writer.member(
                "function_call",
                object: { writer in
                    writer.member("name", first.name)
                    writer.member("arguments", first.input.argumentsText)
                }
            )
        } else {
            writer.member(
                "tool_calls",
                array: { writer in
                    for (index, call) in content.calls.enumerated() { self.write(call, index, &writer) }
                }
            )
        }
    }

    private func write(_ call: ToolCall, _ index: Int, _ writer: inout JSONWriter) {
        let isFreeText = call.input.kind == .freeText
        writer.object { writer in
            writer.member("id", call.id.isEmpty ? "call_\(self.context.seed)_\(index)" : call.id)
            writer.member("type", isFreeText ? "custom" : "function")
            writer.member(
                isFreeText ? "custom" : "function",
                object: { writer in
                    writer.member("name", call.name)
                    if isFreeText {
                        writer.member("input", call.input.text)
                    } else {
                        writer.member("arguments", call.input.argumentsText)
                    }
                }
            )
            if let state = call.state, state.owner == ReasoningState.gemini {
                Self.write(signature: state.value, &writer)
            }
        }
    }

    private func writeLogprobs(_ answer: Answer, _ writer: inout JSONWriter) {
        let arrays = answer.blocks.compactMap { if case .text(let text) = $0 { text.logprobs } else { nil } }
        guard self.request.logprobs != nil, !arrays.isEmpty else { return writer.null() }
        writer.object { writer in
            writer.member(
                "content",
                array: { writer in
                    for array in arrays {
                        _ = array.read { array in
                            for entry in array.elements { writer.raw(entry.bytes) }
                        }
                    }
                }
            )
            writer.key("refusal")
            writer.null()
        }
    }
}

/// An answer's blocks sorted into the members of a Chat message.
private struct MessageContent {
    var text: String?
    var refusal: String?
    var thoughts: String?
    var calls: [ToolCall] = []
    var citations: [PlacedCitation] = []
    var signature: String?

    init(_ answer: Answer) {
        var length = 0
        for block in answer.blocks {
            switch block {
            case .text(let text):
                let start = length
                length += text.text.unicodeScalars.count
                self.text = (self.text ?? "") + text.text
                for citation in text.citations where citation.url != nil {
                    self.citations.append(PlacedCitation(citation, from: start, to: length))
                }
                if let state = text.state, state.owner == ReasoningState.gemini { self.signature = state.value }
            case .refusal(let text): self.refusal = (self.refusal ?? "") + text
            case .reasoning(let reasoning):
                if let text = reasoning.text, !text.isEmpty { self.thoughts = (self.thoughts ?? "") + text }
            case .toolCall(let call): self.calls.append(call)
            case .opaque: continue
            }
        }
    }
}
