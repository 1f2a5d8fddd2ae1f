/// What is to happen, by time; of what happens at once, what was planned first.
struct EventQueue<Event> {
    private struct Entry {
        let time: Int64
        let serial: Int
        let event: Event
    }

    /// The next is the last.
    private var entries: [Entry] = []
    private var serial = 0

    var isEmpty: Bool { self.entries.isEmpty }

    mutating func plan(_ event: Event, at time: Int64) {
        self.serial += 1
        var (low, high) = (0, self.entries.count)
        while low < high {
            let middle = (low + high) / 2
            // What is planned for later, or for the same time before, stays behind.
            if self.entries[middle].time > time { low = middle + 1 } else { high = middle }
        }
        self.entries.insert(Entry(time: time, serial: self.serial, event: event), at: low)
    }

    mutating func next() -> (time: Int64, event: Event)? {
        self.entries.popLast().map { ($0.time, $0.event) }
    }
}
