import ServiceLifecycle

/// Gives the service manager its sign of life, twice as often as it is wanted. It lasts until everything else has stopped.
struct Watchdog: Service {
    let notifier: ServiceNotifier?
    /// Whether the data plane answers a question about itself: one that hangs must not look alive.
    let isAlive: @Sendable () -> Bool

    func run() async throws {
        guard let notifier = self.notifier, let interval = notifier.watchdogInterval else {
            return try await gracefulShutdown()
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if self.isAlive() { notifier.alive() }
                try? await Task.sleep(for: interval / 2)
            }
        }
    }
}
