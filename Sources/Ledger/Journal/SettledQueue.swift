import Storage

/// Settled entries on their way to the store, oldest first. Entries are long: they leave in the memory they lie in. Copied are only
/// the few that may not leave yet with those before them.
struct SettledQueue {
    /// Entries of a batch at most. One transaction takes them, and holds up other writers until it is done.
    static let batch = 8_000

    /// Where the journal has what belongs to an entry: the segment of its reservation, and the number of its own record.
    private struct Place {
        var segment: UInt64
        var record: UInt64
    }

    /// Entries that leave together, when all of them may.
    private struct Piece {
        var entries: [LedgerEntry] = []
        var places: [Place] = []

        mutating func eachReservation(_ move: (AttemptID, inout UInt64) -> Void) {
            for index in self.places.indices { move(self.entries[index].attempt, &self.places[index].segment) }
        }
    }

    /// Never empty: the last one takes what comes.
    private var pieces = [Piece()]
    /// What the store was given, or is to be given again.
    private var leaving: Piece?
    /// Empty memory for a piece.
    private var spare: [LedgerEntry] = []
    /// Entries that the store does not have.
    private(set) var count = 0

    /// Puts an entry at the end.
    mutating func append(_ entry: UnsafePointer<LedgerEntry>, segment: UInt64, record: UInt64) {
        if self.pieces[self.pieces.count - 1].entries.count >= Self.batch { self.pieces.append(Piece()) }
        let last = self.pieces.count - 1
        self.pieces[last].entries.append(entry.pointee)
        self.pieces[last].places.append(Place(segment: segment, record: record))
        self.count += 1
    }

    /// The first entries, as far as their records are among the first `records`. Until `finish` it is the same batch again, or none
    /// while not all of it is among them.
    mutating func batch(upTo records: UInt64) -> [LedgerEntry] {
        if let leaving = self.leaving {
            return leaving.places.allSatisfy { $0.record <= records } ? leaving.entries : []
        }
        let ready = self.pieces[0].places.firstIndex { $0.record > records } ?? self.pieces[0].places.count
        guard ready > 0 else { return [] }
        // Those that may not leave yet are few, as a rule: what a running sync covers, and what came since.
        var rest = Piece(entries: self.spare, places: Array(self.pieces[0].places[ready...]))
        self.spare = []
        rest.entries.append(contentsOf: self.pieces[0].entries[ready...])
        swap(&rest, &self.pieces[0])
        rest.entries.removeLast(rest.entries.count - ready)
        rest.places.removeLast(rest.places.count - ready)
        if self.pieces[0].entries.isEmpty, self.pieces.count > 1 { self.pieces.removeFirst() }
        self.leaving = rest
        return rest.entries
    }

    /// The store has the batch.
    ///
    /// - Returns: In which segments its reservations lie: one element for each run of neighbours.
    mutating func finish() -> [(segment: UInt64, count: Int)] {
        guard let places = self.leaving?.places else { return [] }
        self.leaving = nil
        self.count -= places.count
        return places.reduce(into: []) { runs, place in
            if let last = runs.last, last.segment == place.segment {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((place.segment, 1))
            }
        }
    }

    /// Takes back the memory that a batch lay in, for entries to come.
    mutating func keep(_ memory: [LedgerEntry]) {
        guard self.spare.capacity < memory.capacity, memory.isEmpty else { return }
        self.spare = memory
    }

    /// Calls `move` with each entry's attempt and the segment of its reservation, which it may change.
    mutating func eachReservation(_ move: (AttemptID, inout UInt64) -> Void) {
        if self.leaving != nil { self.leaving?.eachReservation(move) }
        for index in self.pieces.indices { self.pieces[index].eachReservation(move) }
    }
}
