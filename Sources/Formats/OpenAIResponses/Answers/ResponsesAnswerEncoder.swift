import Exchange
import Wire

/// Writes an answer as a response: a stream of items with their whole life cycle, or one object.
///
/// An item's end waits for the event after its block's end: only that tells whether the item was cut. The items are kept,
/// for the terminal event repeats them all.
final class ResponsesAnswerEncoder: AnswerEncoder {
    private var object: ResponseObject
    private var stream = ItemEventStream()
    private var output: [RawItem] = []
    private var usage: TokenUsage?
    private var finish: FinishReason?
    private var hasRefusal = false
    private var hasStarted = false
    private var hasEnded = false

    /// The item being written, or waiting for its end.
    private var item: OpenItem?
    /// The open block.
    private var block: BlockOpening?
    /// A piece of text that waits for its log probabilities.
    private var heldText: String?

    private let ids: ItemIDs
    private let wantsLogprobs: Bool
    private let namespaces: [String: (namespace: String, name: String)]

    /// The items that are written in pieces.
    private enum OpenItem {
        case message(MessageItem)
        case reasoning(ReasoningItem)
        case call(CallItem)
    }

    init(request: ExchangeRequest, context: AnswerContext) {
        self.object = ResponseObject(request: request, context: context)
        self.ids = ItemIDs(seed: context.seed)
        self.wantsLogprobs = request.logprobs != nil
        let isGrouped = request.tools.contains { $0.name.contains("__") }
        let tools = isGrouped ? request.echo.first { $0.name == "tools" } : nil
        self.namespaces = tools.map { Namespace.halves(in: $0.json) } ?? [:]
    }

    func encode(_ event: AnswerEvent, requestID: String, into out: inout [UInt8]) {
        guard !self.hasEnded else { return }
        self.take(event)
        out += self.stream.bytes
        self.stream.bytes.removeAll(keepingCapacity: true)
    }

    func encode(_ answer: Answer) -> [UInt8] {
        self.stream.isMuted = true
        self.object.serviceTier = answer.serviceTier
        for event in answer.events { self.take(event) }
        var writer = JSONWriter()
        self.object.write(self.status, output: self.output, usage: self.usage, to: &writer)
        return writer.bytes
    }

    private func take(_ event: AnswerEvent) {
        if let text = self.heldText {
            self.heldText = nil
            if case .logprobs(_, let json) = event { return self.write(text, logprobs: json) }
            self.write(text, logprobs: nil)
        }
        switch event {
        case .start(let head): self.start(head)
        case .open(_, let opening): self.open(opening)
        case .delta(_, let text): self.append(text)
        case .citation(_, let citation): self.withMessage { $0.append(citation, &$1) }
        case .logprobs(_, let json): self.withMessage { message, _ in message.append(logprobs: json) }
        case .state(_, let state): self.take(state)
        case .close: self.closeBlock()
        case .usage(let usage): self.usage = usage
        case .finish(let reason):
            self.finish = reason
            self.endItem(self.isCut ? .incomplete : .completed)
        case .fail(let failure): self.fail(failure)
        case .end: self.end()
        }
    }

    // MARK: Beginning and end

    private func start(_ head: AnswerHead?) {
        guard !self.hasStarted else { return }
        self.hasStarted = true
        if let head { self.object.take(head) }
        self.usage = head?.usage ?? self.usage
        self.respond("response.created", .inProgress)
        self.respond("response.in_progress", .inProgress)
    }

    private func end() {
        self.start(nil)
        self.closeBlock()
        self.endItem(self.isCut ? .incomplete : .completed)
        switch self.status {
        case .incomplete: self.respond("response.incomplete", self.status)
        case .completed, .inProgress, .failed: self.respond("response.completed", self.status)
        }
        self.hasEnded = true
    }

    private func fail(_ failure: GatewayFailure) {
        self.start(nil)
        self.closeBlock()
        self.endItem(.incomplete)
        let code = OpenAIResponsesFormat.streamCode(failure)
        self.respond("response.failed", .failed(code: code, message: failure.message))
        self.hasEnded = true
    }

    private func respond(_ type: StaticString, _ status: ResponseObject.Status) {
        if case .inProgress = status {
            self.stream.event(type) { writer in
                writer.key("response")
                self.object.write(status, output: [], usage: nil, to: &writer)
            }
        } else {
            self.stream.event(type) { writer in
                writer.key("response")
                self.object.write(status, output: self.output, usage: self.usage, to: &writer)
            }
        }
    }

    /// How the response ended, by the reason to finish. A refusal in words is an answer like any other.
    private var status: ResponseObject.Status {
        switch self.finish {
        case .length, .contextWindow: .incomplete(reason: "max_output_tokens")
        case .contentFilter: .incomplete(reason: "content_filter")
        case .refusal: self.hasRefusal ? .completed : .incomplete(reason: "content_filter")
        case nil, .stop, .stopSequence, .toolCalls, .pause, .other: .completed
        }
    }

    private var isCut: Bool {
        if case .incomplete = self.status { true } else { false }
    }

    // MARK: Blocks

