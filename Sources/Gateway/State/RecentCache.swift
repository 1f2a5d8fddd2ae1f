/// Values that were asked for lately, in two generations: when the younger is full, the elder is forgotten and the younger takes its
/// place. Nothing that is asked for among the last `capacity` keys is forgotten, and at most twice as many are kept.
struct RecentCache<Key: Hashable, Value> {
    private let capacity: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// - Parameter capacity: Keys of one generation, at least 1.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Values that are kept.
    var count: Int { self.young.count + self.old.count }

    /// The value of a key, which is young again by it.
    mutating func find(_ key: Key) -> Value? {
        if let value = self.young[key] { return value }
        guard let value = self.old.removeValue(forKey: key) else { return nil }
        self.insert(value, for: key)
        return value
    }

    /// Keeps a value.
    mutating func insert(_ value: Value, for key: Key) {
        if self.young.count >= self.capacity {
            self.old = self.young
            self.young = [:]
        }
        self.young[key] = value
    }
}
