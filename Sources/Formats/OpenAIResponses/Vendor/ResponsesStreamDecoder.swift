import Exchange
import Wire

/// Reads a stream of `response.…` events of OpenAI, Azure or a compatible server.
///
/// Items belong together by `output_index`, for some servers change an item's id from event to event. Pieces that never
/// came as deltas are taken from the `done` events, and from the finished item.
final class ResponsesStreamDecoder: StreamDecoder {
    private(set) var unknownCount = 0

    private let tape: JSONTape
    private var reader: ResponsesAnswerReader
    private var line = UnitLine()
    private var head: AnswerHead?
    private var hasEnded = false
    private var lastItem = -1
    /// Searches of the web among the items that are done.
    private var searches = 0

    init(notes: ReplyNotes) {
        var limits = JSONLimits()
        limits.refusesNUL = false  // a model may well write U+0000, and callers read it
        self.tape = JSONTape(limits: limits)
        self.reader = ResponsesAnswerReader(notes: notes)
    }

    func decode(_ message: StreamMessage, into events: inout [AnswerEvent]) {
        guard !self.hasEnded, !message.data.isEmpty, !message.data.starts(with: "[DONE]".utf8) else { return }
        guard let payload = try? self.tape.parse(message.data), payload.kind == .object else {
            return self.fail(GatewayFailure(.upstreamFailed, "The provider's stream is broken."), &events)
        }
        if let type = payload["type"]?.string {
            self.decode(type, payload, &events)
        } else if payload.told("error") != nil || message.isException {
            self.fail(VendorWords.failure(VendorError(payload)), &events)
        } else {
            let name = message.name.map { String(decoding: $0, as: UTF8.self) } ?? ""
            self.decode(name, payload, &events)
        }
    }

    func finish(into events: inout [AnswerEvent]) {
        guard !self.hasEnded else { return }
        self.fail(GatewayFailure(.upstreamFailed, "The provider's stream ended early."), &events)
    }

    private func decode(_ type: String, _ payload: JSONValue, _ events: inout [AnswerEvent]) {
        switch type {
        case "response.created", "response.queued", "response.in_progress":
            self.start(payload["response"], isFirst: type == "response.created", &events)
        case "response.output_item.added": self.added(payload, &events)
        case "response.output_item.done": self.done(payload, &events)
        case "response.output_text.delta", "response.refusal.delta":
            self.delta(payload, type == "response.refusal.delta" ? .refusal : .text, &events)
        case "response.output_text.done": self.text(payload["text"], payload, .text, &events)
        case "response.refusal.done": self.text(payload["refusal"], payload, .refusal, &events)
        case "response.output_text.annotation.added": self.annotation(payload, &events)
        case "response.content_part.done": self.partDone(payload, &events)
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
            self.thought(payload["delta"], payload, isSummary: type.contains("summary"), &events)
        case "response.reasoning_summary_text.done", "response.reasoning_text.done":
            self.thought(payload["text"], payload, isSummary: type.contains("summary"), isWhole: true, &events)
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            self.input(payload["delta"], payload, &events)
        case "response.function_call_arguments.done": self.wholeInput(payload["arguments"], payload, &events)
        case "response.custom_tool_call_input.done": self.wholeInput(payload["input"], payload, &events)
        case "response.completed", "response.incomplete", "response.done": self.end(payload["response"], &events)
        case "response.failed", "response.cancelled":
            self.usage(payload["response"], &events)
            self.fail(VendorWords.failure(VendorError(payload["response"] ?? payload)), &events)
        case "error": self.fail(VendorWords.failure(VendorError(payload)), &events)
        default: if !KnownEvents.mean(nothing: type) { self.unknownCount += 1 }
        }
    }

    // MARK: Beginning and end

    private func start(_ response: JSONValue?, isFirst: Bool, _ events: inout [AnswerEvent]) {
        let head = ResponsesAnswerReader.head(response)
        if let begun = self.head {
            guard isFirst, let id = head.id, let earlier = begun.id, id != earlier else { return }
            return self.fail(GatewayFailure(.upstreamFailed, "The provider began a second answer."), &events)
        }
        self.head = head
        events.append(.start(head))
    }

    private func end(_ response: JSONValue?, _ events: inout [AnswerEvent]) {
        self.start(response, isFirst: false, &events)
        // A server that sent nothing but the end has it all there; otherwise the items are known, and may be missing.
        if self.line.isEmpty, let output = response?["output"] {
            for (index, item) in output.elements.enumerated() { self.finish(item, index, &events) }
        }
        self.line.closeAll(&events)
        self.usage(response, &events)
        if let response, response["status"]?.equals("failed") ?? false {
            return self.fail(VendorWords.failure(VendorError(response)), &events)
        }
        events.append(.finish(self.reader.finish(response)))
        events.append(.end)
        self.hasEnded = true
    }

