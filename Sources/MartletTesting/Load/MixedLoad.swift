import NIOCore
import NIOPosix

/// Sends requests at a fixed rate, some of them streams, some of them left in the middle.
public struct MixedLoad: Sendable {
    /// Where they go.
    public var target: LoadTarget
    /// The model of plain requests.
    public var model: String
    /// The model of streams.
    public var streamModel: String
    /// Requests a second; nothing waits for anything else, so a slow server makes them pile up.
    public var rate: Int
    /// How long.
    public var duration: Duration
    /// Share of streams, 0 to 1.
    public var streamShare = 0.3
    /// Share of requests the client leaves, 0 to 1.
    public var abortShare = 0.05
    /// Requests under way at most; those over it count as errors.
    public var maxInFlight = 4096
    /// Processes read at the start and at the end.
    public var watchedPIDs: [Int]
    /// Called every ten seconds or so with the state of things.
    public var onProgress: (@Sendable (LoadReport, ProcessProbe) -> Void)?

    /// A load from its parts.
    public init(
        target: LoadTarget,
        model: String,
        streamModel: String,
        rate: Int,
        duration: Duration,
        watchedPIDs: [Int]
    ) {
        self.target = target
        self.model = model
        self.streamModel = streamModel
        self.rate = rate
        self.duration = duration
        self.watchedPIDs = watchedPIDs
    }

    /// Runs the load, then waits for what is under way.
    ///
    /// - Returns: Counts and latencies of the whole run.
    public func run() async throws -> LoadReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let report = try await eventLoop.flatSubmit {
            let promise = eventLoop.makePromise(of: LoadReport.self)
            MixedLoadRun(self, on: eventLoop, promise: promise).start()
            return promise.futureResult
        }.get()
        try await group.shutdownGracefully()
        return report
    }
}

/// The run itself, confined to its event loop.
private final class MixedLoadRun {
    private let plan: MixedLoad
    private let eventLoop: any EventLoop
    private let promise: EventLoopPromise<LoadReport>
    private let plain: ByteBuffer
    private let stream: ByteBuffer
    private var report = LoadReport()
    private var idle: [LoadConnection] = []
    private var inFlight = 0
    private var sent = 0
    private var startedAt: Int64 = 0
    private var nextProgress: Int64 = 10_000_000_000
    /// A fixed seed: every run draws the same streams and aborts.
    private var random = SplitMix(state: 0x6D61_7274_6C65_7421)

    init(_ plan: MixedLoad, on eventLoop: any EventLoop, promise: EventLoopPromise<LoadReport>) {
        self.plan = plan
        self.eventLoop = eventLoop
        self.promise = promise
        self.plain = ByteBuffer(bytes: plan.target.request(model: plan.model, streams: false))
        self.stream = ByteBuffer(bytes: plan.target.request(model: plan.streamModel, streams: true))
    }

    func start() {
        self.report.idle = ProcessProbe(pids: self.plan.watchedPIDs)
        self.report.start = self.report.idle
        self.startedAt = OracleLog.now()
        self.tick()
    }

    private func tick() {
        let elapsed = OracleLog.now() - self.startedAt
        let isSending = elapsed < self.plan.duration.wholeNanoseconds
        if isSending {
            let due = Int(exactly: (Double(elapsed) * Double(self.plan.rate) / 1e9).rounded(.down)) ?? self.sent
            while self.sent < due { self.sendOne() }
        } else if self.inFlight == 0 {
            return self.end(elapsed)
        }
        if elapsed >= self.nextProgress {
            self.nextProgress += 10_000_000_000
            self.plan.onProgress?(self.report, ProcessProbe(pids: self.plan.watchedPIDs))
        }
        self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(2)) { self.tick() }
    }

    private func sendOne() {
        self.sent += 1
        let isStream = self.random.next() < self.plan.streamShare
        let aborts = self.random.next() < self.plan.abortShare
        let events = aborts ? Int(self.random.next() * 8) : nil
        guard self.inFlight < self.plan.maxInFlight else {
            return self.report.errors["too many under way", default: 0] += 1
        }
        self.inFlight += 1
        let request = LoadRequest(bytes: isStream ? self.stream : self.plain, abortsAfter: events)
        while let connection = self.idle.popLast() {
            if connection.isOpen { return self.perform(request, on: connection, isStream: isStream) }
        }
        let target = self.plan.target
        LoadConnection.open(host: target.host, port: target.port, on: self.eventLoop) { connection in
            guard let connection else {
                self.inFlight -= 1
                return self.report.errors["no connection", default: 0] += 1
            }
            self.perform(request, on: connection, isStream: isStream)
        }
    }

    private func perform(_ request: LoadRequest, on connection: LoadConnection, isStream: Bool) {
        connection.perform(request, timeout: .seconds(30)) { result, connection in
            self.inFlight -= 1
            self.report.add(result, isStream: isStream)
            self.report.events += result.progress.events
            if connection.isOpen, !result.wasAborted, result.progress.isComplete { self.idle.append(connection) }
        }
    }

    private func end(_ elapsed: Int64) {
        for connection in self.idle { connection.closeNow() }
        self.report.end = ProcessProbe(pids: self.plan.watchedPIDs)
        self.report.seconds = Double(elapsed) / 1e9
        self.promise.succeed(self.report)
    }
}

/// A small, seeded source of numbers in 0..<1.
struct SplitMix {
    var state: UInt64

    mutating func next() -> Double {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var bits = self.state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((bits ^ (bits >> 31)) >> 11) / Double(1 << 53)
    }
}
