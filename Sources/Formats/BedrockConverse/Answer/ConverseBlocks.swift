import Exchange
import Wire

/// The blocks of one stream: opens them when there is something to say, and closes each before the next.
struct ConverseBlocks {
    private enum Kind: Equatable {
        case text
        /// A call that stands for structured output: its input is text.
        case standIn
        case reasoning
        case redacted
        case call
        /// A custom tool's call, read piece by piece.
        case custom
        /// The vendor's own tools; nothing of them is told.
        case hidden
    }

    private struct Open {
        var kind: Kind
        var vendorIndex: Int
        var index: Int
        /// Pieces of the state.
        var state: [String] = []
        var isEmpty = true
        var reader = CustomToolInput()
    }

    private let notes: ReplyNotes
    private var open: Open?
    private var count = 0
    private var hasThoughts = false
    /// Calls of the caller's tools so far.
    private(set) var callCount = 0
    /// A call stood for structured output.
    private(set) var hasStandIn = false

    init(notes: ReplyNotes) {
        self.notes = notes
    }

    /// A block with a beginning: a call, or something of the vendor's own tools.
    mutating func begin(_ root: JSONValue, into events: inout [AnswerEvent]) {
        self.close(into: &events)
        let vendorIndex = root["contentBlockIndex"]?.int ?? -1
        guard let call = root["start"]?["toolUse"], call["type"] == nil, let name = call["name"]?.string else {
            if let start = root["start"], start.count > 0 { self.hide(vendorIndex) }
            return
        }
        if name == self.notes.outputTool {
            self.hasStandIn = true
            self.open(.standIn, vendorIndex, .text, into: &events)
            return
        }
        self.callCount += 1
        let isFreeText = self.notes.customTools.contains(name)
        let id = call["toolUseId"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? self.notes.madeUpID(self.callCount)
        let opening = BlockOpening.toolCall(id: id, name: self.notes.callerName(name), isFreeText: isFreeText)
        self.open(isFreeText ? .custom : .call, vendorIndex, opening, into: &events)
    }

    /// A piece of a block.
    mutating func add(_ root: JSONValue, into events: inout [AnswerEvent]) {
        guard let delta = root["delta"] else { return }
        let vendorIndex = root["contentBlockIndex"]?.int ?? -1
        if let text = delta["text"]?.string {
            self.add(text: text, vendorIndex, into: &events)
        } else if let input = delta["toolUse"]?["input"]?.string {
            self.add(input: input, vendorIndex, into: &events)
        } else if let reasoning = delta["reasoningContent"] {
            self.add(reasoning: reasoning, vendorIndex, into: &events)
        } else if let citation = delta["citation"] {
            guard let index = self.ensure(.text, vendorIndex, .text, into: &events) else { return }
            events.append(.citation(index, Citation(converse: citation)))
        }
    }

    /// The vendor ends a block.
    mutating func end(_ root: JSONValue, into events: inout [AnswerEvent]) {
        guard let open = self.open, root["contentBlockIndex"]?.int ?? -1 == open.vendorIndex else { return }
        self.close(into: &events)
    }

    /// Ends the open block, if there is one.
    mutating func close(into events: inout [AnswerEvent]) {
        guard var open = self.open else { return }
        self.open = nil
        switch open.kind {
        case .hidden: return
        case .text: break
        case .standIn, .call: if open.isEmpty { events.append(.delta(open.index, "{}")) }
        case .custom:
            let rest = open.reader.finish()
            if !rest.isEmpty { events.append(.delta(open.index, rest)) }
        case .reasoning, .redacted:
            if !open.state.isEmpty {
                let value = open.kind == .redacted ? Self.joined(base64: open.state) : open.state.joined()
                events.append(.state(open.index, ReasoningState(owner: self.notes.reasoningOwner, value: value)))
            }
        }
        events.append(.close(open.index))
    }

    private mutating func hide(_ vendorIndex: Int) {
        self.open = Open(kind: .hidden, vendorIndex: vendorIndex, index: -1)
    }

    private mutating func open(
        _ kind: Kind,
        _ vendorIndex: Int,
        _ opening: BlockOpening,
        into events: inout [AnswerEvent]
    ) {
        self.close(into: &events)
        self.open = Open(kind: kind, vendorIndex: vendorIndex, index: self.count)
        events.append(.open(self.count, opening))
        self.count += 1
    }

    /// The open block if it is this one; otherwise a new one. `nil` inside the vendor's own tools.
    private mutating func ensure(
        _ kind: Kind,
        _ vendorIndex: Int,
        _ opening: BlockOpening,
        into events: inout [AnswerEvent]
    ) -> Int? {
        if let open = self.open, open.vendorIndex == vendorIndex {
            if open.kind == .hidden { return nil }
            if open.kind == kind { return open.index }
        }
        self.open(kind, vendorIndex, opening, into: &events)
        return self.open?.index
    }

    /// Empty text opens nothing, but beside thoughts: such an answer comes back block by block.
    private mutating func add(text: String, _ vendorIndex: Int, into events: inout [AnswerEvent]) {
        guard !text.isEmpty || self.hasThoughts else { return }
        guard let index = self.ensure(.text, vendorIndex, .text, into: &events), !text.isEmpty else { return }
        events.append(.delta(index, text))
    }

    private mutating func add(input: String, _ vendorIndex: Int, into events: inout [AnswerEvent]) {
        guard var open = self.open, open.vendorIndex == vendorIndex, !input.isEmpty else { return }
        switch open.kind {
        case .call, .standIn: events.append(.delta(open.index, input))
        case .custom:
            let text = open.reader.read(input)
            if !text.isEmpty { events.append(.delta(open.index, text)) }
        case .text, .reasoning, .redacted, .hidden: return
        }
        open.isEmpty = false
        self.open = open
    }

    private mutating func add(reasoning: JSONValue, _ vendorIndex: Int, into events: inout [AnswerEvent]) {
        if let data = reasoning["redactedContent"]?.string {
            self.hasThoughts = true
            guard self.ensure(.redacted, vendorIndex, .reasoning(isRedacted: true), into: &events) != nil else {
                return
            }
            self.open?.state.append(data)
            return
        }
        let text = reasoning["text"]?.string ?? ""
        let signature = reasoning["signature"]?.string ?? ""
        guard !text.isEmpty || !signature.isEmpty else { return }
        self.hasThoughts = true
        guard let index = self.ensure(.reasoning, vendorIndex, .reasoning(isRedacted: false), into: &events) else {
            return
        }
        if !text.isEmpty { events.append(.delta(index, text)) }
        if !signature.isEmpty { self.open?.state.append(signature) }
    }

    /// Redacted thoughts in pieces, each with an encoding of its own.
    private static func joined(base64 pieces: [String]) -> String {
        guard pieces.count > 1 else { return pieces.joined() }
        var bytes: [UInt8] = []
        for piece in pieces {
            guard let decoded = Base64.decode(piece.utf8) else { return pieces.joined() }
            bytes += decoded
        }
        return Base64.encode(bytes)
    }
}
