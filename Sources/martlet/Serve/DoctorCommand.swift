import AdminAPI
import ArgumentParser
import Glibc
import SQLiteStorage

/// `martlet doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything a start needs, and say how to mend it.",
        discussion: """
            Examples:
              martlet doctor
              martlet doctor --config /etc/martlet.yaml
              martlet doctor --providers
            """
    )

    @OptionGroup var common: ClientOptions
    @Flag(help: "Also ask every enabled provider whether it can be reached with its credential.") var providers = false

    func run() async throws {
        var report = Report()
        let loaded = try self.common.settings.load()
        report.good("settings", "\(loaded.origins.count) given, the rest are defaults")
        for warning in loaded.warnings { report.note("settings", warning) }
        self.checkPorts(loaded.settings, &report)
        self.checkSQLite(&report)
        await self.checkFolder(loaded.settings, &report)
        await self.checkModels(&report)
        if self.providers { await self.checkProviders(&report) }
        guard report.isGood else { throw ExitCode(1) }
        Console.out("All is well.")
    }

    private func checkPorts(_ settings: Settings, _ report: inout Report) {
        for (name, port) in [("listen.port", settings.listen.port), ("admin.port", settings.admin.port)] {
            if port == 0 || Self.isFree(UInt16(clamping: port)) {
                report.good(name, port == 0 ? "any free port" : "\(port) is free")
            } else {
                report.note(name, "\(port) is in use; that is fine if it is Martlet, else set another port")
            }
        }
    }

    private func checkSQLite(_ report: inout Report) {
        let version = SQLiteStore.sqliteVersion
        let parts = version.split(separator: ".").compactMap { Int($0) }
        let isFixed = parts.lexicographicallyPrecedes([3, 51, 3]) == false
        report.good("SQLite", version)
        if !isFixed {
            report.note(
                "SQLite",
                "versions before 3.51.3 can damage a store that two connections check-point at once; Martlet has one that does"
            )
        }
    }

    private func checkFolder(_ settings: Settings, _ report: inout Report) async {
        do {
            let folder = try DataFolder.open(settings.dataFolder, create: false)
            report.good("data folder", "\(folder.path), mode 0700, yours")
            guard try folder.read(folder.adminTokenPath) != nil else {
                return report.bad("admin token", "\(folder.adminTokenPath) is missing; the next start makes a new one")
            }
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            if client.isServer {
                _ = try await client.call("GET", "/status")
                return report.good("store", "in use by the running server, which answers and takes the admin token")
            }
            client.close()
            let workspace = try await Workspace.open(settings, environment: SettingsOptions.environment, create: false)
            report.good("store", "opens under the master key")
            for warning in workspace.warnings { report.note("environment", warning) }
            self.checkPrices(workspace, &report)
            try workspace.store.close()
        } catch {
            report.bad("data folder", "\(error)")
        }
    }

    private func checkPrices(_ workspace: Workspace, _ report: inout Report) {
        do throws(AdminProblem) {
            let version = try PriceAdministration.check(workspace.store)
            report.good(
                "price list",
                version.map { "version \($0), whole" } ?? "the built-in one, until the first start"
            )
        } catch {
            report.bad("price list", error.detail)
        }
    }

    /// Rows are checked when they are written, but providers of the environment come and go.
    private func checkModels(_ report: inout Report) async {
        do {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let models = try await client.list("/models")
            let findings = ModelFindings.of(models, providers: try await client.list("/providers"))
            for finding in findings { report.note("model \(finding.model)", finding.text) }
            if findings.isEmpty { report.good("models", "\(models.count), each with somewhere to go") }
        } catch {
            report.note("models", "could not be looked at: \(error)")
        }
    }

    private func checkProviders(_ report: inout Report) async {
        do {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            for answer in try await client.checkProviders() {
                let name = "provider \(answer.text("provider") ?? "?")"
                let detail = "\(answer.text("detail") ?? "?"), \(answer.text("milliseconds") ?? "?") ms"
                if answer.text("reachable") == "true" { report.good(name, detail) } else { report.bad(name, detail) }
            }
        } catch {
            report.bad("providers", "\(error)")
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Lines for people: what was looked at and how it stands.
    struct Report {
        private(set) var isGood = true

        func good(_ what: String, _ text: String) { Console.out("ok    \(what): \(text)") }

        func note(_ what: String, _ text: String) { Console.out("note  \(what): \(text)") }

        mutating func bad(_ what: String, _ text: String) {
            self.isGood = false
            Console.out("BAD   \(what): \(text)")
        }
    }
}
