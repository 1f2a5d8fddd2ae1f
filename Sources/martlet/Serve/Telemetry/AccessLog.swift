import Gateway
import Glibc
import Telemetry

/// One JSON line for each finished request. Lines wait in a bounded queue of their own: a reader that does not read, or a
/// disk that is full, costs lines, which are counted.
struct AccessLog: Sendable {
    private static let capacity = 4 << 20

    private let writer: LogWriter

    /// A log on standard output, or in a file that is put aside when it is full.
    ///
    /// - Throws: `TelemetryMistake` when the file cannot be opened.
    init?(_ settings: Settings.Log, registry: MetricRegistry) throws(TelemetryMistake) {
        guard settings.access == "json" else { return nil }
        guard let path = settings.accessFile else {
            self.init(.descriptor(STDOUT_FILENO, capacity: Self.capacity), registry: registry)
            return
        }
        let file = try RotatingFile(path: path, bytes: settings.accessFileBytes, count: settings.accessFileCount)
        self.init(LogWriter(capacity: Self.capacity) { file.append($0) }, registry: registry)
        Self.count({ file.lostLines }, in: registry)
    }

    init(_ writer: LogWriter, registry: MetricRegistry) {
        self.writer = writer
        Self.count({ writer.droppedLines }, in: registry)
    }

    private static func count(_ read: @escaping @Sendable () -> Int, in registry: MetricRegistry) {
        registry.collect(
            "martlet_telemetry_dropped_total",
            help: "Items of telemetry dropped: the queue was full, or the place where they go did not take them.",
            type: .counter
        ) { [(labels: [("signal", "access_log")], value: Double(read()))] }
    }

    /// Queues a line for each request.
    func put(_ requests: [FinishedRequest]) {
        for request in requests where !request.isOfStranger { self.writer.write(RequestView(request).line) }
    }

    /// Waits until everything queued is written, no longer than the limit.
    func finish(within limit: Duration = .seconds(2)) {
        self.writer.flush(within: limit)
    }
}

/// A setting of telemetry that cannot be used.
struct TelemetryMistake: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
