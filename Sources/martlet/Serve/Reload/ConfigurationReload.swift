import AdminAPI
import Glibc
import Logging
import ServiceLifecycle
import Storage
import Telemetry

/// Takes the settings file up again when it changes or when a signal asks for it. What cannot be read or applied leaves
/// everything as it is, and is told.
actor ConfigurationReload: Service {
    /// How often the file is looked at.
    private static let rest = Duration.seconds(2)

    private let loader: @Sendable () -> SettingsLoader
    private let administration: Administration
    private let threshold: LogThreshold
    private let readiness: Readiness
    private let log: Logger
    private let metrics: ReloadMetrics
    private let running: Settings
    private var seen: FileMark?
    private var restartsFor: [String] = []

    /// Watches the file that settings came from.
    ///
    /// - Parameters:
    ///   - loader: Loads settings, with the flags of the start.
    ///   - loaded: What the start loaded.
    ///   - administration: Makes the rows that the file declares.
    ///   - threshold: What is logged.
    ///   - readiness: Told how the last attempt went.
    ///   - registry: Holds the metrics.
    ///   - log: Told what happens.
    init(
        loader: @escaping @Sendable () -> SettingsLoader,
        loaded: LoadedSettings,
        administration: Administration,
        threshold: LogThreshold,
        readiness: Readiness,
        registry: MetricRegistry,
        log: Logger
    ) {
        self.loader = loader
        self.running = loaded.settings
        self.administration = administration
        self.threshold = threshold
        self.readiness = readiness
        self.log = log
        self.metrics = ReloadMetrics(registry)
        self.seen = FileMark(path: loaded.file)
    }

    /// Looks at the file until the process ends.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.rest)
                guard !Task.isCancelled else { return }
                await self.look()
            }
        }
    }

    /// Reloads when the file is another than it was.
    private func look() async {
        guard FileMark(path: self.loader().chosenFile) != self.seen else { return }
        await self.reload()
    }

    /// Reads the file and puts in force what can be without a restart.
    ///
    /// - Returns: Whether it was taken up.
    @discardableResult
    func reload() async -> Bool {
        let loader = self.loader()
        // Before it is read: a change in between is found by the next look.
        self.seen = FileMark(path: loader.chosenFile)
        do {
            let loaded = try loader.load()
            let file = try loader.declaredFile(loaded)
            if let file { try await Self.apply(file, to: self.administration, log: self.log) }
            self.putInForce(loaded)
        } catch {
            self.tell(failure: error.problems)
            return false
        }
        self.readiness.note("configuration", nil)
        self.metrics.succeeded()
        self.log.info("the settings file was taken up")
        return true
    }

    private func putInForce(_ loaded: LoadedSettings) {
        self.threshold.level = Logger.Level(rawValue: loaded.settings.log.level) ?? .info
        var before = self.running
        before.log.level = loaded.settings.log.level
        var names = SettingSchema.rows.filter { row in
            row.kind.text(in: before) != row.kind.text(in: loaded.settings)
        }.map(\.path)
        // Secrets are shown alike, whatever they are.
        if before.masterKey != loaded.settings.masterKey { names.append("master_key") }
        if before.alerts.webhookSecret != loaded.settings.alerts.webhookSecret { names.append("alerts.webhook_secret") }
        guard names != self.restartsFor else { return }
        self.restartsFor = names
        guard !names.isEmpty else { return }
        self.log.warning("settings that need a restart", metadata: ["settings": "\(names.joined(separator: ", "))"])
    }

    private func tell(failure problems: [String]) {
        self.metrics.failed()
        let time = Timestamp.text(Workspace.unixMilliseconds())
        self.readiness.note("configuration", "the settings file was refused at \(time); the one before is in force")
        for problem in problems.prefix(20) {
            self.log.error("the settings file was refused", metadata: ["problem": "\(problem)"])
        }
    }

    /// Makes the rows that a file declares.
    ///
    /// - Parameters:
    ///   - file: What it declares.
    ///   - administration: Makes them.
    ///   - log: Told what was made.
    /// - Throws: `SettingsError` with the file's line.
    static func apply(_ file: DeclaredFile, to administration: Administration, log: Logger) async throws(SettingsError)
    {
        let plan: DeclaredPlan
        do throws(AdminProblem) {
            plan = try await administration.apply(file.document, from: DeclaredSource(name: file.path, isFound: true))
        } catch {
            guard error.code != .rolledBack else { return log.warning("\(error.detail)") }
            throw SettingsError(problems: [file.located(error)])
        }
        guard let version = plan.version else { return }
        let counts = plan.counts
        log.info(
            "the rows that the file declares are in force",
            metadata: [
                "version": "\(version)", "created": "\(counts.created)", "changed": "\(counts.changed)",
                "deleted": "\(counts.deleted)",
            ]
        )
    }
}

/// Tells one state of a file from another.
private struct FileMark: Equatable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// The file behind the path, links followed; `nil` when there is none.
    init?(path: String?) {
        var info = stat()
        guard let path, stat(path, &info) == 0 else { return nil }
        self.device = UInt(info.st_dev)
        self.inode = UInt(info.st_ino)
        self.size = Int(info.st_size)
        self.seconds = info.st_mtim.tv_sec
        self.nanoseconds = info.st_mtim.tv_nsec
    }
}

/// How reloads went.
private struct ReloadMetrics {
    private let good: Counter
    private let bad: Counter
    private let last: Gauge

    init(_ registry: MetricRegistry) {
        let name = "martlet_config_reloads_total"
        let help = "Times the settings file was read again, by result."
        self.good = registry.counter(name, help: help, labels: [("result", "ok")])
        self.bad = registry.counter(name, help: help, labels: [("result", "refused")])
        self.last = registry.gauge(
            "martlet_config_last_reload_successful",
            help: "1 when the settings file in force is the one that is there, 0 when that one was refused."
        )
        self.last.set(1)
    }

    func succeeded() {
        self.good.add()
        self.last.set(1)
    }

    func failed() {
        self.bad.add()
        self.last.set(0)
    }
}
