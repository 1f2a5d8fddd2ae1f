import Exchange
import NIOCore
import Policy
import Synchronization
import Telemetry

/// What becomes of a request that asks for a place.
enum PlaceAnswer {
    /// It is in, and must leave.
    case admitted
    /// It waits; what it waits for is told later, on its own event loop.
    case waits(PlaceWait)
    /// It is turned away.
    case refused(GatewayFailure)
}

/// What a request waited for.
enum PlaceOutcome {
    /// It is in, and must leave.
    case admitted
    /// It is turned away.
    case refused(GatewayFailure)
}

/// The door to the road, shared by all loops: so many requests are in flight, with so many bytes of bodies, a few more wait
/// a moment, and the rest is turned away. While there is room for all a request pays for a few additions; only beyond that
/// is the queue asked, under a lock that is never held while anybody waits.
final class LoadGate: Sendable {
    /// One that waits, and how it is told.
    private struct Door: Sendable {
        let loop: any EventLoop
        let wait: NIOLoopBound<PlaceWait>

        func tell(_ outcome: PlaceOutcome) {
            self.loop.execute { self.wait.value.finish(outcome) }
        }
    }

    private struct State {
        var queue: FairQueue
        var doors: [FairQueue.Waiter: Door] = [:]
        var memory = MemoryWatch()
    }

    /// What is in flight.
    let count = LoadCount()
    let limits: FairQueue.Limits
    private let state: Mutex<State>
    /// Up to here nobody asks the queue; 0 when nothing is let in.
    private let freelyIn: Atomic<Int>
    private let freeBytes: Int
    /// Those that wait, and those that look at the queue. Whoever leaves looks whether there is any.
    private let attending = Atomic<Int>(0)
    private let pressureLevel = Atomic<Int>(0)
    private let shed: [ShedReason: Counter]

    /// A gate with nobody in it.
    ///
    /// - Parameters:
    ///   - limits: Its bounds.
    ///   - registry: Where the metrics are shown.
    ///   - seed: Of the jitter.
    init(_ limits: FairQueue.Limits, registry: MetricRegistry, seed: UInt64) {
        self.limits = limits
        self.state = Mutex(State(queue: FairQueue(limits, self.count, seed: seed)))
        self.freelyIn = Atomic(limits.bound.uncontended.requests)
        self.freeBytes = limits.bound.uncontended.bodyBytes
        var shed: [ShedReason: Counter] = [:]
        for reason in ShedReason.allCases {
            shed[reason] = registry.counter(
                "martlet_shed_requests_total",
                help: "Requests turned away for want of room, by reason.",
                labels: [("reason", reason.rawValue)]
            )
        }
        self.shed = shed
    }

    // MARK: In

    /// A request asks for a place.
    ///
    /// - Parameters:
    ///   - project: Whose it is.
    ///   - bytes: Body bytes that it will hold, as far as that is known.
    ///   - loop: The loop it lives on; the caller is on it.
    ///   - tell: What is to be done when it has waited.
    /// - Returns: Whether it is in.
    func enter(
        _ project: LoadCount.Project,
        bodyBytes bytes: Int,
        on loop: any EventLoop,
        _ tell: @escaping (PlaceOutcome) -> Void
    ) -> PlaceAnswer {
        self.entersFreely(project, bodyBytes: bytes) ? .admitted : self.ask(project, bytes, loop, tell)
    }

    /// While there is room for all, lets a request in.
    ///
    /// - Returns: Whether it is in. If not, `enter` says what becomes of it.
    func entersFreely(_ project: LoadCount.Project, bodyBytes: Int) -> Bool {
        let bound = LoadBound(requests: self.freelyIn.load(ordering: .relaxed), bodyBytes: self.freeBytes)
        return self.count.enter(project, bodyBytes: bodyBytes, within: bound)
    }

    private func ask(
        _ project: LoadCount.Project,
        _ bytes: Int,
        _ loop: any EventLoop,
        _ tell: @escaping (PlaceOutcome) -> Void
    ) -> PlaceAnswer {
        let wait = PlaceWait(self, project, bytes, tell)
        let door = Door(loop: loop, wait: NIOLoopBound(wait, eventLoop: loop))
        let now = MonotonicInstant(nanoseconds: loop.now.uptimeNanoseconds)
        // Before the look: who leaves after it is sure to look too.
        self.attending.add(1, ordering: .sequentiallyConsistent)
        let (arrival, evicted, pressure) = self.state.withLock { state in
            let arrival = state.queue.arrive(project, bodyBytes: bytes, at: now)
            var evicted: (door: Door, retryAfter: Duration)?
            if case .waits(let waiter, let other) = arrival {
                state.doors[waiter] = door
                if let other, let door = state.doors.removeValue(forKey: other) {
                    evicted = (door, state.queue.retryAfter())
                }
            }
            return (arrival, evicted, state.memory.pressure)
        }
        if let evicted { self.turnAway([evicted.door], .queueFull, [evicted.retryAfter]) }
        switch arrival {
        case .admitted:
            self.attending.subtract(1, ordering: .sequentiallyConsistent)
            return .admitted
        case .waits(let waiter, _):
            wait.begin(waiter, on: loop, patience: self.limits.patience)
            return .waits(wait)
        case .refused:
            self.attending.subtract(1, ordering: .sequentiallyConsistent)
            let isTooLong = bytes > self.limits.bound.bodyBytes
            return .refused(self.refuse(isTooLong ? .bodyBudget : pressure > .none ? .memory : .queueFull))
        }
    }

