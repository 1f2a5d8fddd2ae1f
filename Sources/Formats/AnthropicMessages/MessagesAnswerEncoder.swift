import Exchange
import Wire

/// Writes an answer for a Messages caller.
///
/// Of a stream it keeps the open block's thoughts alone, for an envelope has to hold them.
final class MessagesAnswerEncoder: AnswerEncoder {
    private let context: AnswerContext
    private var writer = JSONWriter(capacity: 256)
    private var hasStarted = false
    private var isOver = false
    private var outline = AnswerOutline()
    private var usage: TokenUsage?
    private var block: Block?
    /// Thoughts of the open block so far.
    private var thoughts = ""
    /// Index of the next block, counting all that were written.
    private var nextIndex = 0
    private var callCount = 0

    /// The block that the vendor has open. Nothing of it is written before there is something to say.
    private struct Block {
        var opening: BlockOpening
        var isWritten = false
        /// A call's first piece of input waits one event long: the vendor's state of the call goes before it.
        var held = ""
        var state: ReasoningState?
        var hasInput = false
    }

    init(context: AnswerContext) {
        self.context = context
    }

    func encode(_ event: AnswerEvent, requestID: String, into out: inout [UInt8]) {
        guard !self.isOver else { return }
        switch event {
        case .start(let head): self.start(head, &out)
        case .open(_, let opening): self.open(opening, &out)
        case .delta(_, let text): self.delta(text, &out)
        case .citation(_, let citation): self.citation(citation, &out)
        case .logprobs: break
        case .state(_, let state): self.state(state, &out)
        case .close: self.close(&out)
        case .usage(let usage): self.usage = usage
        case .finish(let reason): self.outline.finish = reason
        case .fail(let failure):
            self.isOver = true
            out += AnthropicMessagesFormat.terminal(failure, requestID: requestID)
        case .end: self.end(&out)
        }
    }

    func encode(_ answer: Answer) -> [UInt8] {
        MessagesAnswerWriter(context: self.context).write(answer)
    }
}

extension MessagesAnswerEncoder {
    private func start(_ head: AnswerHead, _ out: inout [UInt8]) {
        guard !self.hasStarted else { return }
        self.hasStarted = true
        self.usage = head.usage ?? self.usage
        self.event("message_start", &out) { writer in
            writer.member("message") { writer in
                writer.member("id", self.context.messageID(head.id))
                writer.member("type", "message")
                writer.member("role", "assistant")
                writer.member("model", self.context.model)
                writer.member("content", RawJSON(trusted: "[]"))
                writer.member("stop_reason", nil as String?)
                writer.member("stop_sequence", nil as String?)
                writer.member("usage") { writer in writer.usage(head.usage ?? TokenUsage()) }
            }
        }
    }

    private func open(_ opening: BlockOpening, _ out: inout [UInt8]) {
        self.close(&out)
        self.block = Block(opening: opening)
        self.thoughts = ""
        self.outline.note(opening)
        guard case .opaque(let opaque) = opening, opaque.format == .messages else { return }
        self.begin(&out) { $0.value(opaque.json.line) }
    }

    private func delta(_ text: String, _ out: inout [UInt8]) {
        guard !text.isEmpty, let block = self.block else { return }
        switch block.opening {
        case .text, .refusal:
            self.beginText(&out)
            self.piece("text_delta", "text", text, &out)
        case .reasoning(let isRedacted):
            self.thoughts += text
            // A redacted block's state comes first; what it says beside it is sealed with it.
            guard !isRedacted else { return }
            self.beginThinking(&out)
            self.piece("thinking_delta", "thinking", text, &out)
        case .toolCall:
            guard block.isWritten || !block.held.isEmpty else {
                self.block?.held = text
                return
            }
            self.flushCall(&out)
            self.input(text, &out)
        case .opaque: break
        }
    }

    private func citation(_ citation: Citation, _ out: inout [UInt8]) {
        guard case .text = self.block?.opening else { return }
        var json = JSONWriter()
        guard MessagesCitation.write(citation, to: &json) else { return }
        self.beginText(&out)
        self.event("content_block_delta", &out) { writer in
            writer.member("index", self.nextIndex - 1)
            writer.member("delta") { writer in
                writer.member("type", "citations_delta")
                writer.member("citation", RawJSON(json))
            }
        }
    }

    private func state(_ state: ReasoningState, _ out: inout [UInt8]) {
        guard let block = self.block else { return }
        switch block.opening {
        case .reasoning, .text: self.block?.state = state
        case .toolCall:
            // Too late once the call has begun: the vendor has to do without.
            guard !block.isWritten else { return }
            self.carrier(state, &out)
            self.flushCall(&out)
        case .refusal, .opaque: break
        }
    }

    private func close(_ out: inout [UInt8]) {
        guard let block = self.block else { return }
        switch block.opening {
        case .text:
            self.stop(&out)
            if let state = block.state { self.carrier(state, &out) }
        case .refusal: self.stop(&out)
        case .reasoning(let isRedacted): self.closeReasoning(block, isRedacted, &out)
        case .toolCall(_, _, let isFreeText):
            self.flushCall(&out)
            let hasInput = self.block?.hasInput ?? false
            if isFreeText || !hasInput {
                self.piece(
                    "input_json_delta",
                    "partial_json",
                    hasInput ? "\"}" : isFreeText ? "{\"input\":\"\"}" : "{}",
                    &out
                )
            }
            self.stop(&out)
        case .opaque: self.stop(&out)
        }
        self.block = nil
    }

