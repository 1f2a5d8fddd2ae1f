import AdminAPI
import Catalogue
import Exchange
import Glibc
import Ledger
import Logging
import SQLiteStorage
import Storage
import Telemetry
import Testing
@testable import martlet

@Suite("Data folder and first run")
struct WorkspaceTests {
    private func folder() -> String {
        var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
        return template.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, let path = mkdtemp(base) else { return "/tmp/martlet-test" }
            return String(cString: path) + "/var"
        }
    }

    private func settings(_ path: String) -> Settings {
        var settings = Settings()
        settings.dataFolder = path
        return settings
    }

    private func mode(_ path: String) -> mode_t {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & 0o777 : 0
    }

    @Test("a first start makes a folder, a key and the sandbox; a second makes nothing")
    func firstRun() async throws {
        let path = self.folder()
        let first = try await Workspace.open(self.settings(path), environment: ["OPENAI_API_KEY": "sk-canary-openai"])
        let configuration = await first.administration.configuration
        #expect(first.firstRun != nil)
        #expect(configuration.projects.map(\.name) == ["default"])
        #expect(configuration.keys.count == 1)
        #expect(configuration.models.contains { $0.name == "sandbox/echo" })
        #expect(configuration.providers.contains { $0.name == "openai" && $0.origin == .environment })
        #expect(first.environmentSecrets["openai"] == Secret("sk-canary-openai"))
        for (name, mode) in [("", 0o700), ("/master.key", 0o600), ("/martlet.sqlite", 0o600), ("/admin-token", 0o600)] {
            #expect(self.mode(path + name) == mode_t(mode), "\(name)")
        }
        try first.store.close()
        let second = try await Workspace.open(self.settings(path), environment: [:])
        #expect(second.firstRun == nil)
        #expect(second.adminToken == first.adminToken)
        #expect(await second.administration.configuration.keys.count == 1)
        try second.store.close()
    }

    @Test("a wrong master key is refused, naming the variable and not the value")
    func wrongMasterKey() async throws {
        let path = self.folder()
        try await Workspace.open(self.settings(path), environment: [:]).store.close()
        var settings = self.settings(path)
        settings.masterKey = Secret(
            "mk1:" + String(repeating: "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=", count: 1)
        )
        let opened = settings
        await #expect(throws: (any Error).self) { try await Workspace.open(opened, environment: [:]) }
        settings.masterKey = Secret("short")
        let short = settings
        await #expect {
            _ = try await Workspace.open(short, environment: [:])
        } throws: { error in
            "\(error)".contains("MARTLET_MASTER_KEY") && !"\(error)".contains("short\"")
        }
    }

    @Test("a lost master key is not silently replaced")
    func lostMasterKey() async throws {
        let path = self.folder()
        try await Workspace.open(self.settings(path), environment: [:]).store.close()
        #expect(unlink(path + "/master.key") == 0)
        let settings = self.settings(path)
        await #expect(throws: DataFolderError.self) { try await Workspace.open(settings, environment: [:]) }
    }

    @Test("folders and files that others can read, and symbolic links, are refused with how to mend it")
    func modes() throws {
        let path = self.folder()
        _ = try DataFolder.open(path)
        #expect(chmod(path, 0o755) == 0)
        #expect {
            _ = try DataFolder.open(path)
        } throws: {
            "\($0)".contains("chmod 700")
        }
        #expect(chmod(path, 0o700) == 0)
        let folder = try DataFolder.open(path)
        try folder.write([1, 2], to: folder.adminTokenPath)
        #expect(try folder.read(folder.adminTokenPath) == [1, 2])
        #expect(throws: DataFolderError.self) { try folder.write([3], to: folder.adminTokenPath) }
        #expect(chmod(folder.adminTokenPath, 0o644) == 0)
        #expect(throws: DataFolderError.self) { try folder.read(folder.adminTokenPath) }
        #expect(symlink(path, path + "-link") == 0)
        #expect(throws: DataFolderError.self) { try DataFolder.open(path + "-link") }
        #expect(try folder.read(folder.firstKeyPath) == nil)
    }

    @Test("commands without a server work on the store by the server's own routes")
    func offline() async throws {
        let workspace = try await Workspace.open(self.settings(self.folder()), environment: [:])
        let client = AdminClient(transport: try await OfflineTransport(workspace), store: workspace.store)
        let created = try await client.call("POST", "/keys", Array(#"{"name":"x","project":"default"}"#.utf8))
        let view = try #require(JSONView(created))
        #expect(view.text("secret")?.hasPrefix("sk-mt-") == true)
        let listed = try await client.list("/keys")
        #expect(listed.count == 2)
        #expect(listed.allSatisfy { $0.text("secret") == nil })
        #expect(try await client.id(of: "default", in: "/projects").hasPrefix("prj_"))
        client.close()
    }

    @Test("a damaged price list keeps the server from starting; a command puts a whole one in its place")
    func damagedPrices() async throws {
        let path = self.folder()
        let settings = self.settings(path)
        var workspace = try await Workspace.open(settings, environment: [:])
        _ = try await OfflineTransport(workspace)
        var record = try #require(try workspace.store.priceVersion(1))
        record.version = 2
        record.document += " "
        try workspace.store.insertPriceVersion(record)
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let opened = workspace
        await #expect(throws: AdminProblem.self) {
            try await MoneyParts.open(opened, registry: MetricRegistry(), log: log)
        }
        try workspace.store.close()
        workspace = try await Workspace.open(settings, environment: [:])
        let client = AdminClient(transport: try await OfflineTransport(workspace), store: workspace.store)
        #expect(try await client.list("/keys").count == 1)
        await #expect(throws: CommandFailure.self) { try await client.list("/prices") }
        let whole = #"{"document":{"schema":1,"unit":"usd_per_million_tokens","prices":[]},"replace":true}"#
        let answer = JSONView(try await client.call("POST", "/prices/import", Array(whole.utf8)))
        #expect(answer?.text("applied") == "true" && answer?.text("version") == "3")
        #expect(try await !client.list("/prices?vendor=openai").isEmpty)
        let parts = try await MoneyParts.open(workspace, registry: MetricRegistry(), log: log)
        #expect(try await parts.prices.bookInForce().version == 3)
        parts.journal.close()
        client.close()
    }
}
