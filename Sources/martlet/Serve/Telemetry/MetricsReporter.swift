import Gateway
import Telemetry

/// Reports all metrics to a collector again and again. They are cumulative: a report that is not taken is dropped and
/// counted, and the next one makes up for it.
struct MetricsReporter: Sendable {
    let metrics: OTLPMetrics
    let box: PostBox
    let interval: Duration
    let startedAt: Int64
    let dropped: Counter
    let unixMilliseconds: @Sendable () -> Int64

    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: self.interval)
            guard !Task.isCancelled else { return }
            await self.report()
        }
    }

    /// Makes one report.
    func report() async {
        let times = OTLPMetrics.Times(start: self.startedAt &* 1_000_000, now: self.unixMilliseconds() &* 1_000_000)
        guard await self.box.post(self.metrics.body(times)) != .taken else { return }
        self.dropped.add()
    }
}
