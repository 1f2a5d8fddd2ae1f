import Exchange

/// The blocks of an answer, one open at a time.
struct BlockSequence {
    private enum Kind {
        case text, thoughts
    }

    /// Blocks that began.
    private(set) var count = 0
    /// Text blocks among them.
    private(set) var textCount = 0
    private var open: Kind?

    /// The index of the text block that is open.
    var openText: Int? { self.open == .text ? self.count - 1 : nil }

    /// Continues the open text, or begins one.
    mutating func addText(_ text: String, into events: inout [AnswerEvent]) {
        self.add(text, .text, into: &events)
    }

    /// Continues the open thoughts, or begins them.
    mutating func addThoughts(_ text: String, into events: inout [AnswerEvent]) {
        self.add(text, .thoughts, into: &events)
    }

    /// Ends the open thoughts with a state that is bound to them.
    mutating func sign(_ state: ReasoningState, into events: inout [AnswerEvent]) {
        guard self.open != nil else { return }
        events.append(.state(self.count - 1, state))
        self.close(into: &events)
    }

    /// Adds a whole block: its state comes first, for formats that must write it before the block.
    mutating func add(
        _ opening: BlockOpening,
        _ text: String,
        _ state: ReasoningState?,
        into events: inout [AnswerEvent]
    ) {
        self.close(into: &events)
        let index = self.count
        self.count += 1
        if opening == .text { self.textCount += 1 }
        events.append(.open(index, opening))
        if let state { events.append(.state(index, state)) }
        if !text.isEmpty { events.append(.delta(index, text)) }
        events.append(.close(index))
    }

    /// Closes the open block.
    mutating func close(into events: inout [AnswerEvent]) {
        guard self.open != nil else { return }
        self.open = nil
        events.append(.close(self.count - 1))
    }

    private mutating func add(_ text: String, _ kind: Kind, into events: inout [AnswerEvent]) {
        if self.open != kind {
            self.close(into: &events)
            self.open = kind
            events.append(.open(self.count, kind == .text ? .text : .reasoning(isRedacted: false)))
            self.count += 1
            if kind == .text { self.textCount += 1 }
        }
        events.append(.delta(self.count - 1, text))
    }
}
