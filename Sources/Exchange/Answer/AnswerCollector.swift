/// Puts a streamed answer together, for callers that did not ask for a stream and for rooms whose last event repeats
/// everything.
public struct AnswerCollector: Sendable {
    /// The answer so far.
    public private(set) var answer = Answer()
    /// The failure that ended the stream.
    public private(set) var failure: GatewayFailure?
    /// Whether the stream said that it is complete.
    public private(set) var isComplete = false
    private var open: OpenBlock?

    private struct OpenBlock {
        var opening: BlockOpening
        var text = ""
        var hasText = false
        var citations: [Citation] = []
        var logprobs: [RawJSON] = []
        var state: ReasoningState?
    }

    /// A collector of nothing yet.
    public init() {}

    /// Takes the next event.
    public mutating func add(_ event: AnswerEvent) {
        switch event {
        case .start(let head):
            self.answer.head = head
            self.answer.usage = head.usage ?? self.answer.usage
        case .open(_, let opening):
            self.closeBlock()
            self.open = OpenBlock(opening: opening)
        case .delta(_, let text):
            self.open?.text += text
            self.open?.hasText = true
        case .citation(_, let citation): self.open?.citations.append(citation)
        case .logprobs(_, let json): self.open?.logprobs.append(json)
        case .state(_, let state): self.open?.state = state
        case .close: self.closeBlock()
        case .usage(let usage): self.answer.usage = usage
        case .finish(let reason): self.answer.finish = reason
        case .fail(let failure):
            self.closeBlock()
            self.failure = failure
        case .end:
            self.closeBlock()
            self.isComplete = true
        }
    }

    private mutating func closeBlock() {
        guard let block = self.open else { return }
        self.open = nil
        switch block.opening {
        case .text:
            var text = AnswerText(block.text)
            text.citations = block.citations
            text.logprobs = RawJSON.joined(block.logprobs)
            text.state = block.state
            self.answer.blocks.append(.text(text))
        case .refusal:
            self.answer.blocks.append(.refusal(block.text))
        case .reasoning(let isRedacted):
            let text = block.hasText || !isRedacted ? block.text : nil
            self.answer.blocks.append(.reasoning(Reasoning(text: text, state: block.state, isRedacted: isRedacted)))
        case .toolCall(let id, let name, let isFreeText):
            let input = ToolInput(isFreeText ? .freeText : .claimedObject, block.text)
            self.answer.blocks.append(.toolCall(ToolCall(id: id, name: name, input: input, state: block.state)))
        case .opaque(let opaque):
            self.answer.blocks.append(.opaque(opaque))
        }
    }
}

extension Answer {
    /// The events that a stream of this answer would have had; for callers that asked for a stream which the vendor did
    /// not give.
    public var events: [AnswerEvent] {
        var events: [AnswerEvent] = [.start(self.head)]
        for (index, block) in self.blocks.enumerated() { Self.append(block, index, to: &events) }
        if let usage = self.usage { events.append(.usage(usage)) }
        if let finish = self.finish { events.append(.finish(finish)) }
        events.append(.end)
        return events
    }

    private static func append(_ block: AnswerBlock, _ index: Int, to events: inout [AnswerEvent]) {
        switch block {
        case .text(let text):
            events.append(.open(index, .text))
            if !text.text.isEmpty { events.append(.delta(index, text.text)) }
            if let logprobs = text.logprobs { events.append(.logprobs(index, logprobs)) }
            events += text.citations.map { .citation(index, $0) }
            if let state = text.state { events.append(.state(index, state)) }
        case .refusal(let text):
            events += [.open(index, .refusal), .delta(index, text)]
        case .reasoning(let reasoning):
            events.append(.open(index, .reasoning(isRedacted: reasoning.isRedacted)))
            if let text = reasoning.text, !text.isEmpty { events.append(.delta(index, text)) }
            if let state = reasoning.state { events.append(.state(index, state)) }
        case .toolCall(let call):
            let isFreeText = call.input.kind == .freeText
            events.append(.open(index, .toolCall(id: call.id, name: call.name, isFreeText: isFreeText)))
            events.append(.delta(index, isFreeText ? call.input.text : call.input.argumentsText))
            if let state = call.state { events.append(.state(index, state)) }
        case .opaque(let opaque):
            events.append(.open(index, .opaque(opaque)))
        }
        events.append(.close(index))
    }
}

extension RawJSON {
    /// Arrays joined to one; `nil` when there are none.
    static func joined(_ arrays: [RawJSON]) -> RawJSON? {
        guard arrays.count > 1 else { return arrays.first }
        let inner = arrays.map { $0.text.dropFirst().dropLast() }.filter { !String($0).isBlank }
        return RawJSON(trusted: "[" + inner.joined(separator: ",") + "]")
    }
}
