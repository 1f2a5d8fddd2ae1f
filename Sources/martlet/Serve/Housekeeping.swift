import Catalogue
import Logging
import NIOPosix
import ServiceLifecycle
import SQLiteStorage
import Storage

/// What is done now and then: budget periods and prices with a date are worked out anew, and rows past their retention go,
/// a little at a time.
struct Housekeeping: Service {
    private static let step = 1_000
    /// Periods are known for weeks ahead.
    private static let longestRest = Duration.seconds(3_600)

    private let store: SQLiteStore
    private let retention: Retention
    private let publisher: SnapshotPublisher
    private let book: PriceShelf
    private let log: Logger

    init(_ workspace: Workspace, _ road: Road, log: Logger) {
        self.store = workspace.store
        self.retention = Retention(workspace.settings.retention)
        self.publisher = road.publisher
        self.book = road.money.book
        self.log = log
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var lastPruned = ContinuousClock.now
            while !Task.isCancelled {
                try? await Task.sleep(for: self.untilNextChange())
                guard !Task.isCancelled else { return }
                self.publisher.renew()
                guard ContinuousClock.now - lastPruned >= Self.longestRest else { continue }
                lastPruned = ContinuousClock.now
                await self.prune()
            }
        }
    }

    /// A price with a date counts from that date on: its moment is not slept through.
    private func untilNextChange() -> Duration {
        let now = Workspace.unixMilliseconds()
        guard let next = self.book.current?.nextChange(after: now) else { return Self.longestRest }
        return min(Self.longestRest, .milliseconds(min(next - now, 86_400_000) + 1))
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
