import Glibc
import Synchronization

/// What is kept of the traffic, bounded: the oldest entries go first.
public struct OracleLogLimits: Sendable {
    /// Requests kept.
    public var requests = 10_000
    /// Connections kept.
    public var connections = 10_000
    /// Bytes kept of each request's body.
    public var bodyBytes = 4 << 20
    /// Bytes kept of what was sent for each request.
    public var sentBytes = 1 << 20
    /// Bytes kept of what each connection received.
    public var receivedBytes = 1 << 20

    /// Limits that suit tests: generous, as a test makes few requests.
    public init() {}

    /// Limits for a process under load: counts, heads, and the first few kilobytes.
    public static var frugal: OracleLogLimits {
        var limits = OracleLogLimits()
        limits.requests = 5_000
        limits.connections = 1_000
        limits.bodyBytes = 8 << 10
        limits.sentBytes = 0
        limits.receivedBytes = 0
        return limits
    }
}

/// Everything the oracle saw, shared by its connections and the test that asks.
///
/// Each entry has a lock of its own, so that a stream in full flow does not contend with the others.
final class OracleLog: Sendable {
    final class Entry<Value: Sendable>: Sendable {
        private let value: Mutex<Value>

        init(_ value: sending Value) {
            self.value = Mutex(value)
        }

        var snapshot: Value { self.value.withLock { $0 } }

        func update(_ change: (inout Value) -> Void) {
            self.value.withLock { change(&$0) }
        }
    }

    private struct Waiter {
        var id: Int
        var isFulfilled: @Sendable () -> Bool
        var resume: @Sendable (Bool) -> Void
    }

    private struct State {
        var requests: [Entry<OracleRequest>] = []
        var connections: [Entry<OracleConnection>] = []
        var requestCount = 0
        var connectionCount = 0
        var openConnections = 0
        var waiters: [Waiter] = []
        var waiterCount = 0
    }

    let limits: OracleLogLimits
    private let state = Mutex(State())
    private let hasWaiters = Atomic(false)

    init(limits: OracleLogLimits) {
        self.limits = limits
    }

    /// Nanoseconds on Linux's `CLOCK_MONOTONIC`, which other processes of the machine read too.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    var requests: [OracleRequest] {
        self.state.withLock { $0.requests }.map(\.snapshot)
    }

    var connections: [OracleConnection] {
        self.state.withLock { $0.connections }.map(\.snapshot)
    }

    var counts: (requests: Int, connections: Int, openConnections: Int) {
        self.state.withLock { ($0.requestCount, $0.connectionCount, $0.openConnections) }
    }

    func opened() -> Entry<OracleConnection> {
        self.state.withLock { state in
            state.connectionCount += 1
            state.openConnections += 1
            let entry = Entry(OracleConnection(id: state.connectionCount, now: Self.now()))
            state.connections.append(entry, droppingOver: self.limits.connections)
            return entry
        }
    }

    func closed() {
        self.state.withLock { $0.openConnections -= 1 }
        self.changed()
    }

    func began(_ head: OracleRequestHead, on connectionID: Int) -> Entry<OracleRequest> {
        self.state.withLock { state in
            state.requestCount += 1
            let request = OracleRequest(id: state.requestCount, connectionID: connectionID, head: head, now: Self.now())
            let entry = Entry(request)
            state.requests.append(entry, droppingOver: self.limits.requests)
            return entry
        }
    }

    func reset() {
        self.state.withLock { state in
            state.requests = []
            state.connections = []
        }
    }
}

extension OracleLog {
    /// Tells those who wait that something happened. Cheap when nobody waits.
    func changed() {
        guard self.hasWaiters.load(ordering: .acquiring) else { return }
        let waiters = self.state.withLock { $0.waiters }
        for waiter in waiters where waiter.isFulfilled() {
            self.finish(waiter.id, with: true)
        }
    }

    /// Calls `resume` once: with `true` when the condition holds after some change, with `false` when given up.
    ///
    /// - Returns: The number by which to give up.
    func wait(until isFulfilled: @escaping @Sendable () -> Bool, resume: @escaping @Sendable (Bool) -> Void) -> Int {
        let id = self.state.withLock { state in
            state.waiterCount += 1
            state.waiters.append(Waiter(id: state.waiterCount, isFulfilled: isFulfilled, resume: resume))
            self.hasWaiters.store(true, ordering: .releasing)
            return state.waiterCount
        }
        self.changed()
        return id
    }

    /// Ends one wait, if it has not ended yet.
    func finish(_ id: Int, with fulfilled: Bool) {
        let waiter = self.state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
            defer { self.hasWaiters.store(!state.waiters.isEmpty, ordering: .releasing) }
            return state.waiters.remove(at: index)
        }
        waiter?.resume(fulfilled)
    }
}

extension Array {
    /// Appends, and drops a tenth of the oldest when there are more than `limit`.
    fileprivate mutating func append(_ element: Element, droppingOver limit: Int) {
        self.append(element)
        guard self.count > limit else { return }
        self.removeFirst(Swift.min(self.count, self.count - limit + limit / 10))
    }
}
