import Synchronization

/// How much may be in flight.
public struct LoadBound: Sendable, Equatable {
    /// Requests that were let in and are not over.
    public var requests: Int
    /// Bytes of their bodies that are still held.
    public var bodyBytes: Int

    /// Makes a bound.
    public init(requests: Int, bodyBytes: Int = .max) {
        self.requests = requests
        self.bodyBytes = bodyBytes
    }

    /// Up to here nobody asks whose turn it is.
    public var uncontended: LoadBound {
        LoadBound(requests: self.requests - self.requests / 10, bodyBytes: self.bodyBytes - self.bodyBytes / 10)
    }

    /// How many requests a process can carry: each has two sockets, of the seven eighths of the descriptors that serve
    /// requests, and what it holds of body and unsent answer fits half of the memory at 256 KiB each.
    ///
    /// - Parameters:
    ///   - descriptors: Descriptors that the process may have open.
    ///   - memoryBytes: Memory that it may use; `nil` when that is not known.
    ///   - connections: Connections that callers may have open.
    /// - Returns: At least 16.
    public static func requests(descriptors: Int, memoryBytes: Int?, connections: Int) -> Int {
        let sockets = max(0, descriptors) / 16 * 7
        let memory = memoryBytes.map { max(0, $0) / 2 / (256 << 10) } ?? .max
        return max(16, min(sockets, memory, connections))
    }
}

/// Requests in flight and the body bytes that they hold, of everybody and of each project. Counted without a lock: while
/// there is room a request pays for a few additions.
public final class LoadCount: Sendable {
    /// What one project has in flight.
    public final class Project: Sendable, Hashable {
        /// The project's id.
        public let id: String
        fileprivate let requestCount = Atomic<Int>(0)
        fileprivate let byteCount = Atomic<Int>(0)

        fileprivate init(_ id: String) {
            self.id = id
        }

        /// Requests in flight.
        public var requests: Int { self.requestCount.load(ordering: .relaxed) }
        /// Body bytes held.
        public var bodyBytes: Int { self.byteCount.load(ordering: .relaxed) }

        /// The same object.
        public static func == (a: Project, b: Project) -> Bool { a === b }

        /// Hashes its identity.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(self))
        }
    }

    /// Projects are rows of the configuration; those that went are forgotten beyond so many.
    private static let mostIdle = 4_096

    private let requestCount = Atomic<Int>(0)
    private let byteCount = Atomic<Int>(0)
    private let busyCount = Atomic<Int>(0)
    private let known = Mutex<[String: Project]>([:])

    /// Nothing in flight.
    public init() {}

    /// Requests in flight.
    public var requests: Int { self.requestCount.load(ordering: .sequentiallyConsistent) }
    /// Body bytes held.
    public var bodyBytes: Int { self.byteCount.load(ordering: .sequentiallyConsistent) }
    /// Projects that have requests in flight.
    var busyProjects: Int { self.busyCount.load(ordering: .relaxed) }

    /// The counter of a project, to be kept by whoever asks often.
    public func project(_ id: String) -> Project {
        self.known.withLock { known in
            if let project = known[id] { return project }
            if known.count >= Self.mostIdle {
                known = known.filter { $0.value.requests > 0 || $0.value.bodyBytes > 0 }
            }
            let project = Project(id)
            known[id] = project
            return project
        }
    }

    /// Counts a request in if that stays within a bound; otherwise counts nothing.
    ///
    /// - Parameters:
    ///   - project: Whose it is.
    ///   - bytes: Body bytes that it will hold.
    ///   - bound: What may be in flight with it.
    /// - Returns: Whether it is in.
    public func enter(_ project: Project, bodyBytes bytes: Int, within bound: LoadBound) -> Bool {
        guard Self.add(1, to: self.requestCount, most: bound.requests) else { return false }
        guard self.hold(bytes, project, within: bound) else {
            self.requestCount.subtract(1, ordering: .sequentiallyConsistent)
            return false
        }
        self.noteEntry(project)
        return true
    }

    /// Counts a request in, whatever else is in flight.
    func enter(_ project: Project, bodyBytes bytes: Int) {
        self.requestCount.add(1, ordering: .sequentiallyConsistent)
        self.noteEntry(project)
        self.hold(bytes, project)
    }

    /// Counts a request out. What it still holds of its body is released apart.
    public func leave(_ project: Project) {
        self.requestCount.subtract(1, ordering: .sequentiallyConsistent)
        let left = project.requestCount.subtract(1, ordering: .relaxed).newValue
        if left == 0 { self.busyCount.subtract(1, ordering: .relaxed) }
    }

    /// Counts body bytes in if that stays within a bound; otherwise counts nothing.
    ///
    /// - Parameters:
    ///   - bytes: How many more.
    ///   - project: Whose they are.
    ///   - bound: What may be held with them.
    /// - Returns: Whether they are counted.
    public func hold(_ bytes: Int, _ project: Project, within bound: LoadBound) -> Bool {
        guard bytes > 0 else { return true }
        guard Self.add(bytes, to: self.byteCount, most: bound.bodyBytes) else { return false }
        project.byteCount.add(bytes, ordering: .relaxed)
        return true
    }

    func hold(_ bytes: Int, _ project: Project) {
        guard bytes > 0 else { return }
        self.byteCount.add(bytes, ordering: .sequentiallyConsistent)
        project.byteCount.add(bytes, ordering: .relaxed)
    }

    /// Counts body bytes out.
    public func release(_ bytes: Int, _ project: Project) {
        self.byteCount.subtract(bytes, ordering: .sequentiallyConsistent)
        project.byteCount.subtract(bytes, ordering: .relaxed)
    }

    private func noteEntry(_ project: Project) {
        let now = project.requestCount.add(1, ordering: .relaxed).newValue
        if now == 1 { self.busyCount.add(1, ordering: .relaxed) }
    }

    /// Adds all or nothing; nothing is ever counted that is then taken back, so that nobody is turned away for it.
    private static func add(_ count: Int, to cell: borrowing Atomic<Int>, most bound: Int) -> Bool {
        var known = cell.load(ordering: .relaxed)
        while true {
            let (sum, overflow) = known.addingReportingOverflow(count)
            guard !overflow, sum <= bound else { return false }
            let (exchanged, original) = cell.weakCompareExchange(
                expected: known,
                desired: sum,
                ordering: .sequentiallyConsistent
            )
            if exchanged { return true }
            known = original
        }
    }
}
