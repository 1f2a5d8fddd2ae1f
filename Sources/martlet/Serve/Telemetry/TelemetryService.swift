import Gateway
import ServiceLifecycle

/// Takes finished requests off the road's queue and hands them to all who tell of them. Nobody is waited for: each has a
/// queue of its own, and what does not fit is counted there.
struct TelemetryService: Service {
    /// `nil` when nobody wants to know.
    var queue: TelemetryQueue?
    var accessLog: AccessLog?
    var outboxes: [Outbox] = []
    var genAI: GenAIMetrics?
    var reporter: MetricsReporter?

    /// Runs until shutdown. It stops when the road is at rest, and tells then what is left.
    func run() async throws {
        // With nothing to tell there is nothing to wake up for.
        guard self.queue != nil else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for outbox in self.outboxes { group.addTask { await outbox.run() } }
                if let reporter = self.reporter { group.addTask { await reporter.run() } }
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(100))
                    self.handOut()
                }
            }
        }
        await self.finish()
    }

    /// Hands out what is waiting now.
    func handOut() {
        guard let requests = self.queue?.take(), !requests.isEmpty else { return }
        self.accessLog?.put(requests)
        self.genAI?.put(requests)
        for outbox in self.outboxes { outbox.put(requests) }
    }

    private func finish() async {
        self.handOut()
        await withDiscardingTaskGroup { group in
            for outbox in self.outboxes { group.addTask { await outbox.finish() } }
            if let reporter = self.reporter { group.addTask { await reporter.report() } }
        }
        self.accessLog?.finish()
    }
}
