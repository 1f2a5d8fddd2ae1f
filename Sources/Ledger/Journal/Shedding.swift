/// Why nothing new is taken. Empty means that it is.
struct Shedding: OptionSet, Sendable {
    let rawValue: Int

    /// The disk failed, and records wait in memory for a new segment.
    static let broken = Shedding(rawValue: 1)
    /// There is no room for another attempt and its end.
    static let full = Shedding(rawValue: 2)
    /// Too many settled entries wait for the store.
    static let backlog = Shedding(rawValue: 4)
    /// The disk is nearly full, and the journal is long.
    static let diskUse = Shedding(rawValue: 8)
    /// Too much waits for a sync.
    static let unsynced = Shedding(rawValue: 16)
    /// The journal is closed.
    static let closed = Shedding(rawValue: 32)

    var reason: String {
        if self.contains(.closed) { return "the journal is closed" }
        if self.contains(.broken) { return "the journal's disk failed" }
        if self.contains(.full) { return "the journal's disk is full" }
        if self.contains(.backlog) { return "too many settled requests wait for the store" }
        if self.contains(.diskUse) { return "the journal's disk is nearly full" }
        return "the journal's disk is too slow"
    }
}
