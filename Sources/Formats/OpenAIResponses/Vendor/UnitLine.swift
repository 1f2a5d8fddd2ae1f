import Exchange

/// Units in the order they began, told one after the other.
struct UnitLine {
    private var units: [StreamUnit] = []
    private var positions: [StreamUnit.Key: Int] = [:]
    /// The first unit that is not done with.
    private var head = 0
    /// The index of the block that is told next, or is being told.
    private var blockIndex = 0

    /// Whether nothing has ever begun.
    var isEmpty: Bool { self.units.isEmpty }

    /// The unit of a place, whether closed or not.
    subscript(key: StreamUnit.Key) -> StreamUnit? {
        self.positions[key].map { self.units[$0] }
    }

    /// Puts a unit at the end of the line; one that was there for the same place is only finished.
    mutating func append(_ unit: StreamUnit, for key: StreamUnit.Key, _ events: inout [AnswerEvent]) {
        self.positions[key] = self.units.count
        self.units.append(unit)
        self.advance(&events)
    }

    /// Changes what is known of a unit.
    mutating func update(_ key: StreamUnit.Key, _ change: (inout StreamUnit) -> Void, _ events: inout [AnswerEvent]) {
        guard let position = self.positions[key] else { return }
        change(&self.units[position])
        self.advance(&events)
    }

    /// Adds something to a unit that is not closed.
    mutating func add(_ piece: StreamUnit.Piece, to key: StreamUnit.Key, _ events: inout [AnswerEvent]) {
        guard let position = self.positions[key], !self.units[position].isClosed else { return }
        self.units[position].note(piece)
        // Some servers end reasoning after what came of it; it must not hold the answer up.
        while position > self.head, self.units[self.head].isReasoning { self.closeHead(&events) }
        if position == self.head, self.units[position].opening != nil {
            self.tell(piece, &events)
        } else {
            self.units[position].waiting.append(piece)
        }
    }

    /// Nothing more comes for a unit.
    mutating func close(_ key: StreamUnit.Key, _ events: inout [AnswerEvent]) {
        guard let position = self.positions[key] else { return }
        self.units[position].isClosed = true
        self.advance(&events)
    }

    /// Nothing more comes at all.
    mutating func closeAll(_ events: inout [AnswerEvent]) {
        while self.head < self.units.count { self.closeHead(&events) }
    }

    private mutating func closeHead(_ events: inout [AnswerEvent]) {
        self.units[self.head].isClosed = true
        self.advance(&events)
    }

    /// Tells what the first unit has waiting, and passes on to the next when it is closed.
    private mutating func advance(_ events: inout [AnswerEvent]) {
        while self.head < self.units.count {
            if self.units[self.head].opening != nil {
                if self.units[self.head].opensAtOnce { self.open(&events) }
                let waiting = self.units[self.head].waiting
                self.units[self.head].waiting = []
                for piece in waiting { self.tell(piece, &events) }
            }
            guard self.units[self.head].isClosed else { return }
            if self.units[self.head].isTold {
                events.append(.close(self.blockIndex))
                self.blockIndex &+= 1
            }
            self.units[self.head].waiting = []
            self.head += 1
        }
    }

    private mutating func tell(_ piece: StreamUnit.Piece, _ events: inout [AnswerEvent]) {
        self.open(&events)
        events.append(piece.event(self.blockIndex))
    }

    private mutating func open(_ events: inout [AnswerEvent]) {
        guard !self.units[self.head].isTold, let opening = self.units[self.head].opening else { return }
        self.units[self.head].isTold = true
        events.append(.open(self.blockIndex, opening))
    }
}

extension StreamUnit {
    /// Remembers what kinds of pieces came.
    fileprivate mutating func note(_ piece: Piece) {
        switch piece {
        case .delta: self.hasText = true
        case .citation: self.hasCitations = true
        case .logprobs: self.hasLogprobs = true
        case .state: break
        }
    }
}
