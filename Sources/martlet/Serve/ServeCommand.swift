import AdminAPI
import ArgumentParser
import Gateway
import Glibc
import Logging
import NIOCore
import NIOPosix
import Policy
import ServiceLifecycle
import SQLiteStorage
import Storage
import Telemetry
import UnixSignals
import Upstream

/// `martlet serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the gateway.",
        discussion: """
            With nothing configured it makes its data folder (./var), a default project, a virtual key and the sandbox
            provider, and prints curl lines that answer.

            Examples:
              martlet serve
              martlet serve --port 9000 --data-folder /var/lib/martlet
              OPENAI_API_KEY=… martlet serve
            """
    )

    @OptionGroup var common: SettingsOptions

    @Option(help: "Port of the data plane.") var port: Int?
    @Option(help: "Address of the data plane.") var host: String?
    @Option(help: "Port of the admin listener.") var adminPort: Int?
    @Flag(help: "Print the secrets made at a first start even when the output is not a terminal.") var showSecrets =
        false

    func run() async throws {
        Self.forbidCoreDumps()
        Self.surviveFileLimits()
        Self.raiseDescriptorLimit()
        let started = Workspace.unixMilliseconds()
        let (options, flags) = (self.common, self.flags)
        let loader = options.loader(flags: flags)
        let loaded = try loader.load()
        let declared = try loader.declaredFile(loaded)
        let threshold = LogThreshold(Logger.Level(rawValue: loaded.settings.log.level) ?? .info)
        let logger = Self.logger(loaded.settings, threshold)
        for warning in loaded.warnings { logger.warning("\(warning)") }
        let workspace = try await Workspace.open(loaded.settings, environment: SettingsOptions.environment)
        for warning in workspace.warnings { logger.warning("\(warning)") }
        if let declared {
            try await ConfigurationReload.apply(declared, to: workspace.administration, log: logger)
        }
        let registry = MetricRegistry()
        ProcessMetrics.register(in: registry, startedAt: Double(started) / 1000)
        let road = try await Road.start(workspace, registry: registry, log: logger)
        RoadMetrics.register(road, in: registry)
        let readiness = Readiness()
        let reload = ConfigurationReload(
            loader: { options.loader(flags: flags) },
            loaded: loaded,
            administration: workspace.administration,
            threshold: threshold,
            readiness: readiness,
            registry: registry,
            log: logger
        )
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var services = AdminServices(
            administration: workspace.administration,
            access: workspace.access,
            requests: RequestReader(workspace.store),
            ledger: LedgerDesk(
                workspace.store,
                moveBalances: { periods, nanoUSD in
                    for period in periods {
                        road.admissions.correct(period.budgetID, periodStartsAt: period.startsAt, by: nanoUSD)
                    }
                },
                audit: AuditChain(workspace.digester),
                clock: Workspace.unixMilliseconds
            ),
            prices: road.money.prices,
            audit: AuditDesk(
                workspace.store,
                chain: AuditChain(workspace.digester),
                metrics: registry,
                clock: Workspace.unixMilliseconds
            ),
            metrics: registry,
            readiness: readiness,
            process: AdminProcess(
                version: Martlet.version,
                mode: "serving",
                startedAt: started,
                now: Workspace.unixMilliseconds
            ),
            budgetStanding: road.budgetStanding,
            routes: road.desk,
            load: { LoadStanding(road.dataPlane.load) },
            testProvider: ProviderTrials.test(workspace),
            secrets: workspace.secrets,
            backups: BackupMaker(workspace, journal: road.money.journal),
            idempotency: IdempotencyDesk(
                workspace.store,
                box: workspace.secretBox,
                digester: workspace.digester,
                clock: Workspace.unixMilliseconds
            ),
            checkProvider: ProviderChecks.check(workspace)
        )
        services.settings = loaded.shown
        services.bodies = road.bodiesKeeper
        services.cookie = SessionCookie(publicURL: loaded.settings.admin.publicURL)
        services.oidc = loaded.settings.oidcSettings.map { settings in
            OIDCSignIn(
                settings,
                transport: SocketCredentialTransport(environment: SettingsOptions.environment),
                clock: Workspace.unixMilliseconds
            )
        }
        let router = AdminRouter(
            services: services,
            token: workspace.adminToken,
            isLoopback: !loaded.settings.admin.allowRemote
        )
        var adminOptions = AdminListener.Options(
            host: loaded.settings.admin.host,
            port: loaded.settings.admin.port
        )
        adminOptions.allowedFrom = loaded.settings.admin.allowFrom.flatMap(NetworkRange.list)
        adminOptions.forwarding = loaded.settings.forwarding
        // Within what clients and vendors leave of the descriptors.
        adminOptions.maxConnections = min(adminOptions.maxConnections, max(4, DescriptorRoom.process.limit / 16))
        let admin = AdminListener.service(
            router: router,
            options: adminOptions,
            group: group,
            logger: logger,
            onListening: { port in logger.info("admin listener is up", metadata: ["port": "\(port)"]) }
        )
        try Banner(workspace: workspace, port: road.port, showSecrets: self.showSecrets).print()
        let notifier = ServiceNotifier(environment: SettingsOptions.environment)
        notifier?.ready()
        logger.info("serving", metadata: ["port": "\(road.port)", "version": "\(Martlet.version)"])
        // Services stop one at a time from the last to the first: the data plane drains before the admin listener goes, and
        // the record writer outlives both.
        let serviceGroup = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: Watchdog(
                            notifier: notifier,
                            isAlive: { LoadStanding(road.dataPlane.load).maxInFlight > 0 }
                        )
                    ),
                    .init(service: road.money.drain, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: road.writer, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: road.bodies, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: road.telemetry, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: road.alerts, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(
                        service: Housekeeping(workspace, road, log: logger),
                        failureTerminationBehavior: .gracefullyShutdownGroup
                    ),
                    .init(service: reload, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: road.health, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: admin, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: road.dataPlane, failureTerminationBehavior: .gracefullyShutdownGroup),
                ],
                logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        let signals = try await Self.run(serviceGroup, road.dataPlane, readiness, reload, logger, notifier)
        road.verifier.shutdown()
        await road.bodiesKeeper.close()
        try workspace.store.close()
        logger.info("stopped")
        if signals > 1 { throw ExitCode(1) }
    }

    private var flags: [FlagValue] {
        var flags: [FlagValue] = []
        if let port = self.port { flags.append(FlagValue(flag: "--port", path: "listen.port", text: String(port))) }
        if let host = self.host { flags.append(FlagValue(flag: "--host", path: "listen.host", text: host)) }
        if let port = self.adminPort {
            flags.append(FlagValue(flag: "--admin-port", path: "admin.port", text: String(port)))
        }
        return flags
    }

    /// Runs until a signal, then drains. A second signal does not wait for what is in flight, only until it is told and
    /// recorded; a third waits for nothing.
    ///
    /// - Returns: How many signals came.
    private static func run(
        _ services: ServiceGroup,
        _ dataPlane: DataPlane,
        _ readiness: Readiness,
        _ reload: ConfigurationReload,
        _ logger: Logger,
        _ notifier: ServiceNotifier?
    ) async throws -> Int {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        // Ends with the process: the loop is left by exit, or cancelled when the services have ended.
        let watcher = Task {
            var count = 0
            for await signal in signals {
                guard signal != .sighup else {
                    notifier?.reloading()
                    await reload.reload()
                    notifier?.ready()
                    continue
                }
                count += 1
                switch count {
                case 1:
                    readiness.beginDraining()
                    notifier?.stopping()
                    await services.triggerGracefulShutdown()
                case 2:
                    logger.warning("second signal: not waiting for the drain", metadata: ["signal": "\(signal)"])
                    dataPlane.hurry()
                    Self.leaveSoon()
                default:
                    Console.leave(1)
                }
            }
            return count
        }
        defer { watcher.cancel() }
        try await services.run()
        watcher.cancel()
        return await watcher.value
    }

    /// Bounds the end after a second signal.
    private static func leaveSoon() {
        // Nobody cancels it: it ends with the process, at the latest by itself.
        Task {
            try? await Task.sleep(for: .seconds(2))
            Console.leave(1)
        }
    }

    /// No core file: it would hold keys and prompts.
    private static func forbidCoreDumps() {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }

    /// A limit on the size of files is like a full disk: writes fail, and the journal says what is refused until they do not.
    private static func surviveFileLimits() {
        _ = signal(SIGXFSZ, SIG_IGN)
    }

    /// As many descriptors as the system allows: each client and each vendor connection is one.
    private static func raiseDescriptorLimit() {
        var files = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 {
            files.rlim_cur = files.rlim_max
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        }
    }

    static func logger(_ settings: Settings, _ threshold: LogThreshold) -> Logger {
        let isJSON = settings.log.format == "json" || (settings.log.format == "auto" && isatty(STDERR_FILENO) == 0)
        let writer = LogWriter.descriptor(STDERR_FILENO)
        return Logger(label: "martlet") { label in
            LineLogHandler(
                label: label,
                threshold: threshold,
                format: isJSON ? .json : .text,
                writer: writer,
                now: Workspace.unixMilliseconds
            )
        }
    }
}
