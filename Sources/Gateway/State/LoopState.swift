import Exchange
import Ledger
import NIOCore
import Policy
import Providers
import Storage
import Upstream
import Wire

/// Everything one event loop owns: nothing here is shared, so nothing here is locked.
final class LoopState {
    let loop: any EventLoop
    let shared: SharedState
    let pool: ConnectionPool
    let tape = JSONTape()
    /// Reads the events of all streams: its memory is at hand, where one of each stream's own would not be.
    let events = EventReader()
    var ids: RequestIDGenerator
    var counters: RequestCounters
    var subjects = SubjectCache()
    var failures = PeerFailures()
    var strangers = StrangerAllowance()
    /// The `date` header's text, renewed by the tick.
    private(set) var date = ""
    private(set) var unixMilliseconds: Int64 = 0
    /// The wall clock in whole seconds, as credentials count.
    var wallTime: WallTime { WallTime(seconds: Int(self.unixMilliseconds / 1000)) }
    private var clockBase: (monotonic: NIODeadline, wall: Int64)
    private var scratch = ByteBuffer()
    /// Memory that requests to vendors were written from, and answers gathered in.
    private var bodyMemory: [ByteBuffer] = []
    private var currentSnapshot: Snapshot
    private var generation: UInt64
    /// What was asked for last is often what comes next: it is found without a hash.
    private var lastModel: (name: ModelName, model: Model)?
    private var connections: [ClientConnection] = []
    /// Which of them carry a stream on its way, for which nothing is due by the tenth of a second.
    private var calm: [Bool] = []
    /// The generation at the last tick.
    private var tickedGeneration: UInt64
    private var tickTask: RepeatedTask?
    private var records: [RequestRecord] = []
    /// For telemetry; empty when nobody asked for it.
    private var finished: [FinishedRequest] = []
    /// Entries of this loop are in the journal's memory, and not in its file yet.
    private(set) var hasUnwritten = false
    /// What goes on when they are: requests to vendors, and after them all else. Whoever is woken by the first of a kind finds the
    /// others without being woken for each.
    private var requestsWaiting: [Waiting] = []
    private var answersWaiting: [Waiting] = []
    private var ticks = 0

    private struct Waiting {
        let exchange: ActiveExchange
        /// Kept alive: it may have closed meanwhile, and the exchange does not hold it.
        let client: ClientConnection
        let goOn: (_ exchange: ActiveExchange, _ isWritten: Bool) -> Void
    }

    init(loop: any EventLoop, shared: SharedState, connector: any UpstreamConnector, seed: UInt64) {
        self.loop = loop
        self.shared = shared
        var limits = PoolLimits()
        limits.idleTimeout = TimeAmount(shared.options.deadlines.upstreamIdle)
        limits.queueTimeout = TimeAmount(shared.options.deadlines.queue)
        self.pool = ConnectionPool(loop: loop, connector: connector, limits: limits)
        self.ids = RequestIDGenerator(seed: seed)
        self.counters = RequestCounters(registry: shared.metrics.registry)
        self.generation = shared.snapshots.generation
        self.tickedGeneration = self.generation
        self.currentSnapshot = shared.snapshots.snapshot
        self.clockBase = (loop.now, shared.unixMilliseconds())
        self.renewClock()
    }

    /// The snapshot in force and its generation, which belong together: what is remembered of a snapshot is good for that
    /// generation only, and a write may come between two looks. One load unless it changed.
    var current: (snapshot: Snapshot, generation: UInt64) {
        let generation = self.shared.snapshots.generation
        if generation != self.generation {
            self.generation = generation
            self.currentSnapshot = self.shared.snapshots.snapshot
            self.lastModel = nil
        }
        return (self.currentSnapshot, self.generation)
    }

    /// The snapshot in force.
    var snapshot: Snapshot { self.current.snapshot }

