import Exchange
import Wire

/// Writes an answer as Chat chunks, or as a whole completion.
///
/// The role goes out with the first block. Blocks of thoughts are written as `reasoning_content` where the caller is to
/// see them. `[DONE]` follows a complete answer only.
final class ChatAnswerEncoder: AnswerEncoder {
    let request: ExchangeRequest
    let context: AnswerContext

    /// What every chunk begins with, as far as `"delta":`.
    private var head: [UInt8] = []
    private var hasRole = false
    private var isOver = false
    private var open: Open?
    private var callCount = 0
    /// Characters of the content so far, and where the open block's began.
    private var contentLength = 0
    private var blockStart = 0
    /// Citations of the open block, and of those before it. They go out together: clients' readers of streams keep the
    /// last list, or fail at a second one.
    private var openCitations: [Citation] = []
    private var citations: [PlacedCitation] = []
    /// Held until the answer is complete: after a reason to finish, callers take a failure for a success.
    private var reason: FinishReason?
    private var usage: TokenUsage?

    private enum Open {
        case text
        case refusal
        case reasoning
        case call(index: Int, isFreeText: Bool, isEmpty: Bool)
        case hidden
    }

    init(request: ExchangeRequest, context: AnswerContext) {
        self.request = request
        self.context = context
        self.setHead(AnswerHead())
    }

    func encode(_ event: AnswerEvent, requestID: String, into out: inout [UInt8]) {
        guard !self.isOver else { return }
        switch event {
        case .start(let head):
            self.usage = head.usage
            self.setHead(head)
        case .open(_, let opening): self.begin(opening, &out)
        case .delta(_, let text): self.delta(text, &out)
        case .citation(_, let citation):
            if case .text = self.open, citation.url != nil { self.openCitations.append(citation) }
        case .logprobs(_, let json): self.logprobs(json, &out)
        case .state(_, let state): self.state(state, &out)
        case .close: self.close(&out)
        case .usage(let usage): self.usage = usage
        case .finish(let reason):
            self.close(&out)
            self.reason = reason
        case .fail(let failure):
            self.isOver = true
            out += OpenAIChatFormat.terminal(failure)
        case .end:
            self.close(&out)
            self.finish(&out)
            self.end(&out)
        }
    }

