/// Attempts and failures of the latest stretch of time, in a ring of slots. Each counts in the slot in which it began.
struct OutcomeWindow: Sendable {
    private struct Slot {
        var id = Int64.min
        var attempts = 0
        var failures = 0
    }

    private var slots: [Slot]
    /// Microseconds of one slot, at least 1.
    private(set) var width: Int64

    /// A window of `count` slots, at least 1.
    init(slots count: Int, width: Duration) {
        self.slots = Array(repeating: Slot(), count: max(1, count))
        self.width = max(1, width.wholeMicroseconds)
    }

    /// Adds to the slot of an instant; what is older than the window is dropped.
    mutating func note(at instant: MonotonicInstant, attempts: Int = 0, failures: Int = 0) {
        let id = instant.microseconds.floorDivided(by: self.width)
        self.add(attempts, failures, to: id)
    }

    /// What began in the window that ends now.
    func totals(at now: MonotonicInstant) -> (attempts: Int, failures: Int) {
        let oldest = now.microseconds.floorDivided(by: self.width) - Int64(self.slots.count)
        var (attempts, failures) = (0, 0)
        for slot in self.slots where slot.id > oldest {
            attempts += slot.attempts
            failures += slot.failures
        }
        return (attempts, failures)
    }

    /// Goes on with slots of another width; what was counted falls into the slot in which its own began.
    mutating func resize(width new: Duration) {
        let old = self.slots
        let oldWidth = self.width
        self.width = max(1, new.wholeMicroseconds)
        self.clear()
        for slot in old.sorted(by: { $0.id < $1.id }) where slot.id != .min {
            self.add(slot.attempts, slot.failures, to: (slot.id * oldWidth).floorDivided(by: self.width))
        }
    }

    mutating func clear() {
        for index in self.slots.indices { self.slots[index] = Slot() }
    }

    private mutating func add(_ attempts: Int, _ failures: Int, to id: Int64) {
        let index = Int(id.modulo(Int64(self.slots.count)))
        guard self.slots[index].id <= id else { return }
        if self.slots[index].id < id { self.slots[index] = Slot(id: id) }
        self.slots[index].attempts = max(0, self.slots[index].attempts + attempts)
        self.slots[index].failures = max(0, self.slots[index].failures + failures)
    }
}