    private func closeReasoning(_ block: Block, _ isRedacted: Bool, _ out: inout [UInt8]) {
        let hasText = !isRedacted || !self.thoughts.isEmpty
        let text = hasText ? self.thoughts : nil
        let reasoning = Reasoning(text: text, state: block.state, isRedacted: isRedacted)
        switch MessagesThinking(reasoning) {
        case .thinking(_, let signature):
            guard block.isWritten || !signature.isEmpty || !self.thoughts.isEmpty else { return }
            self.beginThinking(&out)
            if !signature.isEmpty { self.piece("signature_delta", "signature", signature, &out) }
            self.stop(&out)
        case .redacted(let data):
            self.begin(&out) { writer in writer.redactedThinking(data) }
            self.stop(&out)
        case nil: self.stop(&out)
        }
    }

    private func end(_ out: inout [UInt8]) {
        self.start(AnswerHead(), &out)
        self.close(&out)
        self.isOver = true
        let (reason, sequence) = self.outline.stop
        self.event("message_delta", &out) { writer in
            writer.member("delta") { writer in
                writer.member("stop_reason", reason)
                writer.member("stop_sequence", sequence)
            }
            writer.member("usage") { writer in writer.usage(self.usage ?? TokenUsage()) }
        }
        self.event("message_stop", &out) { _ in }
    }
}

extension MessagesAnswerEncoder {
    /// Another vendor's state of a call or text, in a block of its own.
    private func carrier(_ state: ReasoningState, _ out: inout [UInt8]) {
        guard let data = ReasoningEnvelope.seal(Reasoning(text: nil, state: state, isRedacted: true)) else { return }
        let index = self.nextIndex
        self.nextIndex += 1
        self.event("content_block_start", &out) { writer in
            writer.member("index", index)
            writer.key("content_block")
            writer.redactedThinking(data)
        }
        self.event("content_block_stop", &out) { writer in writer.member("index", index) }
    }

    private func beginText(_ out: inout [UInt8]) {
        guard self.block?.isWritten == false else { return }
        self.begin(&out) { writer in
            writer.object { writer in
                writer.member("type", "text")
                writer.member("text", "")
            }
        }
    }

    private func beginThinking(_ out: inout [UInt8]) {
        guard self.block?.isWritten == false else { return }
        self.begin(&out) { writer in
            writer.object { writer in
                writer.member("type", "thinking")
                writer.member("thinking", "")
                writer.member("signature", "")
            }
        }
    }

    /// Writes a call's beginning and what was held of its input.
    private func flushCall(_ out: inout [UInt8]) {
        guard let block = self.block, case .toolCall(let id, let name, _) = block.opening else { return }
        guard !block.isWritten else { return }
        let number = self.callCount
        self.callCount += 1
        self.begin(&out) { writer in
            writer.object { writer in
                writer.member("type", "tool_use")
                writer.member("id", self.context.callID(id, number))
                writer.member("name", name)
                writer.member("input") { _ in }
            }
        }
        self.block?.held = ""
        if !block.held.isEmpty { self.input(block.held, &out) }
    }

    private func input(_ text: String, _ out: inout [UInt8]) {
        defer { self.block?.hasInput = true }
        guard case .toolCall(_, _, let isFreeText) = self.block?.opening, isFreeText else {
            return self.piece("input_json_delta", "partial_json", text, &out)
        }
        // Free text is the one string of an object.
        var quoted = JSONWriter()
        quoted.string(text)
        let inner = String(decoding: quoted.bytes.dropFirst().dropLast(), as: UTF8.self)
        let start = self.block?.hasInput ?? false ? "" : "{\"input\":\""
        self.piece("input_json_delta", "partial_json", start + inner, &out)
    }

    private func begin(_ out: inout [UInt8], _ shell: (inout JSONWriter) -> Void) {
        self.block?.isWritten = true
        let index = self.nextIndex
        self.nextIndex += 1
        self.event("content_block_start", &out) { writer in
            writer.member("index", index)
            writer.key("content_block")
            shell(&writer)
        }
    }

    private func stop(_ out: inout [UInt8]) {
        guard self.block?.isWritten ?? false else { return }
        self.event("content_block_stop", &out) { writer in writer.member("index", self.nextIndex - 1) }
    }

    private func piece(_ type: StaticString, _ key: StaticString, _ text: String, _ out: inout [UInt8]) {
        self.event("content_block_delta", &out) { writer in
            writer.member("index", self.nextIndex - 1)
            writer.member("delta") { writer in
                writer.member("type", "\(type)")
                writer.member(key, text)
            }
        }
    }

    /// One event; the answer begins with the first that is written.
    private func event(_ type: StaticString, _ out: inout [UInt8], _ content: (inout JSONWriter) -> Void) {
        if !self.hasStarted { self.start(AnswerHead(), &out) }
        self.writer.reset()
        self.writer.object { writer in
            writer.member("type", "\(type)")
            content(&writer)
        }
        out += "event: \(type)\ndata: ".utf8
        out += self.writer.bytes
        out += "\n\n".utf8
    }
}
