/// Counts and times of one run of the load client.
public struct LoadReport: Sendable {
    /// Answers that were whole, and requests the client left on purpose.
    public var requests = 0
    /// Requests the client left on purpose.
    public var aborts = 0
    /// Streams among the requests.
    public var streams = 0
    /// Events received.
    public var events = 0
    /// What went wrong, and how often.
    public var errors: [String: Int] = [:]
    /// Microseconds from sending to the end of each whole answer, the latest million.
    var latencies: [Int64] = []
    /// The watched processes before any load.
    public var idle = ProcessProbe(pids: [])
    /// The watched processes at the start and at the end of the steady stretch.
    public var start = ProcessProbe(pids: [])
    /// See `start`.
    public var end = ProcessProbe(pids: [])
    /// Length of the steady stretch.
    public var seconds = 0.0

    /// Errors of all kinds.
    public var errorCount: Int {
        self.errors.values.reduce(0, +)
    }

    mutating func add(_ result: LoadResult, isStream: Bool) {
        self.requests += 1
        if isStream { self.streams += 1 }
        if result.wasAborted { self.aborts += 1 }
        if let error = result.error {
            self.errors[error, default: 0] += 1
        } else if !result.wasAborted {
            self.add(latency: (result.endedAt - result.startedAt) / 1000)
        }
    }

    private mutating func add(latency: Int64) {
        if self.latencies.count < 1_000_000 {
            self.latencies.append(latency)
        } else {
            self.latencies[self.requests % self.latencies.count] = latency
        }
    }

    /// The latency that this share of the whole answers stayed within, in microseconds.
    public func percentile(_ share: Double) -> Int64 {
        let sorted = self.latencies.sorted()
        guard !sorted.isEmpty else { return 0 }
        let rank = Int(exactly: (Double(sorted.count) * share).rounded(.down)) ?? 0
        return sorted[min(max(rank, 0), sorted.count - 1)]
    }

    /// The report as one JSON object.
    public var json: PlainJSON {
        [
            "requests": .int(self.requests), "streams": .int(self.streams), "aborts": .int(self.aborts),
            "events": .int(self.events), "error_count": .int(self.errorCount),
            "errors": .object(self.errors.sorted { $0.key < $1.key }.map { .init($0.key, .int($0.value)) }),
            "seconds": .number("\(self.seconds)"),
            "p50_us": .int(Int(self.percentile(0.5))), "p99_us": .int(Int(self.percentile(0.99))),
            "cpu_us": .int(self.end.cpuMicroseconds - self.start.cpuMicroseconds),
            "rss_idle_kib": .int(self.idle.residentKiB), "rss_kib": .int(self.end.residentKiB),
            "fds_idle": .int(self.idle.descriptors), "fds": .int(self.end.descriptors),
            "threads_idle": .int(self.idle.threads), "threads": .int(self.end.threads),
        ]
    }
}