    private func usage(_ response: JSONValue?, _ events: inout [AnswerEvent]) {
        let usage = OpenAIResponsesFormat.usage(of: response, searches: self.searches)
        if let usage { events.append(.usage(usage)) }
    }

    private func fail(_ failure: GatewayFailure, _ events: inout [AnswerEvent]) {
        events.append(.fail(failure))
        self.hasEnded = true
    }

    // MARK: Items

    /// The item an event belongs to: the last one, for servers that do not say.
    private func item(_ payload: JSONValue) -> Int {
        payload["output_index"]?.int ?? max(self.lastItem, 0)
    }

    private func added(_ payload: JSONValue, _ events: inout [AnswerEvent]) {
        self.start(nil, isFirst: false, &events)
        let index = payload["output_index"]?.int ?? self.lastItem &+ 1
        self.lastItem = index
        guard let item = payload["item"] else { return }
        switch item["type"]?.string {
        case "function_call", "custom_tool_call":
            let key = StreamUnit.Key(item: index)
            guard self.line[key] == nil else { return self.name(key, item, &events) }
            self.line.append(StreamUnit(self.reader.call(item)), for: key, &events)
        case "reasoning": self.begin(StreamUnit.Key(item: index), .reasoning(isRedacted: false), &events)
        default: return
        }
    }

    /// Tells a call's name that came after its first arguments.
    private func name(_ key: StreamUnit.Key, _ item: JSONValue, _ events: inout [AnswerEvent]) {
        guard let unit = self.line[key], unit.opening == nil, let opening = self.reader.call(item) else { return }
        self.line.update(key, { $0.opening = opening }, &events)
    }

    private func begin(_ key: StreamUnit.Key, _ opening: BlockOpening?, _ events: inout [AnswerEvent]) {
        guard self.line[key] == nil else { return }
        self.start(nil, isFirst: false, &events)
        self.lastItem = key.item
        if opening == .refusal { self.reader.noteRefusal() }
        // A part of a message ends where the next one begins, whether that is said or not.
        if key.part > 0, opening == .text || opening == .refusal {
            self.line.close(StreamUnit.Key(item: key.item, part: key.part - 1), &events)
        }
        self.line.append(StreamUnit(opening), for: key, &events)
    }

    private func done(_ payload: JSONValue, _ events: inout [AnswerEvent]) {
        self.start(nil, isFirst: false, &events)
        guard let item = payload["item"] else { return }
        if OpenAIResponsesFormat.isSearch(item) { self.searches &+= 1 }
        self.finish(item, self.item(payload), &events)
    }

    /// A finished item: what did not come in pieces is told now.
    private func finish(_ item: JSONValue, _ index: Int, _ events: inout [AnswerEvent]) {
        let key = StreamUnit.Key(item: index)
        switch item["type"]?.string {
        case "message":
            for (part, content) in (item["content"]?.elements.enumerated().map { $0 } ?? []) {
                self.finish(part: content, StreamUnit.Key(item: index, part: part), &events)
            }
        case "reasoning": self.finish(reasoning: item, key, &events)
        case "function_call", "custom_tool_call":
            if self.line[key] == nil { self.line.append(StreamUnit(self.reader.call(item)), for: key, &events) }
            self.name(key, item, &events)
            let input = item["arguments"] ?? item["input"]
            if let unit = self.line[key], !unit.hasText { self.add(input?.string, key, &events) }
            self.line.close(key, &events)
        case let type?:
            guard self.line[key] == nil else { return }
            let opaque = Opaque(format: .responses, type: type, json: RawJSON(item))
            self.line.append(StreamUnit(.opaque(opaque)), for: key, &events)
            self.line.close(key, &events)
        case nil: return
        }
    }

    private func finish(reasoning item: JSONValue, _ key: StreamUnit.Key, _ events: inout [AnswerEvent]) {
        let state = self.reader.state(of: item)
        if let unit = self.line[key], unit.isClosed {
            // It was ended by what came after it; its state comes late, in a block of its own.
            guard let state else { return }
            self.line.append(StreamUnit(.reasoning(isRedacted: false)), for: key, &events)
            self.line.add(.state(state), to: key, &events)
        } else {
            self.begin(key, .reasoning(isRedacted: false), &events)
            if let unit = self.line[key], !unit.hasText {
                self.add(ResponsesAnswerReader.thoughts(of: item), key, &events)
            }
            if let state { self.line.add(.state(state), to: key, &events) }
        }
        self.line.close(key, &events)
    }

