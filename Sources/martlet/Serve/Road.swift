import AdminAPI
import Exchange
import Gateway
import Providers
import Logging
import NIOCore
import Policy
import Storage
import Telemetry
import Upstream

/// The data plane as `serve` wires it: everything it needs from the workspace, listening.
struct Road: Sendable {
    let dataPlane: DataPlane
    let writer: RecordWriter
    let verifier: VerifierQueue
    let alerts: BudgetAlerts
    let money: MoneyParts
    let admissions: AdmissionTable
    let port: Int
    let publisher: SnapshotPublisher
    /// Where requests would go, and how the targets stand.
    let desk: RoadDesk
    /// Asks providers for a sign of life.
    let health: HealthChecks
    /// Tells of finished requests.
    let telemetry: TelemetryService
    /// Keeps bodies.
    let bodies: BodyWriter
    let bodiesKeeper: BodiesKeeper

    static func start(_ workspace: Workspace, registry: MetricRegistry, log: Logger) async throws -> Road {
        let telemetry = try TelemetryParts(
            workspace.settings,
            registry: registry,
            transport: SocketCredentialTransport(environment: SettingsOptions.environment),
            startedAt: Workspace.unixMilliseconds(),
            unixMilliseconds: Workspace.unixMilliseconds
        )
        let snapshots = SnapshotHolder()
        let admissions = AdmissionTable()
        registry.collect(
            "martlet_abandoned_admissions_total",
            help: "Admissions dropped without being ended; please report.",
            type: .counter
        ) { [(labels: [], value: Double(admissions.abandonedCount))] }
        registry.collect(
            "martlet_budget_overshoot_nano_usd_total",
            help: "What requests cost beyond what they held, as far as it went over a hard budget.",
            type: .counter
        ) { [(labels: [], value: Double(admissions.overshootNanoUSD))] }
        registry.collect(
            "martlet_budget_alerts_dropped_total",
            help: "Alerts of budgets dropped because nobody took them.",
            type: .counter
        ) { [(labels: [], value: Double(admissions.droppedAlerts))] }
        let money = try await MoneyParts.open(workspace, registry: registry, log: log)
        money.book.put(try await money.prices.bookInForce())
        let builder = SnapshotBuilder(
            environment: SettingsOptions.environment,
            admissions: admissions,
            translations: Rooms.translations,
            money: money.desk(workspace, log: log),
            services: Self.credentialServices(log),
            credentials: Self.credentials(workspace)
        )
        let publisher = SnapshotPublisher(builder, snapshots, log: log)
        await workspace.administration.observe(publisher.publish)
        await money.prices.observe { book in
            money.book.put(book)
            publisher.renew()
        }
        let verifier = try VerifierQueue(onMismatch: Self.disable(workspace.administration, log))
        let records = RecordQueue(registry: registry)
        let (bodies, keeper) = (BodyQueue(registry: registry), BodiesKeeper(workspace))
        var options = Self.options(workspace.settings)
        options.tracing = telemetry.sampler
        let dataPlane = DataPlane(
            .init(
                options: options,
                snapshots: snapshots,
                digester: workspace.digester,
                admissions: admissions,
                formats: Rooms.clients,
                registry: registry,
                records: records,
                telemetry: telemetry.queue,
                bodies: bodies,
                connector: SocketConnector(
                    connectTimeout: TimeAmount(options.deadlines.connect),
                    unixSeconds: { Int(Workspace.unixMilliseconds() / 1000) }
                ),
                journal: money.journal,
                budgetTime: money.budgetTime,
                firstUse: { key, bytes in verifier.enqueue(id: key.id, key: bytes, verifier: key.verifier) },
                unixMilliseconds: Workspace.unixMilliseconds,
                log: log
            )
        )
        try await dataPlane.start()
        let health = HealthChecks(
            providers: { builder.checked },
            model: { provider in Self.model(of: provider, snapshots.snapshot) },
            trials: ProviderTrials(
                connector: SocketConnector(unixSeconds: { Int(Workspace.unixMilliseconds() / 1000) }),
                unixMilliseconds: Workspace.unixMilliseconds
            ),
            registry: registry,
            log: log
        )
        let writer = RecordWriter(queue: records, requests: workspace.store, registry: registry, log: log)
        return Road(
            dataPlane: dataPlane,
            writer: writer,
            verifier: verifier,
            alerts: BudgetAlerts(
                admissions: admissions,
                webhook: try Self.webhook(workspace.settings.alerts),
                registry: registry,
                log: log
            ),
            money: money,
            admissions: admissions,
            port: dataPlane.port ?? options.port,
            publisher: publisher,
            desk: RoadDesk(snapshots, health),
            health: health,
            telemetry: telemetry.service,
            bodies: BodyWriter(
                queue: bodies,
                vault: keeper.vault,
                thread: keeper.thread,
                retention: workspace.settings.bodies.retention,
                maxStoreBytes: workspace.settings.bodies.maxStoreBytes,
                registry: registry,
                clock: Workspace.unixMilliseconds,
                log: log
            ),
            bodiesKeeper: keeper
        )
    }

