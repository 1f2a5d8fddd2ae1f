import AdminAPI
import Glibc
import Logging
import SQLiteStorage
import Storage
import Synchronization
import Telemetry
import Testing

@testable import martlet

@Suite("Taking the settings file up again")
struct ConfigurationReloadTests {
    /// A file that tests write and that may be out of reach.
    private final class File: Sendable {
        private let text: Mutex<String?>

        init(_ text: String) { self.text = Mutex(text) }

        func write(_ text: String?) { self.text.withLock { $0 = text } }

        func read(_ path: String) throws -> [UInt8] {
            guard let text = self.text.withLock({ $0 }) else { throw SettingMistake("permission denied") }
            return Array(text.utf8)
        }
    }

    private struct Served {
        var file: File
        var workspace: Workspace
        var reload: ConfigurationReload
        var readiness: Readiness
        var registry: MetricRegistry
        var threshold: LogThreshold

        var projects: [String] { get async { await self.workspace.administration.configuration.projects.map(\.name) } }
        var refused: Int {
            let text = String(decoding: self.registry.render(), as: UTF8.self)
            let line = text.split(separator: "\n").first {
                $0.hasPrefix(#"martlet_config_reloads_total{result="refused"}"#)
            }
            return line?.split(separator: " ").last.flatMap { Int($0) } ?? -1
        }
    }

    private static let good = "projects:\n  - {name: search}\n"

    private func serve() async throws -> Served {
        var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        try #require(made)
        var settings = Settings()
        settings.dataFolder =
            String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            + "/var"
        let workspace = try await Workspace.open(settings, environment: [:])
        let file = File(Self.good)
        let loader: @Sendable () -> SettingsLoader = {
            SettingsLoader(readFile: file.read, fileExists: { _ in true })
        }
        let (readiness, registry, threshold) = (Readiness(), MetricRegistry(), LogThreshold(.info))
        let reload = ConfigurationReload(
            loader: loader,
            loaded: try loader().load(),
            administration: workspace.administration,
            threshold: threshold,
            readiness: readiness,
            registry: registry,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        return Served(
            file: file,
            workspace: workspace,
            reload: reload,
            readiness: readiness,
            registry: registry,
            threshold: threshold
        )
    }

    @Test("what the file says is in force when the reload returns")
    func takingUp() async throws {
        let served = try await self.serve()
        #expect(await served.reload.reload())
        #expect(await served.projects == ["default", "search"])
        served.file.write("log: {level: debug}\nprojects:\n  - {name: search}\n  - {name: ads}\n")
        #expect(await served.reload.reload())
        #expect(await served.projects == ["ads", "default", "search"])
        #expect(served.threshold.level == .debug)
        #expect(served.refused == 0)
        try served.workspace.store.close()
    }

    @Test(
        "a bad file leaves everything as it is, counted and told, and the process stays ready (N108)",
        arguments: [
            "projects:\n  - {name: search\n", "projects:\n  - {name: search}\n  - {name: search}\n",
            "projects:\n  - {name: search}\nmodels:\n  - {name: m, targets: [{provider: nobody, upstream_model: x}]}\n",
            "projects: []\nlisten: {port: 700000}\n", "# " + String(repeating: "x", count: 10 << 20), nil,
        ]
    )
    func refusing(_ text: String?) async throws {
        let served = try await self.serve()
        #expect(await served.reload.reload())
        let before = await served.workspace.administration.configuration
        served.file.write(text)
        #expect(await !served.reload.reload())
        #expect(await served.workspace.administration.configuration == before)
        #expect(served.refused == 1)
        #expect(served.readiness.isReady)
        #expect(served.readiness.notes.map(\.name) == ["configuration"])
        #expect(served.readiness.notes.allSatisfy { !$0.text.contains("search") })
        served.file.write(Self.good)
        #expect(await served.reload.reload())
        #expect(served.readiness.notes.isEmpty)
        try served.workspace.store.close()
    }

    @Test("what was rolled back is not taken up again until the file changes")
    func rolledBack() async throws {
        let served = try await self.serve()
        #expect(await served.reload.reload())
        served.file.write(Self.good + "  - {name: ads}\n")
        #expect(await served.reload.reload())
        _ = try await served.workspace.administration.rollBack(to: 1)
        #expect(await served.projects == ["default", "search"])
        #expect(await served.reload.reload())
        #expect(await served.projects == ["default", "search"])
        served.file.write(Self.good + "  - {name: maps}\n")
        #expect(await served.reload.reload())
        #expect(await served.projects == ["default", "maps", "search"])
        try served.workspace.store.close()
    }
}