    // MARK: Bodies

    /// A body turns out longer than was known.
    ///
    /// - Returns: Why there is no room for it; `nil` when there is, and it is counted.
    func hold(_ bytes: Int, _ project: LoadCount.Project) -> GatewayFailure? {
        let bound = LoadBound(requests: 0, bodyBytes: self.freeBytes)
        if self.count.hold(bytes, project, within: bound) { return nil }
        let fits = self.state.withLock { $0.queue.grow(by: bytes, project) }
        return fits ? nil : self.refuse(.bodyBudget)
    }

    /// A body, or a part of it, is not held any more.
    func release(_ bytes: Int, _ project: LoadCount.Project) {
        self.count.release(bytes, project)
        self.lookAgain()
    }

    // MARK: Out

    /// A request that was let in is over.
    func leave(_ project: LoadCount.Project) {
        self.count.leave(project)
        self.lookAgain()
    }

    /// Somebody may fit in now.
    private func lookAgain() {
        guard self.attending.load(ordering: .sequentiallyConsistent) > 0 else { return }
        let doors = self.state.withLock { state in
            state.queue.letIn().compactMap { state.doors.removeValue(forKey: $0) }
        }
        guard !doors.isEmpty else { return }
        self.attending.subtract(doors.count, ordering: .sequentiallyConsistent)
        for door in doors { door.tell(.admitted) }
    }

    /// A waiting request's caller has left.
    func cancel(_ waiter: FairQueue.Waiter, of project: LoadCount.Project) {
        let wasWaiting = self.state.withLock { state in
            state.doors[waiter] = nil
            return state.queue.cancel(waiter, of: project)
        }
        if wasWaiting { self.attending.subtract(1, ordering: .sequentiallyConsistent) }
    }

    /// Some have waited long enough.
    func expire(at now: MonotonicInstant) {
        let (doors, waits) = self.state.withLock { state in
            let doors = state.queue.expire(at: now).compactMap { state.doors.removeValue(forKey: $0) }
            return (doors, doors.map { _ in state.queue.retryAfter() })
        }
        self.turnAway(doors, .queueTimeout, waits)
    }

    private func turnAway(_ doors: [Door], _ reason: ShedReason, _ waits: [Duration]) {
        guard !doors.isEmpty else { return }
        self.attending.subtract(doors.count, ordering: .sequentiallyConsistent)
        self.shed[reason]?.add(doors.count)
        for (door, wait) in zip(doors, waits) { door.tell(.refused(reason.failure(retryAfter: wait))) }
    }

    private func refuse(_ reason: ShedReason) -> GatewayFailure {
        self.shed[reason]?.add()
        return reason.failure(retryAfter: self.state.withLock { $0.queue.retryAfter() })
    }

    // MARK: Memory

    /// A reading of the memory in use was taken.
    func note(_ figures: [MemoryFigures]) {
        let pressure = self.state.withLock { state in
            let pressure = state.memory.note(figures)
            state.queue.limits.waiting = pressure >= .noWaiting ? 0 : self.limits.waiting
            state.queue.limits.bound.requests = pressure >= .refusing ? 0 : self.limits.bound.requests
            return pressure
        }
        self.pressureLevel.store(pressure.rawValue, ordering: .relaxed)
        let freely = pressure >= .refusing ? 0 : self.limits.bound.uncontended.requests
        self.freelyIn.store(freely, ordering: .relaxed)
        self.lookAgain()
    }

    /// What is done without at the moment.
    var pressure: MemoryPressure { MemoryPressure(rawValue: self.pressureLevel.load(ordering: .relaxed)) ?? .none }

    /// Whether connections end with their answer.
    var endsConnections: Bool {
        self.pressureLevel.load(ordering: .relaxed) >= MemoryPressure.noKeepAlive.rawValue
    }

    // MARK: Seeing it

    /// Requests that wait.
    var waiting: Int { self.state.withLock { $0.queue.waiting } }

    /// How many were turned away since the start.
    func shedCount(_ reason: ShedReason) -> Int { self.shed[reason]?.value ?? 0 }
}

extension ShedReason {
    /// What a caller is told.
    fileprivate func failure(retryAfter: Duration) -> GatewayFailure {
        let message =
            switch self {
            case .queueFull, .queueTimeout: "Martlet serves as many requests as it may; try again shortly."
            case .bodyBudget: "Martlet holds as many request bodies as it may; try again shortly."
            case .memory: "Martlet is short of memory; try again shortly."
            }
        return GatewayFailure(.overloaded, message, retryAfter: retryAfter)
    }
}
