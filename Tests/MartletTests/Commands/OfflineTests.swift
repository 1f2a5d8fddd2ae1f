import ArgumentParser
import Glibc
import SQLiteStorage
import Testing
@testable import martlet

@Suite("Commands on the store itself")
struct OfflineTests {
    private static func folder() throws -> String {
        var template = Array("/tmp/martlet-test-XXXXXX".utf8CString)
        let path = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        return try #require(path) + "/var"
    }

    private static func settings(_ path: String) -> Settings {
        var settings = Settings()
        settings.dataFolder = path
        return settings
    }

    /// The one key of a fresh folder, as the API shows it.
    private static func key(_ options: ClientOptions) async throws -> JSONView? {
        let client = try await AdminClient.open(options)
        defer { client.close() }
        return try await client.list("/keys").first
    }

    @Test("a key is disabled, enabled and deleted by its own verbs, each audited")
    func keyVerbs() async throws {
        let path = try Self.folder()
        try await Workspace.open(Self.settings(path), environment: [:]).store.close()
        let common = ["--data-folder", path, "--offline"]
        let options = try ClientOptions.parse(common)
        let id = try #require(try await Self.key(options)?.text("id"))
        let disable = try KeyCommand.Disable.parse([id] + common)
        try await disable.run()
        #expect(try await Self.key(options)?.text("enabled") == "false")
        let enable = try KeyCommand.Enable.parse([id] + common)
        try await enable.run()
        #expect(try await Self.key(options)?.text("enabled") == "true")
        let delete = try KeyCommand.Delete.parse([id] + common)
        try await delete.run()
        #expect(try await Self.key(options) == nil)
        await #expect {
            try await disable.run()
        } throws: {
            ($0 as? CommandFailure)?.code == 3
        }
        let client = try await AdminClient.open(options)
        let audited = try await client.list("/audit").compactMap { $0.text("action") }
        client.close()
        #expect(Array(audited.prefix(4)) == ["refused", "key.deleted", "key.changed", "key.changed"])
    }

    @Test("--offline refuses a store that a server has, and says why")
    func heldStore() async throws {
        let path = try Self.folder()
        let held = try await Workspace.open(Self.settings(path), environment: [:])
        let options = try ClientOptions.parse(["--data-folder", path, "--offline"])
        await #expect {
            _ = try await AdminClient.open(options)
        } throws: {
            "\($0)".contains("another process") || "\($0)".contains("in use")
        }
        try held.store.close()
        let client = try await AdminClient.open(options)
        #expect(!client.isServer)
        client.close()
    }
}
