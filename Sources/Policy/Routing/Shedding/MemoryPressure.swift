/// What is done without because memory runs out. Each level goes without what those before it do without, too.
public enum MemoryPressure: Int, Sendable, Comparable, CaseIterable {
    /// There is enough.
    case none
    /// Nobody waits for a place: who finds none is turned away at once.
    case noWaiting
    /// Connections are closed after their answer.
    case noKeepAlive
    /// Nothing new is let in.
    case refusing

    /// Percent of the limit from which on a level holds.
    var percent: Int {
        switch self {
        case .none: 0
        case .noWaiting: 85
        case .noKeepAlive: 92
        case .refusing: 95
        }
    }

    /// A word for status and metrics.
    public var label: String {
        switch self {
        case .none: "none"
        case .noWaiting: "no_waiting"
        case .noKeepAlive: "no_keep_alive"
        case .refusing: "refusing"
        }
    }

    /// By severity.
    public static func < (a: MemoryPressure, b: MemoryPressure) -> Bool { a.rawValue < b.rawValue }
}

/// How much of a limit on memory is used.
public struct MemoryFigures: Sendable, Equatable {
    /// Bytes in use that cannot be had back by dropping caches.
    public var used: Int
    /// Bytes that may be used.
    public var limit: Int

    /// States the figures.
    public init(used: Int, limit: Int) {
        self.used = max(0, used)
        self.limit = limit
    }

    /// Whether at least this share of the limit is used.
    func reaches(percent: Int) -> Bool {
        self.limit > 0 && Int128(self.used) * 100 >= Int128(self.limit) * Int128(percent)
    }
}

/// Decides from readings what is done without. A level is left only when use has fallen two percent below where it began, so
/// that it does not come and go with every reading.
public struct MemoryWatch: Sendable, Equatable {
    private static let slack = 2

    /// The level in force.
    public private(set) var pressure = MemoryPressure.none

    /// Nothing known yet: there is enough.
    public init() {}

    /// A reading was taken.
    ///
    /// - Parameter figures: Of each limit that the process is under; the one nearest to its end decides. None at all means
    ///   that nothing is known, and nothing is done without.
    /// - Returns: The level from now on.
    public mutating func note(_ figures: [MemoryFigures]) -> MemoryPressure {
        let levels = MemoryPressure.allCases.reversed()
        let reached = levels.first { level in figures.contains { $0.reaches(percent: level.percent) } } ?? .none
        let kept =
            levels.first { level in
                level <= self.pressure && figures.contains { $0.reaches(percent: level.percent - Self.slack) }
            } ?? .none
        self.pressure = max(reached, kept)
        return self.pressure
    }
}

/// Why a request was turned away for want of room.
public enum ShedReason: String, Sendable, CaseIterable {
    /// The queue was full, and its project had most in it.
    case queueFull = "queue_full"
    /// It had waited as long as may be waited.
    case queueTimeout = "queue_timeout"
    /// There was no room for its body.
    case bodyBudget = "body_budget"
    /// Memory runs out.
    case memory
}
