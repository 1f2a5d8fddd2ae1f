import Exchange
import Wire

/// Sorts the pieces of one choice into blocks, one open at a time.
///
/// Of several calls the first is passed on as it comes; the others wait until it is over, for only the end of the answer
/// tells that it is.
struct ChatStreamBlocks {
    private enum Kind {
        case text, refusal, reasoning
    }

    let notes: ReplyNotes
    /// Pages that the server names for the whole answer; cited by the first text.
    var pages: [Citation] = []
    private var calls = ChatStreamCalls()
    private var open: Kind?
    private var blockCount = 0
    /// Characters of text so far, and where the open block's began: offsets count from the beginning of all text.
    private var textLength = 0
    private var textStart = 0
    private var isCited = false
    private var signature: ReasoningState?

    init(notes: ReplyNotes) {
        self.notes = notes
    }

    var hasCalls: Bool { self.calls.count > 0 }

    /// Reads what one choice of a chunk adds: thoughts, text, refusal, calls, in this order.
    ///
    /// - Throws: When the pieces of a call cannot be put together.
    mutating func read(_ choice: JSONValue, _ events: inout [AnswerEvent]) throws(GatewayFailure) {
        // A whole message instead of a delta comes from servers that do not really stream.
        guard
            let delta = [choice["delta"], choice["message"]].lazy.compactMap({ $0 }).first(where: { $0.kind == .object }
            )
        else { return }
        let content = ChatContent(delta)
        try self.write((ChatReply.thoughts(delta) ?? "") + content.thoughts, .reasoning, &events)
        try self.write(content.text, .text, &events)
        self.readDetails(delta, choice, &events)
        try self.write(delta["refusal"]?.string ?? "", .refusal, &events)
        try self.readCalls(delta, &events)
    }

    /// Closes whatever is open, waiting calls included.
    mutating func closeAll(_ events: inout [AnswerEvent]) throws(GatewayFailure) {
        if self.signature != nil, !self.hasCalls, self.open != .text { self.begin(.text, &events) }
        self.closeText(&events)
        try self.calls.closeAll(&self.blockCount, self.notes, &events)
    }

    private mutating func write(_ text: String, _ kind: Kind, _ events: inout [AnswerEvent]) throws(GatewayFailure) {
        guard !text.isEmpty else { return }
        if self.calls.isOpen {
            // Line ends between the pieces of calls belong to nothing.
            if text.isBlank { return }
            try self.calls.closeAll(&self.blockCount, self.notes, &events)
        }
        if self.open != kind { self.begin(kind, &events) }
        events.append(.delta(self.blockCount - 1, text))
        if kind == .text { self.textLength += text.unicodeScalars.count }
    }

    private mutating func begin(_ kind: Kind, _ events: inout [AnswerEvent]) {
        self.closeText(&events)
        let opening: BlockOpening =
            switch kind {
            case .text: .text
            case .refusal: .refusal
            case .reasoning: .reasoning(isRedacted: false)
            }
        events.append(.open(self.blockCount, opening))
        self.blockCount += 1
        self.open = kind
        self.textStart = self.textLength
    }

    /// Log probabilities, citations and signatures of the text.
    private mutating func readDetails(_ delta: JSONValue, _ choice: JSONValue, _ events: inout [AnswerEvent]) {
        let block = self.blockCount - 1
        if self.open == .text {
            if let logprobs = choice.logprobs {
                events.append(.logprobs(block, logprobs))
            }
            for citation in ChatReply.citations(delta) {
                self.isCited = true
                events.append(.citation(block, self.placed(citation)))
            }
        }
        if let signature = ChatReply.signature(delta) { self.signature = signature }
    }

    /// The citation with offsets in its own block.
    private func placed(_ citation: Citation) -> Citation {
        guard let range = citation.range else { return citation }
        var placed = citation
        let start = max(range.lowerBound - self.textStart, 0)
        placed.range = start..<max(range.upperBound - self.textStart, start)
        return placed
    }

    private mutating func closeText(_ events: inout [AnswerEvent]) {
        guard let kind = self.open else { return }
        let block = self.blockCount - 1
        if kind == .text {
            if !self.isCited {
                self.isCited = true
                events += self.pages.map { .citation(block, $0) }
            }
            if !self.hasCalls, let signature = self.signature {
                events.append(.state(block, signature))
                self.signature = nil
            }
        }
        events.append(.close(block))
        self.open = nil
    }

    private mutating func readCalls(_ delta: JSONValue, _ events: inout [AnswerEvent]) throws(GatewayFailure) {
        for value in delta["tool_calls"]?.elements ?? delta.elements {
            guard let piece = ChatCallPiece(value) else { continue }
            try self.add(piece, &events)
        }
        guard let legacy = delta["function_call"], legacy.kind == .object else { return }
        var piece = ChatCallPiece(legacy: legacy)
        piece.index = 0
        try self.add(piece, &events)
    }

    private mutating func add(_ piece: ChatCallPiece, _ events: inout [AnswerEvent]) throws(GatewayFailure) {
        guard !piece.isEmpty else { return }
        var piece = piece
        if !self.hasCalls, piece.state == nil {
            piece.state = self.signature
            self.signature = nil
        }
        guard try self.calls.take(piece) else { return }
        self.closeText(&events)
        self.calls.advance(&self.blockCount, self.notes, &events)
    }
}