    /// A model of the snapshot in force, by its public name.
    func model(named name: String) -> Model? {
        let (snapshot, name) = (self.current.snapshot, ModelName(name))
        if let last = self.lastModel, last.name == name { return last.model }
        // One that a star stands for may be forgotten and made anew, for all loops alike: it is not kept here.
        guard let model = snapshot.listed(name.text) else { return snapshot.model(named: name.text) }
        self.lastModel = (name, model)
        return model
    }

    /// Milliseconds since 1970 at a moment of the loop's clock.
    func unixMilliseconds(at moment: NIODeadline) -> Int64 {
        self.clockBase.wall + (moment - self.clockBase.monotonic).nanoseconds / 1_000_000
    }

    /// The loop's clock, as limits read it.
    var monotonicNow: MonotonicInstant { self.loop.now.monotonic }

    // MARK: Buffers

    /// Takes the reusable output buffer, empty; give it back with `returnScratch` once written.
    func takeScratch() -> ByteBuffer {
        var buffer = ByteBuffer()
        swap(&buffer, &self.scratch)
        buffer.clear()
        return buffer
    }

    /// Gives the buffer back. One still held by a channel, or grown large, is not kept.
    func returnScratch(_ buffer: consuming ByteBuffer) {
        guard buffer.capacity <= 256 * 1024 else { return }
        self.scratch = buffer
    }

    /// Takes memory for a request to a vendor, or its answer; give it back with `returnBodyMemory` once it is sent. It may hold an
    /// earlier one.
    func takeBodyMemory() -> ByteBuffer { self.bodyMemory.popLast() ?? ByteBuffer() }

    /// Gives it back. As many are kept as one round of the loop may need, and none that is large.
    func returnBodyMemory(_ buffer: consuming ByteBuffer) {
        guard buffer.capacity <= 16 * 1024, self.bodyMemory.count < 64 else { return }
        self.bodyMemory.append(buffer)
    }

    // MARK: Connections and time

    func add(_ connection: ClientConnection) {
        connection.slot = self.connections.count
        self.connections.append(connection)
        self.calm.append(false)
        if self.tickTask == nil { self.startTicking() }
    }

    func remove(_ connection: ClientConnection) {
        let slot = connection.slot
        guard slot >= 0, slot < self.connections.count, self.connections[slot] === connection else { return }
        let last = self.connections.removeLast()
        let isLastCalm = self.calm.removeLast()
        if last !== connection {
            self.connections[slot] = last
            self.calm[slot] = isLastCalm
            last.slot = slot
        }
        connection.slot = -1
    }

    /// Notes whether a connection is looked at every second rather than at every tick.
    func setCalm(_ connection: ClientConnection, _ isCalm: Bool) {
        guard self.calm.indices.contains(connection.slot) else { return }
        self.calm[connection.slot] = isCalm
    }

    private func startTicking() {
        self.renewClock()
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        self.tickTask = self.loop.scheduleRepeatedTask(
            initialDelay: .milliseconds(100),
            delay: .milliseconds(100)
        ) { _ in bound.value.tick() }
    }

    /// Ten times a second while there is anything to watch: deadlines, keep-alives, revoked keys, the record queue.
    private func tick() {
        self.ticks &+= 1
        self.renewClock()
        let now = self.loop.now
        let generation = self.current.generation
        let hasChanged = generation != self.tickedGeneration
        self.tickedGeneration = generation
        // A connection may remove itself; the one swapped into its place is then visited in this round or the next.
        var index = self.connections.count - 1
        while index >= 0 {
            if index < self.connections.count, hasChanged || !self.calm[index] || (index + self.ticks) % 10 == 0 {
                self.connections[index].tick(now)
            }
            index -= 1
        }
        if self.ticks % 10 == 0 {
            self.pool.tick()
            self.failures.forgetOld(now)
            self.subjects = SubjectCache()
        }
        self.flushRecords()
        if self.connections.isEmpty, self.pool.counts.open == 0 {
            self.tickTask?.cancel()
            self.tickTask = nil
            self.subjects = SubjectCache()
            self.bodyMemory = []
        }
    }

