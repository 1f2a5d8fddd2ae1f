import NIOCore
import NIOPosix

/// Holds a number of streams open and counts their events over a steady stretch, while the CPU and memory of the
/// watched processes are read at its two ends.
public struct StreamsLoad: Sendable {
    /// Where the streams come from.
    public var target: LoadTarget
    /// The model asked for; its streams should outlast the run.
    public var model: String
    /// How many streams.
    public var streams: Int
    /// Time over which they are opened.
    public var ramp: Duration
    /// Rest between the ramp and the steady stretch.
    public var settle = Duration.seconds(2)
    /// Length of the steady stretch.
    public var steady: Duration
    /// Processes whose CPU and memory are read.
    public var watchedPIDs: [Int]

    /// A load from its parts.
    public init(
        target: LoadTarget,
        model: String,
        streams: Int,
        ramp: Duration,
        steady: Duration,
        watchedPIDs: [Int]
    ) {
        self.target = target
        self.model = model
        self.streams = streams
        self.ramp = ramp
        self.steady = steady
        self.watchedPIDs = watchedPIDs
    }

    /// Runs the load.
    ///
    /// - Returns: Events and CPU of the steady stretch; errors of the whole run.
    public func run() async throws -> LoadReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let report = try await eventLoop.flatSubmit {
            let promise = eventLoop.makePromise(of: LoadReport.self)
            StreamsLoadRun(self, on: eventLoop, promise: promise).start()
            return promise.futureResult
        }.get()
        try await group.shutdownGracefully()
        return report
    }
}

/// The run itself, confined to its event loop.
private final class StreamsLoadRun {
    private let plan: StreamsLoad
    private let eventLoop: any EventLoop
    private let promise: EventLoopPromise<LoadReport>
    private let request: ByteBuffer
    private var report = LoadReport()
    private var connections: [LoadConnection] = []
    private var isSteady = false
    private var isOver = false
    private var steadySince: Int64 = 0

    init(_ plan: StreamsLoad, on eventLoop: any EventLoop, promise: EventLoopPromise<LoadReport>) {
        self.plan = plan
        self.eventLoop = eventLoop
        self.promise = promise
        self.request = ByteBuffer(bytes: plan.target.request(model: plan.model, streams: true))
    }

    func start() {
        self.report.idle = ProcessProbe(pids: self.plan.watchedPIDs)
        let ramp = self.plan.ramp.wholeNanoseconds
        for index in 0..<self.plan.streams {
            self.after(ramp * Int64(index) / Int64(max(self.plan.streams, 1))) { $0.open() }
        }
        let steadyStart = ramp + self.plan.settle.wholeNanoseconds
        self.after(steadyStart) { $0.beginSteady() }
        self.after(steadyStart + self.plan.steady.wholeNanoseconds) { $0.end() }
    }

    private func after(_ nanoseconds: Int64, _ act: @escaping (StreamsLoadRun) -> Void) {
        self.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(nanoseconds)) { act(self) }
    }

    private func open() {
        let target = self.plan.target
        LoadConnection.open(host: target.host, port: target.port, on: self.eventLoop) { connection in
            guard let connection else { return self.report.errors["no connection", default: 0] += 1 }
            self.connections.append(connection)
            connection.onEvents = { count in
                if self.isSteady { self.report.events += count }
            }
            self.ask(connection)
        }
    }

    private func ask(_ connection: LoadConnection) {
        let request = LoadRequest(bytes: self.request, abortsAfter: nil)
        connection.perform(request, timeout: .seconds(600)) { result, connection in
            guard !self.isOver else { return }
            self.report.add(result, isStream: true)
            if connection.isOpen, result.error == nil { self.ask(connection) }
        }
    }

    private func beginSteady() {
        self.isSteady = true
        self.steadySince = OracleLog.now()
        self.report.start = ProcessProbe(pids: self.plan.watchedPIDs)
    }

    private func end() {
        self.report.end = ProcessProbe(pids: self.plan.watchedPIDs)
        self.report.seconds = Double(OracleLog.now() - self.steadySince) / 1e9
        self.isSteady = false
        self.isOver = true
        for connection in self.connections { connection.closeNow() }
        self.promise.succeed(self.report)
    }
}
