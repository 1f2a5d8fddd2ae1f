import Logging
import NIOPosix
import ServiceLifecycle
import SQLiteStorage
import Storage

/// What is done now and then: budget periods and prices with a date are worked out anew, and rows past their retention go,
/// a little at a time.
struct Housekeeping: Service {
    private static let step = 1_000

    private let store: SQLiteStore
    private let retention: Retention
    private let publisher: SnapshotPublisher
    private let log: Logger

    init(_ workspace: Workspace, _ road: Road, log: Logger) {
        self.store = workspace.store
        self.retention = Retention(workspace.settings.retention)
        self.publisher = road.publisher
        self.log = log
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // An hour: periods are known for weeks ahead.
                try? await Task.sleep(for: .seconds(3_600))
                guard !Task.isCancelled else { return }
                self.publisher.renew()
                await self.prune()
            }
        }
    }

    /// Deletes in steps with a rest after each, so that the store's writer is never held for long.
    private func prune() async {
        while !Task.isCancelled {
            do {
                let store = self.store
                let (retention, now) = (self.retention, Workspace.unixMilliseconds())
                let count = try await Self.offLoop { try store.prune(retention, now: now, limit: Self.step) }
                guard count > 0 else { return }
            } catch {
                return self.log.warning("old rows could not be deleted", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func offLoop(_ work: @escaping @Sendable () throws -> Int) async throws -> Int {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}

extension Retention {
    /// Days as settings tell them: 0 keeps for ever.
    init(_ settings: Settings.Retention) {
        func days(_ count: Int) -> Int? { count == 0 ? nil : count }
        self.init()
        self.requestDays = days(settings.requestDays)
        self.ledgerDays = days(settings.ledgerDays)
        self.minuteDays = days(settings.minuteDays)
        self.hourDays = days(settings.hourDays)
        self.dayDays = days(settings.dayDays)
    }
}
