import AdminAPI
import Exchange
import Gateway
import Logging
import NIOCore
import NIOPosix
import Policy
import Providers
import ServiceLifecycle
import Storage
import Synchronization
import Telemetry
import Upstream

/// Asks providers for a sign of life now and then, and tells their health: a vendor that has died is found out before a
/// caller meets it, and one that has come back is let in without a caller's request being the probe.
final class HealthChecks: Service {
    typealias Clock = @Sendable () -> MonotonicInstant
    /// The providers that are checked.
    typealias Providers = @Sendable () -> [CheckedProvider]
    /// A model of a provider to ask for a token, by its name there.
    typealias ModelChoice = @Sendable (_ provider: String) -> String?

    private static let tick = Duration.seconds(1)

    private let providers: Providers
    private let model: ModelChoice
    private let trials: ProviderTrials
    private let schedule: Mutex<CheckSchedule>
    private let latest = Mutex<[ProviderIdentity: CheckStanding]>([:])
    private let registry: MetricRegistry
    private let log: Logger
    private let now: Clock

    init(
        providers: @escaping Providers,
        model: @escaping ModelChoice,
        trials: ProviderTrials,
        registry: MetricRegistry,
        log: Logger,
        schedule: CheckSchedule = CheckSchedule(),
        now: @escaping Clock = { MonotonicInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }
    ) {
        self.providers = providers
        self.model = model
        self.trials = trials
        self.registry = registry
        self.log = log
        self.schedule = Mutex(schedule)
        self.now = now
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    for provider in self.due() { group.addTask { await self.check(provider) } }
                    try? await Task.sleep(for: Self.tick)
                }
                group.cancelAll()
            }
        }
    }

    /// How the last check of every provider went, by provider.
    var standings: [CheckStanding] {
        self.latest.withLock { Array($0.values) }.sorted { $0.provider < $1.provider }
    }

    /// The providers to be checked now; each is to be checked once.
    func due() -> [CheckedProvider] {
        let (now, providers) = (self.now(), self.providers())
        let entries = providers.map { provider in
            CheckSchedule.Entry(
                provider.health.identity,
                every: provider.check.interval,
                sickUntil: self.sickUntil(provider, at: now)
            )
        }
        let known = Set(entries.map(\.provider))
        self.latest.withLock { latest in latest = latest.filter { known.contains($0.key) } }
        return self.schedule.withLock { $0.take(entries, at: now) }.map { providers[$0] }
    }

    /// From when on a provider that this kind of check can find well again may be asked.
    private func sickUntil(_ provider: CheckedProvider, at now: MonotonicInstant) -> MonotonicInstant? {
        let health = provider.health
        switch provider.check.kind {
        case .models:
            return health.connection == .closed ? nil : health.availableFrom
        case .completion:
            guard let model = self.model(for: provider) else { return nil }
            let target = provider.target(model)
            let isWell = target.isClosed && health.connection == .closed && health.credential == .closed
            return isWell ? nil : target.availableFrom
        }
    }

    private func model(for provider: CheckedProvider) -> String? {
        provider.check.model ?? self.model(provider.provider.name)
    }

    /// Asks one, and tells its health.
    func check(_ checked: CheckedProvider) async {
        let begun = self.now()
        let standing: (verdict: CheckVerdict, took: Duration)?
        switch checked.check.kind {
        case .models: standing = await self.askForModels(checked, begun)
        case .completion: standing = await self.askForToken(checked, begun)
        }
        self.schedule.withLock { $0.done(checked.health.identity, at: self.now()) }
        guard let (verdict, took) = standing else { return }
        self.tell(checked, verdict, took)
    }

    private func askForModels(_ checked: CheckedProvider, _ begun: MonotonicInstant) async -> (CheckVerdict, Duration)?
    {
        guard let permit = checked.health.begin(at: begun) else { return nil }
        let call = await self.trials.list(checked.provider)
        let now = self.now()
        let took = Duration.microseconds(now.microseconds - begun.microseconds)
        let verdict = CheckVerdict(.models, call, took: took)
        checked.health.finish(permit, Task.isCancelled ? .cancelled : verdict.outcome, at: now)
        return Task.isCancelled ? nil : (verdict, took)
    }

    private func askForToken(_ checked: CheckedProvider, _ begun: MonotonicInstant) async -> (CheckVerdict, Duration)? {
        guard let model = self.model(for: checked) else { return nil }
        let health = checked.target(model)
        guard let permit = health.begin(at: begun, ignoringCooldown: false) else { return nil }
        let call = await self.trials.answer(checked.provider, model: model)
        let now = self.now()
        let took = Duration.microseconds(now.microseconds - begun.microseconds)
        let verdict = CheckVerdict(.completion, call, took: took)
        health.finish(permit, Task.isCancelled ? .cancelled : verdict.outcome, at: now)
        return Task.isCancelled ? nil : (verdict, took)
    }

    private func tell(_ checked: CheckedProvider, _ verdict: CheckVerdict, _ took: Duration) {
        let standing = CheckStanding(
            provider: checked.provider.name,
            kind: checked.check.kind.rawValue,
            at: self.trials.unixMilliseconds(),
            isGood: verdict.isGood,
            milliseconds: Int(took / .milliseconds(1)),
            detail: verdict.fault
        )
        let before = self.latest.withLock { $0.updateValue(standing, forKey: checked.health.identity) }
        self.registry.counter(
            "martlet_health_checks_total",
            help: "Health checks by provider and result.",
            labels: [("provider", standing.provider), ("result", verdict.isGood ? "good" : "bad")]
        ).add()
        guard (before?.isGood ?? true) != verdict.isGood else { return }
        self.log.log(
            level: verdict.isGood ? .notice : .warning,
            verdict.isGood ? "a provider is well again" : "a provider is not well",
            metadata: [
                "provider": "\(standing.provider)", "check": "\(standing.kind)", "detail": "\(verdict.fault ?? "-")",
            ]
        )
    }
}
