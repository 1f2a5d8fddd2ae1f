import Exchange
import Logging
import Policy
import Providers
import ServiceLifecycle
import Telemetry
import Upstream
import Wire

/// Tells of budgets that reach 50, 80 or 100 percent: in the log, by a counter, and to a webhook when there is one. A webhook
/// that hangs or refuses delays further alerts only; what does not fit the queue is dropped and counted.
struct BudgetAlerts: Service {
    private static let capacity = 1_000

    private let admissions: AdmissionTable
    private let webhook: Webhook?
    private let log: Logger
    private let told: Counter
    private let failed: Counter
    private let dropped: Counter

    init(admissions: AdmissionTable, webhook: Webhook?, registry: MetricRegistry, log: Logger) {
        self.admissions = admissions
        self.webhook = webhook
        self.log = log
        self.told = registry.counter("martlet_budget_alerts_total", help: "Budgets that reached 50, 80 or 100 percent.")
        self.failed = registry.counter("martlet_webhook_failed_total", help: "Alerts that the webhook did not take.")
        self.dropped = registry.counter("martlet_webhook_dropped_total", help: "Alerts dropped: too many waited.")
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var waiting: [BudgetAlert] = []
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                let alerts = self.admissions.takeAlerts()
                alerts.forEach(self.write)
                guard self.webhook != nil else { continue }
                let room = max(0, Self.capacity - waiting.count)
                if alerts.count > room { self.dropped.add(alerts.count - room) }
                waiting += alerts.prefix(room)
                await self.deliver(&waiting)
            }
        }
    }

    private func write(_ alert: BudgetAlert) {
        self.told.add()
        self.log.warning(
            "a budget has reached \(alert.thresholdPercent) percent",
            metadata: [
                "budget": "\(alert.budget.id)",
                "of": "\(alert.budget.scopeLabel)",
                "spent_usd": "\(NanoUSD.text(alert.budget.spent))",
                "amount_usd": "\(NanoUSD.text(alert.budget.amount))",
            ]
        )
    }

    /// Delivers in order, each up to three times.
    private func deliver(_ waiting: inout [BudgetAlert]) async {
        guard let webhook = self.webhook else { return }
        while let alert = waiting.first, !Task.isCancelled {
            var isTaken = false
            for attempt in 0..<3 where !isTaken && !Task.isCancelled {
                if attempt > 0 { try? await Task.sleep(for: .seconds(1 << attempt)) }
                isTaken = await webhook.send(alert)
            }
            if !isTaken { self.failed.add() }
            waiting.removeFirst()
        }
    }
}

/// Where alerts are posted.
struct Webhook: Sendable {
    let url: CredentialURL
    let secret: Secret?
    let transport: any CredentialTransport

    /// Posts one alert.
    ///
    /// - Returns: Whether it was taken: any status of success.
    func send(_ alert: BudgetAlert) async -> Bool {
        let body = Self.body(alert)
        var headers = [CredentialHeader("content-type", "application/json"), CredentialHeader("user-agent", "martlet")]
        if let secret = self.secret { headers.append(WebhookSignature.header(of: body, secret)) }
        let request = CredentialRequest(
            .post,
            self.url,
            headers: headers,
            body: body,
            reach: .local,
            deadline: .seconds(5)
        )
        guard let answer = try? await self.transport.fetch(request) else { return false }
        return (200..<300).contains(answer.status)
    }

    static func body(_ alert: BudgetAlert) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("event", "budget.threshold")
        writer.member("threshold_percent", alert.thresholdPercent)
        writer.member("budget", alert.budget.id)
        writer.member("scope", alert.budget.scopeLabel)
        writer.member("period", alert.budget.periodName)
        writer.member("amount_usd", NanoUSD.text(alert.budget.amount))
        writer.member("spent_usd", NanoUSD.text(alert.budget.spent))
        writer.member("reserved_usd", NanoUSD.text(alert.budget.reserved))
        writer.member("is_hard", alert.budget.isHard)
        if let resetsAt = alert.budget.resetsAt { writer.member("resets_at_ms", Int(resetsAt)) }
        writer.endObject()
        return writer.bytes
    }
}
