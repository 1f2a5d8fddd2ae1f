/// Lets requests in up to a bound, lets a few more wait a moment, and turns the rest away: fairly by project.
///
/// While there is room everybody is let in, but the last tenth of the places, and of the bytes for bodies, is for projects
/// that have less than their fair share, so that nobody finds the house full of one other. A place that becomes free goes
/// to the waiting project with the fewest in flight. While few wait, the oldest is served first; once the queue is half
/// full the newest is, because its caller is the likeliest to be still there. When the queue is full, the project that has
/// most waiting loses its oldest.
///
/// It lives under a lock. The count does not: as long as `LoadBound.uncontended` is kept, nobody needs to come here.
public struct FairQueue: Sendable {
    /// Bounds.
    public struct Limits: Sendable, Equatable {
        /// Requests in flight, and the bytes of bodies that they hold.
        public var bound: LoadBound
        /// Requests that wait.
        public var waiting = 100
        /// How long one waits at most.
        public var patience = Duration.seconds(1)

        /// Makes bounds.
        public init(_ bound: LoadBound) {
            self.bound = bound
        }
    }

    /// One that waits.
    public struct Waiter: Sendable, Hashable {
        let number: UInt64
    }

    /// What becomes of a request that arrives.
    public enum Arrival: Sendable, Equatable {
        /// Let in; it must leave.
        case admitted
        /// It waits, in place of another that is turned away, if one is named.
        case waits(Waiter, insteadOf: Waiter?)
        /// Turned away.
        case refused
    }

    private struct Entry: Sendable {
        let waiter: Waiter
        let bodyBytes: Int
        let expiresAt: MonotonicInstant
    }

    /// The bounds, which may be changed at any time.
    public var limits: Limits
    /// What is in flight.
    public let count: LoadCount
    /// Oldest first; no project without one that waits.
    private var queues: [LoadCount.Project: [Entry]] = [:]
    /// Requests that wait.
    public private(set) var waiting = 0
    private var number: UInt64 = 0
    private var random: JitterSource

    /// Makes an empty one.
    /// - Parameters:
    ///   - limits: Its bounds.
    ///   - count: What is in flight.
    ///   - seed: Of its jitter.
    public init(_ limits: Limits, _ count: LoadCount, seed: UInt64) {
        self.limits = limits
        self.count = count
        self.random = JitterSource(seed: seed)
    }

    /// How long one that is turned away should stay away: up to 4 s, so that not all come back at once.
    public mutating func retryAfter() -> Duration { self.random.duration(upTo: .seconds(4)) }

    /// A request arrives.
    /// - Parameters:
    ///   - project: Whose it is.
    ///   - bytes: Body bytes that it will hold.
    ///   - now: The node's own clock.
    /// - Returns: Whether it is in, waits, or is turned away.
    public mutating func arrive(
        _ project: LoadCount.Project,
        bodyBytes bytes: Int = 0,
        at now: MonotonicInstant
    ) -> Arrival {
        // Who comes later does not pass those who wait, unless it has room that they may not take.
        if self.queues[project] == nil, self.hasRoom(for: project, bytes, among: self.parties(with: project)) {
            self.count.enter(project, bodyBytes: bytes)
            return .admitted
        }
        let bound = self.limits.bound
        guard self.limits.waiting > 0, bound.requests > 0, bytes <= bound.bodyBytes else { return .refused }
        let evicted = self.waiting >= self.limits.waiting ? self.evict() : nil
        self.number &+= 1
        let waiter = Waiter(number: self.number)
        let entry = Entry(waiter: waiter, bodyBytes: bytes, expiresAt: now.adding(self.limits.patience))
        self.queues[project, default: []].append(entry)
        self.waiting += 1
        return .waits(waiter, insteadOf: evicted)
    }

    /// A body turns out longer than was known when its request was let in.
    /// - Parameters:
    ///   - bytes: How many more it holds.
    ///   - project: Whose it is.
    /// - Returns: Whether there is room; then they are counted.
    public mutating func grow(by bytes: Int, _ project: LoadCount.Project) -> Bool {
        guard self.hasBytes(for: project, bytes, among: self.parties(with: project)) else { return false }
        self.count.hold(bytes, project)
        return true
    }

