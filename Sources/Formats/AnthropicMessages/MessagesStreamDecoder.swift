import Exchange
import Wire

/// Reads a stream of Messages events. Complete is a stream that said `message_stop`.
final class MessagesStreamDecoder: StreamDecoder {
    private let notes: ReplyNotes
    private let tape: JSONTape
    private var counts = MessagesCounts()
    private var phase = Phase.waiting
    private var block: OpenBlock?
    private var opaque: OpaqueBlock?
    private var nextIndex = 0
    private var hasCall = false
    private var hasFinish = false
    private(set) var unknownCount = 0

    private enum Phase { case waiting, streaming, over }

    /// The block between `content_block_start` and `content_block_stop`.
    private struct OpenBlock {
        enum Kind {
            /// Announced with its first piece: an empty block of text means nothing.
            case text
            case thinking
            case call(CustomToolInput?, shell: String?)
            /// A call that stands for the answer's text.
            case outputCall(shell: String?)
            /// Known here alone; told as a whole when it is complete.
            case opaque
            /// Complete already.
            case told
        }

        var kind: Kind
        var isOpen = false
        var signature = ""
        var hasInput = false
    }

    init(notes: ReplyNotes) {
        self.notes = notes
        var limits = JSONLimits()
        limits.refusesNUL = false  // a model may well write U+0000
        self.tape = JSONTape(limits: limits)
    }

    func decode(_ message: StreamMessage, into events: inout [AnswerEvent]) {
        guard self.phase != .over, !message.data.isEmpty else { return }
        if message.data.elementsEqual("[DONE]".utf8) { return }
        guard let payload = try? self.tape.parse(message.data), payload.kind == .object else {
            return self.fail(
                GatewayFailure(.upstreamFailed, "the provider sent an event that is no JSON object"),
                &events
            )
        }
        let isNamedError = message.name?.elementsEqual("error".utf8) ?? false
        if message.isException || isNamedError { return self.fail(VendorError(payload).failure, &events) }
        self.decode(payload, &events)
    }

    func finish(into events: inout [AnswerEvent]) {
        self.fail(GatewayFailure(.upstreamFailed, "The provider's stream ended early."), &events)
    }

    private func fail(_ failure: GatewayFailure, _ events: inout [AnswerEvent]) {
        guard self.phase != .over else { return }
        self.phase = .over
        self.block = nil
        events.append(.fail(failure))
    }

    private func decode(_ payload: JSONValue, _ events: inout [AnswerEvent]) {
        switch payload["type"]?.string ?? "" {
        case "content_block_delta":
            if let delta = payload["delta"] { self.delta(delta, &events) }
        case "content_block_start":
            if let block = payload["content_block"] { self.open(block, &events) }
        case "content_block_stop": self.close(&events)
        case "message_start": self.start(payload["message"], &events)
        case "message_delta": self.messageDelta(payload, &events)
        case "message_stop": self.stop(&events)
        case "error": self.fail(VendorError(payload).failure, &events)
        case "ping": break
        default: self.unknownCount &+= 1
        }
    }

    private func start(_ message: JSONValue?, _ events: inout [AnswerEvent]) {
        guard self.phase == .waiting else {
            return self.fail(GatewayFailure(.upstreamFailed, "the provider began a second message"), &events)
        }
        self.phase = .streaming
        var head = AnswerHead()
        head.id = message?["id"]?.string
        head.model = message?["model"]?.string
        if let usage = message?["usage"] { self.counts.merge(usage) }
        head.usage = self.counts.usage
        events.append(.start(head))
    }

    /// Servers that only resemble the vendor may leave the first event out.
    private func ensureStarted(_ events: inout [AnswerEvent]) {
        if self.phase == .waiting { self.start(nil, &events) }
    }

    private func messageDelta(_ payload: JSONValue, _ events: inout [AnswerEvent]) {
        self.ensureStarted(&events)
        self.close(&events)
        if let usage = payload["usage"] {
            self.counts.merge(usage)
            if let usage = self.counts.usage { events.append(.usage(usage)) }
        }
        guard !self.hasFinish, let delta = payload["delta"] else { return }
        let stop = MessagesStop(delta)
        guard let reason = stop.reason else { return }
        if let explanation = stop.explanation {
            let index = self.announce(.refusal, &events)
            events.append(.delta(index, explanation))
            events.append(.close(index))
        }
        self.hasFinish = true
        events.append(.finish(MessagesStop.settled(reason, hasCall: self.hasCall)))
    }

    private func stop(_ events: inout [AnswerEvent]) {
        guard self.phase == .streaming else {
            return self.fail(GatewayFailure(.upstreamFailed, "the provider ended a message it never began"), &events)
        }
        self.close(&events)
        self.phase = .over
        events.append(.end)
    }
}

extension MessagesStreamDecoder {
    /// Tells of a block's beginning; returns its index.
    private func announce(_ opening: BlockOpening, _ events: inout [AnswerEvent]) -> Int {
        let index = self.nextIndex
        self.nextIndex += 1
        events.append(.open(index, opening))
        return index
    }