    private func setHead(_ head: AnswerHead) {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        self.writeIdentity(head, object: "chat.completion.chunk", &writer)
        self.head = Array("data: ".utf8) + writer.bytes + Array(#","choices":[{"index":0,"delta":"#.utf8)
    }

    /// The members that name an answer.
    func writeIdentity(_ head: AnswerHead, object: String, _ writer: inout JSONWriter) {
        let id = head.id.flatMap { $0.hasPrefix("chatcmpl-") ? $0 : nil }
        writer.member("id", id ?? "chatcmpl-\(self.context.seed)")
        writer.member("object", object)
        writer.member("created", head.created ?? self.context.created)
        writer.member("model", self.context.model)
    }
}

extension ChatAnswerEncoder {
    private func begin(_ opening: BlockOpening, _ out: inout [UInt8]) {
        self.close(&out)
        switch opening {
        case .text:
            self.open = .text
            self.blockStart = self.contentLength
            self.role(#"{"role":"assistant","content":""}"#, &out)
        case .refusal:
            self.open = .refusal
            self.role(#"{"role":"assistant","content":null,"refusal":""}"#, &out)
        case .reasoning:
            self.open = self.context.showsReasoning ? .reasoning : .hidden
            if self.context.showsReasoning { self.role(&out) }
        case .toolCall(let id, let name, let isFreeText):
            self.role(&out)
            self.beginCall(id, name, isFreeText, &out)
        case .opaque: self.open = .hidden
        }
    }

    private func beginCall(_ id: String, _ name: String, _ isFreeText: Bool, _ out: inout [UInt8]) {
        let index = self.callCount
        self.callCount += 1
        if self.request.usesLegacyFunctions {
            // A legacy answer has room for one call.
            guard index == 0 else {
                self.open = .hidden
                return
            }
            self.open = .call(index: 0, isFreeText: false, isEmpty: true)
            self.chunk(&out) { writer in
                writer.member(
                    "function_call",
                    object: { writer in
                        writer.member("name", name)
                        writer.member("arguments", "")
                    }
                )
            }
            return
        }
        self.open = .call(index: index, isFreeText: isFreeText, isEmpty: true)
        self.callChunk(index, &out) { writer in
            writer.member("id", id.isEmpty ? "call_\(self.context.seed)_\(index)" : id)
            writer.member("type", isFreeText ? "custom" : "function")
            writer.member(
                isFreeText ? "custom" : "function",
                object: { writer in
                    writer.member("name", name)
                    writer.member(isFreeText ? "input" : "arguments", "")
                }
            )
        }
    }

    private func delta(_ text: String, _ out: inout [UInt8]) {
        guard !text.isEmpty, let open = self.open else { return }
        switch open {
        case .text:
            self.contentLength += text.unicodeScalars.count
            self.chunk(&out) { $0.member("content", text) }
        case .refusal: self.chunk(&out) { $0.member("refusal", text) }
        case .reasoning: self.chunk(&out) { $0.member("reasoning_content", text) }
        case .call(let index, let isFreeText, _):
            self.open = .call(index: index, isFreeText: isFreeText, isEmpty: false)
            self.input(text, index, isFreeText, &out)
        case .hidden: break
        }
    }

    private func input(_ text: String, _ index: Int, _ isFreeText: Bool, _ out: inout [UInt8]) {
        if self.request.usesLegacyFunctions {
            self.chunk(&out) { writer in
                writer.member("function_call", object: { $0.member("arguments", text) })
            }
            return
        }
        self.callChunk(index, &out) { writer in
            writer.member(
                isFreeText ? "custom" : "function",
                object: { writer in
                    writer.member(isFreeText ? "input" : "arguments", text)
                }
            )
        }
    }

    private func close(_ out: inout [UInt8]) {
        if case .call(let index, false, true) = self.open { self.input("{}", index, false, &out) }
        self.open = nil
        for citation in self.openCitations {
            self.citations.append(PlacedCitation(citation, from: self.blockStart, to: self.contentLength))
        }
        self.openCitations = []
    }

    private func logprobs(_ json: RawJSON, _ out: inout [UInt8]) {
        guard case .text = self.open, self.request.logprobs != nil else { return }
        var logprobs = JSONWriter(capacity: json.bytes.count + 32)
        logprobs.object { writer in
            writer.member("content", json.line)
            writer.key("refusal")
            writer.null()
        }
        self.chunk(&out, logprobs: logprobs.bytes) { _ in }
    }

    private func state(_ state: ReasoningState, _ out: inout [UInt8]) {
        guard state.owner == ReasoningState.gemini, !self.request.usesLegacyFunctions else { return }
        switch self.open {
        case .text: self.chunk(&out) { Self.write(signature: state.value, &$0) }
        case .call(let index, _, _):
            // Stream helpers of SDKs take every piece of a call for one of its function.
            self.callChunk(index, &out) { writer in
                writer.member("function", object: { $0.member("arguments", "") })
                Self.write(signature: state.value, &writer)
            }
        case .refusal, .reasoning, .hidden, nil: break
        }
    }

    /// The chunk with the reason. Whether tools are to be run is told by the calls, not by the vendor's word.
    private func finish(_ out: inout [UInt8]) {
        if !self.hasRole { self.role(#"{"role":"assistant","content":""}"#, &out) }
        if !self.citations.isEmpty {
            let citations = self.citations
            self.chunk(&out) { writer in
                writer.member("annotations", array: { writer in citations.forEach { $0.write(&writer) } })
            }
        }
        let word = Self.word(self.reason, hasCalls: self.callCount > 0, isLegacy: self.request.usesLegacyFunctions)
        self.chunk(&out, finish: word) { _ in }
    }

    private func end(_ out: inout [UInt8]) {
        self.isOver = true
        if self.request.wantsUsage, let usage = self.usage {
            let choices = Array(#"{"index":0,"delta":"#.utf8)
            out += self.head.dropLast(choices.count)
            var writer = JSONWriter(capacity: 256)
            Self.write(usage, &writer)
            out += Array("],\"usage\":".utf8) + writer.bytes + Array("}\n\n".utf8)
        }
        out += "data: [DONE]\n\n".utf8
    }

    private func role(_ out: inout [UInt8]) {
        self.role(#"{"role":"assistant","content":null}"#, &out)
    }

    private func role(_ delta: StaticString, _ out: inout [UInt8]) {
        guard !self.hasRole else { return }
        self.hasRole = true
        delta.withUTF8Buffer { self.chunk(Array($0), &out) }
    }

    private func callChunk(_ index: Int, _ out: inout [UInt8], _ content: (inout JSONWriter) -> Void) {
        self.chunk(&out) { writer in
            writer.member(
                "tool_calls",
                array: { writer in
                    writer.object { writer in
                        writer.member("index", index)
                        content(&writer)
                    }
                }
            )
        }
    }

    private func chunk(
        _ out: inout [UInt8],
        logprobs: [UInt8]? = nil,
        finish: String? = nil,
        _ content: (inout JSONWriter) -> Void
    ) {
        var writer = JSONWriter(capacity: 96)
        writer.object(content)
        self.chunk(writer.bytes, logprobs: logprobs, finish: finish, &out)
    }

    private func chunk(_ delta: [UInt8], logprobs: [UInt8]? = nil, finish: String? = nil, _ out: inout [UInt8]) {
        out += self.head
        out += delta
        out += #","logprobs":"#.utf8
        if let logprobs { out += logprobs } else { out += "null".utf8 }
        out += #","finish_reason":"#.utf8
        if let finish { out += "\"\(finish)\"".utf8 } else { out += "null".utf8 }
        out += (self.request.wantsUsage ? "}],\"usage\":null}\n\n" : "}]}\n\n").utf8
    }
}
