/// A dictionary of bounded size that drops what was used least recently. All its operations take constant time.
struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Node {
        var key: Key
        var value: Value
        /// Towards what was used more recently; -1 at the end.
        var newer: Int
        /// Towards what was used less recently; -1 at the end.
        var older: Int
    }

    private let capacity: Int
    private var places: [Key: Int] = [:]
    private var nodes: [Node] = []
    private var free: [Int] = []
    private var newest = -1
    private var oldest = -1

    /// Makes an empty one for at least one entry.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int { self.places.count }

    /// Reads an entry without using it.
    func peek(_ key: Key) -> Value? {
        self.places[key].map { self.nodes[$0].value }
    }

    /// Reads an entry and makes it the most recent.
    mutating func use(_ key: Key) -> Value? {
        guard let place = self.places[key] else { return nil }
        self.moveToFront(place)
        return self.nodes[place].value
    }

    /// Sets an entry and makes it the most recent, in place of the least recent when all places are taken.
    mutating func set(_ key: Key, _ value: Value) {
        if let place = self.places[key] {
            self.nodes[place].value = value
            return self.moveToFront(place)
        }
        if self.places.count >= self.capacity, self.oldest >= 0 { self.remove(self.nodes[self.oldest].key) }
        let node = Node(key: key, value: value, newer: -1, older: -1)
        let place: Int
        if let reused = self.free.popLast() {
            self.nodes[reused] = node
            place = reused
        } else {
            self.nodes.append(node)
            place = self.nodes.count - 1
        }
        self.places[key] = place
        self.link(place)
    }

    mutating func remove(_ key: Key) {
        guard let place = self.places.removeValue(forKey: key) else { return }
        self.unlink(place)
        self.free.append(place)
    }

    private mutating func moveToFront(_ place: Int) {
        guard self.newest != place else { return }
        self.unlink(place)
        self.link(place)
    }

    private mutating func link(_ place: Int) {
        self.nodes[place].newer = -1
        self.nodes[place].older = self.newest
        if self.newest >= 0 { self.nodes[self.newest].newer = place }
        self.newest = place
        if self.oldest < 0 { self.oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (self.nodes[place].newer, self.nodes[place].older)
        if newer >= 0 { self.nodes[newer].older = older } else { self.newest = older }
        if older >= 0 { self.nodes[older].newer = newer } else { self.oldest = newer }
    }
}