    /// Something has left, or a bound has moved: lets in as many as there is room for.
    /// - Returns: Who is in now.
    public mutating func letIn() -> [Waiter] {
        var admitted: [Waiter] = []
        while let next = self.next() {
            self.count.enter(next.project, bodyBytes: next.entry.bodyBytes)
            self.remove(at: next.place, of: next.project)
            admitted.append(next.entry.waiter)
        }
        return admitted
    }

    /// Turns away all that have waited too long.
    public mutating func expire(at now: MonotonicInstant) -> [Waiter] {
        guard self.waiting > 0 else { return [] }
        var expired: [Waiter] = []
        for (project, queue) in self.queues {
            let late = queue.prefix { $0.expiresAt <= now }
            guard !late.isEmpty else { continue }
            expired += late.map(\.waiter)
            self.waiting -= late.count
            self.queues[project] = late.count == queue.count ? nil : Array(queue.dropFirst(late.count))
        }
        return expired
    }

    /// A waiting request's caller has left.
    /// - Parameters:
    ///   - waiter: The one that waits.
    ///   - project: Whose it is.
    /// - Returns: Whether it still waited; if not, it was let in or turned away before.
    @discardableResult
    public mutating func cancel(_ waiter: Waiter, of project: LoadCount.Project) -> Bool {
        guard let place = self.queues[project]?.firstIndex(where: { $0.waiter == waiter }) else { return false }
        self.remove(at: place, of: project)
        return true
    }

    // MARK: Room

    /// Who takes part when all want some: projects with something in flight, and those that wait.
    private var parties: Int { self.count.busyProjects + self.queues.keys.count { $0.requests == 0 } }

    /// As above, with one that arrives.
    private func parties(with project: LoadCount.Project) -> Int {
        self.parties + (project.requests == 0 && self.queues[project] == nil ? 1 : 0)
    }

    private func hasRoom(for project: LoadCount.Project, _ bytes: Int, among parties: Int) -> Bool {
        let bound = self.limits.bound.requests
        let free = bound - self.count.requests
        guard free > 0 else { return false }
        guard free > bound / 10 || project.requests < max(1, bound / max(1, parties)) else { return false }
        return self.hasBytes(for: project, bytes, among: parties)
    }

    private func hasBytes(for project: LoadCount.Project, _ bytes: Int, among parties: Int) -> Bool {
        guard bytes > 0 else { return true }
        let bound = self.limits.bound.bodyBytes
        let free = bound - self.count.bodyBytes
        guard bytes <= free else { return false }
        if free - bytes >= bound / 10 { return true }
        return bytes <= bound / max(1, parties) - project.bodyBytes
    }

    // MARK: Queue

    private typealias Candidate = (project: LoadCount.Project, place: Int, entry: Entry)

    /// Of the waiting project with the fewest in flight; of equals the one that has waited longest.
    private func next() -> Candidate? {
        guard self.waiting > 0, self.limits.bound.requests > self.count.requests else { return nil }
        let parties = self.parties
        let takesNewest = self.waiting * 2 >= self.limits.waiting
        var best: (candidate: Candidate, inFlight: Int, since: UInt64)?
        for (project, queue) in self.queues {
            let place = takesNewest ? queue.count - 1 : 0
            guard let first = queue.first, self.hasRoom(for: project, queue[place].bodyBytes, among: parties) else {
                continue
            }
            let rank = (project.requests, first.waiter.number)
            if let best, (best.inFlight, best.since) < rank { continue }
            best = ((project, place, queue[place]), rank.0, rank.1)
        }
        return best?.candidate
    }

    /// Takes the oldest from the project that has most waiting.
    private mutating func evict() -> Waiter? {
        var most: (project: LoadCount.Project, count: Int, first: Waiter)?
        for (project, queue) in self.queues {
            guard let first = queue.first?.waiter else { continue }
            if let most, (queue.count, most.first.number) < (most.count, first.number) { continue }
            most = (project, queue.count, first)
        }
        guard let most else { return nil }
        self.remove(at: 0, of: most.project)
        return most.first
    }

    private mutating func remove(at place: Int, of project: LoadCount.Project) {
        guard var queue = self.queues[project], queue.indices.contains(place) else { return }
        queue.remove(at: place)
        self.waiting -= 1
        self.queues[project] = queue.isEmpty ? nil : queue
    }
}