    private func renewClock() {
        let now = self.loop.now
        // The wall clock is read again, not extrapolated, so that a step of it is followed within a tick.
        self.clockBase = (now, self.shared.unixMilliseconds())
        self.shared.budgetTime.tick(wall: self.clockBase.wall, at: self.monotonicNow)
        let seconds = self.clockBase.wall / 1000
        if seconds != self.unixMilliseconds / 1000 || self.date.isEmpty {
            self.date = HTTPDate.text(unixSeconds: seconds)
        }
        self.unixMilliseconds = self.clockBase.wall
    }

    // MARK: Journal

    /// Notes that an entry was put off: whatever else this round of the loop brings is written together with it, at its end.
    func noteUnwritten() {
        guard !self.hasUnwritten else { return }
        self.hasUnwritten = true
        let bound = NIOLoopBound(self, eventLoop: self.loop)
        self.loop.execute { bound.value.writeJournal() }
    }

    /// Lets an exchange go on when what was put off is written.
    func afterWriting(
        isRequest: Bool,
        _ exchange: ActiveExchange,
        _ goOn: @escaping (_ exchange: ActiveExchange, _ isWritten: Bool) -> Void
    ) {
        let waiting = Waiting(exchange: exchange, client: exchange.client, goOn: goOn)
        if isRequest { self.requestsWaiting.append(waiting) } else { self.answersWaiting.append(waiting) }
    }

    /// Writes what was put off, and lets go on what waits for it.
    func writeJournal() {
        guard self.hasUnwritten else { return }
        self.hasUnwritten = false
        let isWritten = self.shared.journal?.writeOut() ?? false
        var (requests, answers): ([Waiting], [Waiting]) = ([], [])
        swap(&requests, &self.requestsWaiting)
        swap(&answers, &self.answersWaiting)
        for waiting in requests { waiting.goOn(waiting.exchange, isWritten) }
        for waiting in answers { waiting.goOn(waiting.exchange, isWritten) }
        // Those that went on may have put something off in turn; otherwise the memory is used again.
        Self.giveBack(&requests, to: &self.requestsWaiting)
        Self.giveBack(&answers, to: &self.answersWaiting)
    }

    private static func giveBack(_ used: inout [Waiting], to waiting: inout [Waiting]) {
        guard waiting.isEmpty else { return }
        used.removeAll(keepingCapacity: true)
        swap(&used, &waiting)
    }

    // MARK: Records

    func append(_ record: consuming RequestRecord) {
        self.records.append(record)
        if self.records.count >= 64 { self.flushRecords() }
        if self.tickTask == nil { self.startTicking() }
    }

    /// Hands a finished request to telemetry, with the records of its round.
    func tell(_ request: FinishedRequest) {
        self.finished.append(request)
        if self.finished.count >= 64 { self.shared.telemetry?.submit(&self.finished) }
    }

    func flushRecords() {
        if !self.finished.isEmpty { self.shared.telemetry?.submit(&self.finished) }
        guard !self.records.isEmpty else { return }
        self.shared.records.submit(&self.records)
    }

    /// Stops everything: idle upstream connections close, the tick ends.
    func stop() {
        self.writeJournal()
        self.flushRecords()
        self.pool.close()
        self.tickTask?.cancel()
        self.tickTask = nil
    }

    /// Closes client connections that carry nothing; returns how many others there are.
    func closeIdleConnections() -> Int {
        Array(self.connections).reduce(0) { count, connection in connection.closeIfIdle() ? count + 1 : count }
    }

    /// Ends all client connections, whatever they carry.
    func endConnections() {
        for connection in Array(self.connections) { connection.end() }
    }
}

extension NIODeadline {
    /// A moment of the loop's clock, as limits read it.
    var monotonic: MonotonicInstant { MonotonicInstant(nanoseconds: self.uptimeNanoseconds) }
}