    // MARK: Text

    private func key(_ payload: JSONValue) -> StreamUnit.Key {
        StreamUnit.Key(item: self.item(payload), part: max(payload["content_index"]?.int ?? 0, 0))
    }

    private func add(_ text: String?, _ key: StreamUnit.Key, _ events: inout [AnswerEvent]) {
        guard let text, !text.isEmpty else { return }
        self.line.add(.delta(text), to: key, &events)
    }

    private func delta(_ payload: JSONValue, _ opening: BlockOpening, _ events: inout [AnswerEvent]) {
        guard let text = payload["delta"]?.string, !text.isEmpty else { return }
        let key = self.key(payload)
        self.begin(key, opening, &events)
        self.line.add(.delta(text), to: key, &events)
        if let logprobs = ResponsesAnswerReader.logprobs(payload) {
            self.line.add(.logprobs(logprobs), to: key, &events)
        }
    }

    /// A text that is complete: told if it did not come in pieces.
    private func text(
        _ text: JSONValue?,
        _ holder: JSONValue,
        _ opening: BlockOpening,
        key: StreamUnit.Key? = nil,
        _ events: inout [AnswerEvent]
    ) {
        guard let text = text?.string, !text.isEmpty else { return }
        let key = key ?? self.key(holder)
        self.begin(key, opening, &events)
        if let unit = self.line[key], !unit.hasText { self.add(text, key, &events) }
        if let unit = self.line[key], !unit.hasLogprobs, let logprobs = ResponsesAnswerReader.logprobs(holder) {
            self.line.add(.logprobs(logprobs), to: key, &events)
        }
    }

    private func annotation(_ payload: JSONValue, _ events: inout [AnswerEvent]) {
        guard let citation = payload["annotation"].flatMap({ Annotation.citation($0) }) else { return }
        let key = self.key(payload)
        self.begin(key, .text, &events)
        self.line.add(.citation(citation), to: key, &events)
    }

    private func partDone(_ payload: JSONValue, _ events: inout [AnswerEvent]) {
        guard let part = payload["part"] else { return }
        self.finish(part: part, self.key(payload), &events)
    }

    private func finish(part: JSONValue, _ key: StreamUnit.Key, _ events: inout [AnswerEvent]) {
        switch part["type"]?.string {
        case "output_text": self.text(part["text"], part, .text, key: key, &events)
        case "refusal": self.text(part["refusal"], part, .refusal, key: key, &events)
        default: return
        }
        if let unit = self.line[key], !unit.hasCitations, let annotations = part["annotations"] {
            for citation in Annotation.citations(in: annotations) {
                self.line.add(.citation(citation), to: key, &events)
            }
        }
        self.line.close(key, &events)
    }

    // MARK: Reasoning and calls

    /// A piece of a summary, or of the thoughts themselves where there is no summary; paragraphs are set apart.
    private func thought(
        _ text: JSONValue?,
        _ payload: JSONValue,
        isSummary: Bool,
        isWhole: Bool = false,
        _ events: inout [AnswerEvent]
    ) {
        guard let text = text?.string, !text.isEmpty else { return }
        let key = StreamUnit.Key(item: self.item(payload))
        let part = payload[isSummary ? "summary_index" : "content_index"]?.int ?? 0
        let thought = StreamUnit.Thought(isSummary: isSummary, part: part)
        self.begin(key, .reasoning(isRedacted: false), &events)
        guard self.line[key]?.isReasoning ?? false else { return }
        if let last = self.line[key]?.thought {
            guard last.isSummary == isSummary, !isWhole || last != thought else { return }
            if last != thought { self.line.add(.delta("\n\n"), to: key, &events) }
        }
        self.line.update(key, { $0.thought = thought }, &events)
        self.line.add(.delta(text), to: key, &events)
    }

    private func input(_ text: JSONValue?, _ payload: JSONValue, _ events: inout [AnswerEvent]) {
        guard let text = text?.string, !text.isEmpty else { return }
        let key = StreamUnit.Key(item: self.item(payload))
        self.begin(key, nil, &events)
        self.line.add(.delta(text), to: key, &events)
    }

    private func wholeInput(_ text: JSONValue?, _ payload: JSONValue, _ events: inout [AnswerEvent]) {
        let key = StreamUnit.Key(item: self.item(payload))
        if let unit = self.line[key], unit.hasText { return }
        self.input(text, payload, &events)
    }
}