    private func open(_ block: JSONValue, _ events: inout [AnswerEvent]) {
        self.ensureStarted(&events)
        self.close(&events)
        // A block after the end of the message would break what was already told.
        guard !self.hasFinish else { return }
        switch block["type"]?.string ?? "" {
        case "text":
            self.block = OpenBlock(kind: .text)
            if let text = block["text"]?.string { self.text(text, &events) }
            for citation in block["citations"]?.elements.map({ MessagesCitation.read($0) }) ?? [] {
                self.cite(citation, &events)
            }
        case "thinking":
            self.block = OpenBlock(kind: .thinking)
            self.block?.signature = block["signature"]?.string ?? ""
            if let text = block["thinking"]?.string { self.think(text, &events) }
        case "redacted_thinking":
            self.block = OpenBlock(kind: .told)
            guard let state = self.notes.state(block["data"]?.string) else { return }
            let index = self.announce(.reasoning(isRedacted: true), &events)
            events += [.state(index, state), .close(index)]
        case "tool_use": self.openCall(block, &events)
        case let type:
            self.block = OpenBlock(kind: .opaque)
            self.opaque = OpaqueBlock(block, type: type)
        }
    }

    private func openCall(_ block: JSONValue, _ events: inout [AnswerEvent]) {
        let name = block["name"]?.string ?? ""
        let input = block["input"].flatMap { $0.kind == .object && $0.count > 0 ? RawJSON($0).text : nil }
        if name == self.notes.outputTool {
            self.block = OpenBlock(kind: .outputCall(shell: input))
            return
        }
        let isCustom = self.notes.customTools.contains(name)
        self.hasCall = true
        self.block = OpenBlock(kind: .call(isCustom ? CustomToolInput() : nil, shell: input), isOpen: true)
        let id = block["id"]?.string ?? ""
        _ = self.announce(
            .toolCall(id: id, name: self.notes.callerName(name), isFreeText: isCustom),
            &events
        )
    }

    private func delta(_ delta: JSONValue, _ events: inout [AnswerEvent]) {
        switch delta["type"]?.string ?? "" {
        case "text_delta": self.text(delta["text"]?.string ?? "", &events)
        case "thinking_delta": self.think(delta["thinking"]?.string ?? "", &events)
        case "signature_delta": self.block?.signature += delta["signature"]?.string ?? ""
        case "citations_delta":
            if let citation = delta["citation"] { self.cite(MessagesCitation.read(citation), &events) }
        case "input_json_delta": self.input(delta["partial_json"]?.string ?? "", &events)
        default:
            if self.opaque == nil { self.unknownCount &+= 1 }
            self.opaque?.add(delta)
        }
    }

    private func text(_ text: String, _ events: inout [AnswerEvent]) {
        guard !text.isEmpty, case .text = self.block?.kind else { return }
        self.openIfNeeded(.text, &events)
        events.append(.delta(self.nextIndex - 1, text))
    }

    private func cite(_ citation: Citation, _ events: inout [AnswerEvent]) {
        guard case .text = self.block?.kind else { return }
        self.openIfNeeded(.text, &events)
        events.append(.citation(self.nextIndex - 1, citation))
    }

    private func think(_ text: String, _ events: inout [AnswerEvent]) {
        guard !text.isEmpty, case .thinking = self.block?.kind else { return }
        self.openIfNeeded(.reasoning(isRedacted: false), &events)
        events.append(.delta(self.nextIndex - 1, text))
    }

    private func input(_ piece: String, _ events: inout [AnswerEvent]) {
        guard !piece.isEmpty else { return }
        switch self.block?.kind {
        case .call(nil, _): events.append(.delta(self.nextIndex - 1, piece))
        case .call(var custom?, let shell):
            let text = custom.read(piece)
            self.block?.kind = .call(custom, shell: shell)
            if !text.isEmpty { events.append(.delta(self.nextIndex - 1, text)) }
        case .outputCall:
            self.openIfNeeded(.text, &events)
            events.append(.delta(self.nextIndex - 1, piece))
        case .opaque: self.opaque?.input += piece
        case .text, .thinking, .told, nil: return
        }
        self.block?.hasInput = true
    }

    private func openIfNeeded(_ opening: BlockOpening, _ events: inout [AnswerEvent]) {
        guard self.block?.isOpen == false else { return }
        self.block?.isOpen = true
        _ = self.announce(opening, &events)
    }

    private func close(_ events: inout [AnswerEvent]) {
        guard let block = self.block else { return }
        switch block.kind {
        case .text, .told: break
        case .thinking:
            guard let state = self.notes.state(block.signature) else { break }
            self.openIfNeeded(.reasoning(isRedacted: false), &events)
            events.append(.state(self.nextIndex - 1, state))
        case .call(_, let shell):
            // The shell's input counts only where no pieces came.
            if !block.hasInput { self.input(shell ?? "{}", &events) }
            if case .call(var custom?, _) = self.block?.kind {
                let rest = custom.finish()
                if !rest.isEmpty { events.append(.delta(self.nextIndex - 1, rest)) }
            }
        case .outputCall(let shell):
            if !block.hasInput { self.input(shell ?? "{}", &events) }
        case .opaque:
            if let opaque = self.opaque { self.openIfNeeded(.opaque(opaque.whole), &events) }
        }
        if self.block?.isOpen ?? false { events.append(.close(self.nextIndex - 1)) }
        self.block = nil
        self.opaque = nil
    }
}