    /// The first model that has a target on a provider, by its name there.
    private static func model(of provider: String, _ snapshot: Snapshot) -> String? {
        for model in snapshot.models {
            if let target = model.targets.first(where: { $0.provider.name == provider }) { return target.upstreamModel }
        }
        return nil
    }

    private static func webhook(_ settings: Settings.Alerts) throws -> Webhook? {
        guard let address = settings.webhook else { return nil }
        return Webhook(
            url: try CredentialURL(parsing: address, what: "alerts.webhook"),
            secret: settings.webhookSecret,
            transport: SocketCredentialTransport(environment: SettingsOptions.environment)
        )
    }

    /// How a budget stands, by the live balances.
    var budgetStanding: @Sendable (String) -> BudgetStanding? {
        let (admissions, budgetTime) = (self.admissions, self.money.budgetTime)
        return { id in
            admissions.view(id, wall: budgetTime.unixMilliseconds).map { view in
                BudgetStanding(
                    spentNanoUSD: view.spent,
                    reservedNanoUSD: view.reserved,
                    availableNanoUSD: view.available,
                    overshootNanoUSD: view.overshoot,
                    periodStartsAt: view.periodStartsAt,
                    resetsAt: view.resetsAt
                )
            }
        }
    }

    /// A key whose stored verifier does not match what was presented is switched off: its row was tampered with.
    private static func disable(_ administration: Administration, _ log: Logger) -> @Sendable (String) -> Void {
        { id in
            log.error("a key does not match its stored verifier and is disabled", metadata: ["key": "\(id)"])
            // Ends by itself: one write.
            Task {
                var change = KeyChange()
                change.isEnabled = .set(false)
                do {
                    _ = try await administration.changeKey(id: id, change)
                } catch {
                    log.error("the key could not be disabled", metadata: ["key": "\(id)", "error": "\(error)"])
                }
            }
        }
    }

    /// How tokens of clouds are fetched. What goes wrong is for the operator's eyes; callers are only told that it did.
    private static func credentialServices(_ log: Logger) -> CredentialServices {
        CredentialServices(
            transport: SocketCredentialTransport(environment: SettingsOptions.environment),
            report: { provider, error in
                log.warning(
                    "a credential could not be fetched",
                    metadata: ["provider": "\(provider)", "error": "\(error)"]
                )
            }
        )
    }

    static func credentials(_ workspace: Workspace) -> SnapshotBuilder.Credentials {
        let box = workspace.secretBox
        let environment = workspace.environmentSecrets
        return { record in
            if record.origin == .environment { return environment[record.name] }
            return try record.sealedSecret.map { try box.open($0, context: .providerSecret(row: record.id)) }
        }
    }

    private static func options(_ settings: Settings) -> GatewayOptions {
        var options = GatewayOptions()
        options.host = settings.listen.host
        options.port = settings.listen.port
        options.loops = settings.loops
        options.forwarding = settings.forwarding
        if let certificate = settings.listen.tls.certificate, let key = settings.listen.tls.key {
            options.tls = .init(certificatePath: certificate, keyPath: key)
        }
        options.limits.maxBodyBytes = settings.limits.maxBodyBytes
        options.limits.bodyByteBudget = settings.limits.bodyBudgetBytes
        options.limits.maxInFlight = settings.limits.maxInFlight
        options.limits.unsentBytes = settings.limits.unsentBytes
        options.limits.maxEventBytes = settings.limits.maxEventBytes
        options.limits.maxAnswerBytes = settings.limits.maxAnswerBytes
        options.limits.maxConnections = settings.limits.maxConnections
        options.deadlines = Self.deadlines(settings.deadlines)
        options.drain.delay = settings.drain.delay
        options.drain.limit = settings.drain.limit
        return options
    }

    private static func deadlines(_ given: Settings.Deadlines) -> GatewayOptions.Deadlines {
        var deadlines = GatewayOptions.Deadlines()
        deadlines.header = given.header
        deadlines.body = given.body
        deadlines.bodyBytesPerSecond = given.bodyBytesPerSecond
        deadlines.queue = given.queue
        deadlines.connect = given.connect
        deadlines.headHold = given.headHold
        deadlines.firstContent = given.firstContent
        deadlines.idle = given.eventIdle
        deadlines.noContent = given.noContent
        deadlines.total = given.total
        deadlines.totalStream = given.streamTotal
        deadlines.writeStall = given.writeStall
        deadlines.ping = given.ping
        deadlines.keepAlive = given.clientIdle
        deadlines.upstreamIdle = given.upstreamIdle
        return deadlines
    }
}
