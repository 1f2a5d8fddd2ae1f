/// First in, first out, up to a fixed number of elements. Constant time, storage reused.
struct BoundedFIFO<Element> {
    private var slots: [Element?]
    private var head = 0
    private(set) var count = 0

    init(capacity: Int) {
        self.slots = Array(repeating: nil, count: max(capacity, 0))
    }

    var isEmpty: Bool { self.count == 0 }

    var isFull: Bool { self.count == self.slots.count }

    /// Adds an element at the end; `false` when there is no room.
    mutating func append(_ element: Element) -> Bool {
        guard !self.isFull else { return false }
        self.slots[(self.head + self.count) % self.slots.count] = element
        self.count += 1
        return true
    }

    /// Takes the oldest element.
    mutating func popFirst() -> Element? {
        guard !self.isEmpty else { return nil }
        let element = self.slots[self.head]
        self.slots[self.head] = nil
        self.head = (self.head + 1) % self.slots.count
        self.count -= 1
        return element
    }

    /// Drops all elements.
    mutating func removeAll() {
        while self.popFirst() != nil {}
    }
}

extension BoundedFIFO: Sendable where Element: Sendable {}