    private func open(_ opening: BlockOpening) {
        self.start(nil)
        self.closeBlock()
        self.block = opening
        switch opening {
        case .text, .refusal:
            if case .message(let message) = self.item, message.carrier == nil { return }
            self.endItem(.completed)
        case .reasoning: self.endItem(.completed)
        case .toolCall(let id, let name, let isFreeText):
            self.endItem(.completed)
            let halves = self.namespaces[name]
            let call = CallItem(
                id: self.ids.next(isFreeText ? "ctc" : "fc", self.output.count),
                index: self.output.count,
                callID: id,
                name: halves?.name ?? name,
                namespace: halves?.namespace,
                isFreeText: isFreeText,
                &self.stream
            )
            self.item = .call(call)
        case .opaque(let opaque):
            self.endItem(.completed)
            if opaque.format == .responses {
                self.write(RawItem(bytes: opaque.json.line.bytes))
            } else if let search = SearchItem(opaque) {
                self.write(search.json(id: self.ids.next("ws", self.output.count)))
            }
        }
    }

    private func append(_ text: String) {
        guard !text.isEmpty, let block = self.block else { return }
        switch block {
        case .text where self.wantsLogprobs: self.heldText = text
        case .text, .refusal: self.write(text, logprobs: nil)
        case .reasoning:
            self.withReasoning { $0.append(text, &$1) }
        case .toolCall:
            guard case .call(var call) = self.item else { return }
            self.item = nil
            call.append(text, &self.stream)
            self.item = .call(call)
        case .opaque: return
        }
    }

    private func write(_ text: String, logprobs: RawJSON?) {
        self.withMessage { $0.append(text, logprobs: logprobs, &$1) }
    }

    private func take(_ state: ReasoningState) {
        guard let block = self.block else { return }
        switch block {
        case .text, .refusal: self.withMessage { message, _ in message.carrier = state }
        case .toolCall:
            guard case .call(var call) = self.item else { return }
            call.carrier = state
            self.item = .call(call)
        case .reasoning(let isRedacted):
            self.withReasoning { item, _ in
                let text = isRedacted && item.text.isEmpty ? nil : item.text
                item.encrypted = self.carried(Reasoning(text: text, state: state, isRedacted: isRedacted))
            }
        case .opaque: return
        }
    }

    private func closeBlock() {
        guard let block = self.block else { return }
        self.block = nil
        if case .refusal = block { self.hasRefusal = true }
        guard let item = self.item else { return }
        self.item = nil
        switch item {
        case .message(var message):
            message.closePart(&self.stream)
            self.item = .message(message)
        case .reasoning(var reasoning):
            reasoning.close(&self.stream)
            self.item = .reasoning(reasoning)
        case .call(var call):
            call.close(&self.stream)
            self.item = .call(call)
        }
    }

    /// The message that the open text or refusal belongs to; begun when there is something to write, so that there are
    /// no empty ones.
    private func withMessage(_ body: (inout MessageItem, inout ItemEventStream) -> Void) {
        let isRefusal = self.block == .refusal
        guard isRefusal || self.block == .text else { return }
        var message: MessageItem
        if case .message(let begun) = self.item {
            message = begun
        } else {
            message = MessageItem(
                id: self.ids.next("msg", self.output.count),
                index: self.output.count,
                &self.stream
            )
        }
        self.item = nil
        if !message.isPartOpen { message.openPart(isRefusal: isRefusal, &self.stream) }
        body(&message, &self.stream)
        self.item = .message(message)
    }

    private func withReasoning(_ body: (inout ReasoningItem, inout ItemEventStream) -> Void) {
        var reasoning: ReasoningItem
        if case .reasoning(let begun) = self.item {
            reasoning = begun
        } else {
            reasoning = ReasoningItem(
                id: self.ids.next("rs", self.output.count),
                index: self.output.count,
                &self.stream
            )
        }
        self.item = nil
        body(&reasoning, &self.stream)
        self.item = .reasoning(reasoning)
    }

    // MARK: Items

    private func endItem(_ status: ItemStatus) {
        guard let item = self.item else { return }
        self.item = nil
        switch item {
        case .message(let message):
            self.end(message.json(status), message.index)
            self.write(carrier: message.carrier)
        case .reasoning(let reasoning): self.end(reasoning.json, reasoning.index)
        case .call(let call):
            self.end(call.json(status), call.index)
            self.write(carrier: call.carrier)
        }
    }

    private func end(_ json: RawItem, _ index: Int) {
        self.stream.item("response.output_item.done", index, json)
        self.output.append(json)
    }

    /// State of a call or a text follows it as reasoning of its own: a stream tells it last.
    private func write(carrier state: ReasoningState?) {
        guard let state else { return }
        let index = self.output.count
        var item = ReasoningItem(id: self.ids.next("rs", index), index: index, &self.stream)
        item.encrypted = self.carried(SignedBlock.carrier(of: state))
        self.end(item.json, index)
    }

    private func write(_ whole: RawItem) {
        let index = self.output.count
        self.stream.item("response.output_item.added", index, whole)
        self.end(whole, index)
    }

    /// State of the caller's own vendor as it is; any other in an envelope.
    private func carried(_ reasoning: Reasoning) -> String? {
        guard let state = reasoning.state else { return nil }
        let isNative = state.owner == ReasoningState.responsesCaller
        return isNative ? state.value : ReasoningEnvelope.seal(reasoning)
    }
}
