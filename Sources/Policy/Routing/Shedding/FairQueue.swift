/// Lets requests in up to a bound, lets a few more wait a moment, and turns the rest away: fairly by project.
///
/// While there is room everybody is let in, but the last tenth of the places is for projects that have less than their
/// fair share, so that nobody finds the house full of one other. A place that becomes free goes to the waiting project
/// with the fewest in flight. While few wait, the oldest is served first; once the queue is half full the newest is,
/// because its caller is the likeliest to be still there. When the queue is full, the project that has most waiting
/// loses its oldest.
public struct FairQueue: Sendable {
    /// Bounds.
    public struct Limits: Sendable, Equatable {
        /// Requests in flight.
        public var inFlight: Int
        /// Requests that wait.
        public var waiting = 100
        /// How long one waits at most.
        public var patience = Duration.seconds(1)

        /// Makes bounds.
        public init(inFlight: Int) {
            self.inFlight = inFlight
        }
    }

    /// One that waits.
    public struct Waiter: Sendable, Hashable {
        let number: UInt64
    }

    /// What becomes of a request that arrives.
    public enum Arrival: Sendable, Equatable {
        /// Let in; it must `leave`.
        case admitted
        /// It waits, in place of another that is turned away, if one is named.
        case waits(Waiter, insteadOf: Waiter?)
        /// Turned away.
        case refused
    }

    private struct Entry: Sendable {
        let waiter: Waiter
        let expiresAt: MonotonicInstant
    }

    private struct Project: Sendable {
        var inFlight = 0
        /// Oldest first.
        var waiting: [Entry] = []
    }

    /// The bounds, which may be changed at any time.
    public var limits: Limits
    private var projects: [String: Project] = [:]
    /// Requests in flight.
    public private(set) var inFlight = 0
    /// Requests that wait.
    public private(set) var waiting = 0
    private var number: UInt64 = 0
    private var random: JitterSource

    /// Makes an empty one.
    /// - Parameters:
    ///   - limits: Its bounds.
    ///   - seed: Of its jitter.
    public init(_ limits: Limits, seed: UInt64) {
        self.limits = limits
        self.random = JitterSource(seed: seed)
    }

    /// When the next one has waited too long; `nil` when none waits.
    public var nextExpiry: MonotonicInstant? {
        self.projects.values.compactMap { $0.waiting.first?.expiresAt }.min()
    }

    /// How long one that is turned away should stay away: 1 to 3 s, so that not all come back at once.
    public mutating func retryAfter() -> Duration {
        .seconds(1) + self.random.duration(upTo: .seconds(2))
    }

    /// A request arrives.
    public mutating func arrive(_ project: String, at now: MonotonicInstant) -> Arrival {
        // Who comes later does not pass those who wait, unless it has room that they may not take.
        if self.hasRoom(for: project), self.projects[project]?.waiting.isEmpty ?? true {
            self.admit(project)
            return .admitted
        }
        guard self.limits.waiting > 0, self.limits.inFlight > 0 else { return .refused }
        let evicted = self.waiting >= self.limits.waiting ? self.evict() : nil
        self.number &+= 1
        let waiter = Waiter(number: self.number)
        let entry = Entry(waiter: waiter, expiresAt: now.adding(self.limits.patience))
        self.projects[project, default: Project()].waiting.append(entry)
        self.waiting += 1
        return .waits(waiter, insteadOf: evicted)
    }

    /// A request that was let in has ended.
    /// - Parameter project: Whose it was.
    /// - Returns: Who is let in now: as many as there is room for.
    public mutating func leave(_ project: String) -> [Waiter] {
        guard let known = self.projects[project], known.inFlight > 0 else { return [] }
        self.projects[project]?.inFlight -= 1
        self.inFlight -= 1
        self.drop(project)
        var admitted: [Waiter] = []
        while let next = self.nextProject(), let waiter = self.take(next) { admitted.append(waiter) }
        return admitted
    }

    /// Turns away all that have waited too long.
    public mutating func expire(at now: MonotonicInstant) -> [Waiter] {
        guard self.waiting > 0 else { return [] }
        var expired: [Waiter] = []
        for name in Array(self.projects.keys) {
            guard let waiting = self.projects[name]?.waiting else { continue }
            let late = waiting.prefix { $0.expiresAt <= now }
            guard !late.isEmpty else { continue }
            expired += late.map(\.waiter)
            self.projects[name]?.waiting.removeFirst(late.count)
            self.waiting -= late.count
            self.drop(name)
        }
        return expired
    }

    /// A waiting request's caller has left.
    /// - Parameters:
    ///   - waiter: The one that waits.
    ///   - project: Whose it is.
    /// - Returns: Whether it still waited; if not, it was let in or turned away before.
    @discardableResult
    public mutating func cancel(_ waiter: Waiter, of project: String) -> Bool {
        guard let place = self.projects[project]?.waiting.firstIndex(where: { $0.waiter == waiter }) else {
            return false
        }
        self.projects[project]?.waiting.remove(at: place)
        self.waiting -= 1
        self.drop(project)
        return true
    }

    // MARK: Inside

    /// How many places each project has when all want some.
    private func fairShare(with project: String) -> Int {
        let others = self.projects.count - (self.projects[project] == nil ? 0 : 1)
        return max(1, self.limits.inFlight / (others + 1))
    }

    private func hasRoom(for project: String) -> Bool {
        let free = self.limits.inFlight - self.inFlight
        guard free > 0 else { return false }
        let own = self.projects[project]?.inFlight ?? 0
        return free > self.limits.inFlight / 10 || own < self.fairShare(with: project)
    }

    private mutating func admit(_ project: String) {
        self.projects[project, default: Project()].inFlight += 1
        self.inFlight += 1
    }

    /// The waiting project with the fewest in flight; of equals the one that has waited longest.
    private func nextProject() -> String? {
        var best: (name: String, inFlight: Int, since: UInt64)?
        for (name, project) in self.projects {
            guard let first = project.waiting.first, self.hasRoom(for: name) else { continue }
            let rank = (project.inFlight, first.waiter.number)
            if let best, (best.inFlight, best.since) < rank { continue }
            best = (name, rank.0, rank.1)
        }
        return best?.name
    }

    private mutating func take(_ name: String) -> Waiter? {
        let isOverloaded = self.waiting * 2 >= self.limits.waiting
        guard let waiting = self.projects[name]?.waiting, !waiting.isEmpty else { return nil }
        let entry = self.projects[name]?.waiting.remove(at: isOverloaded ? waiting.count - 1 : 0)
        self.waiting -= 1
        self.admit(name)
        return entry?.waiter
    }

    /// Takes the oldest from the project that has most waiting.
    private mutating func evict() -> Waiter? {
        var most: (name: String, count: Int, since: UInt64)?
        for (name, project) in self.projects {
            guard let first = project.waiting.first else { continue }
            if let most, (project.waiting.count, most.since) < (most.count, first.waiter.number) { continue }
            most = (name, project.waiting.count, first.waiter.number)
        }
        guard let most, let entry = self.projects[most.name]?.waiting.removeFirst() else { return nil }
        self.waiting -= 1
        self.drop(most.name)
        return entry.waiter
    }

    private mutating func drop(_ name: String) {
        guard let project = self.projects[name], project.inFlight == 0, project.waiting.isEmpty else { return }
        self.projects[name] = nil
    }
}
