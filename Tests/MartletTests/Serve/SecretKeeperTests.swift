import AdminAPI
import Exchange
import Glibc
import Policy
import SQLiteStorage
import Storage
import Synchronization
import Testing

@testable import martlet

@Suite("Rotating the master key of a data folder", .timeLimit(.minutes(2)))
struct SecretKeeperTests {
    private static let secret = "sk-vendor-canary-0123456789"
    private static let stopped = AdminProblem(.internalError, "the process ended here")
    /// Two random keys, as text.
    private static let keyA = "dYt3Zp6b1qKxSeR8VnGm0uHcL5wJfQa4oBzTi9NyPCg="
    private static let keyB = "mk9:q0VfXo3sJ8dLwYb6TzKuR1nPaHcG4eMi7xQyU2tSvBk="

    private func folder() throws -> String {
        var template = Array("/tmp/martlet-keeper-XXXXXX".utf8CString)
        return try template.withUnsafeMutableBufferPointer { buffer in
            let base = try #require(buffer.baseAddress)
            return String(cString: try #require(mkdtemp(base))) + "/var"
        }
    }

    private func settings(_ path: String, key: String? = nil, next: String? = nil) -> Settings {
        var settings = Settings()
        settings.dataFolder = path
        settings.masterKey = key.map { Secret($0) }
        settings.masterKeyNext = next.map { Secret($0) }
        return settings
    }

    private func open(_ settings: Settings, hook: RotationHook? = nil) async throws -> Workspace {
        try await Workspace.open(settings, environment: [:], hook: hook)
    }

    private func addProvider(_ workspace: Workspace, _ name: String = "vendor") async throws {
        var draft = ProviderDraft(name: name, kind: "openai")
        draft.secret = Secret(Self.secret)
        _ = try await workspace.administration.createProvider(draft)
    }

    /// What the road would send the vendor.
    private func credential(_ workspace: Workspace, _ name: String = "vendor") async throws -> Secret? {
        let providers = await workspace.administration.configuration.providers
        return try Road.credentials(workspace)(try #require(providers.first { $0.name == name }))
    }

    private func file(_ path: String) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8 << 20)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        return Array(bytes.prefix(max(0, count)))
    }

    private func contains(_ bytes: [UInt8]?, _ part: ArraySlice<UInt8>) -> Bool {
        guard let bytes, bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0] == part.first && bytes[$0...].starts(with: part) }
    }

    @Test("a rotation moves every sealed value, keeps every key and credential, and is in the audit trail")
    func rotates() async throws {
        let path = try self.folder()
        let workspace = try await self.open(self.settings(path))
        try await self.addProvider(workspace)
        let before = try await workspace.secrets.standing()
        #expect(before.keyVersion == 1 && before.sealed == [1: 3] && !before.isRotating && before.advice.isEmpty)
        let old = try #require(await workspace.administration.configuration.providers.last?.sealedSecret)
        let after = try await workspace.secrets.rotate(to: nil)
        #expect(after.keyVersion == 2 && after.sealed == [2: 3] && !after.isRotating)
        #expect(after.keySource == path + "/master.key")
        #expect(try await self.credential(workspace) == Secret(Self.secret))
        var query = AuditQuery()
        query.action = "secrets.rotated"
        let entry = try #require(try workspace.store.auditEntries(query).first)
        #expect(entry.draft.before == #"{"master_key_version":1}"# && entry.draft.after == #"{"master_key_version":2}"#)
        query.action = "provider.changed"
        #expect(try workspace.store.auditEntries(query).isEmpty)
        // The old wrap is in none of the store's files.
        let wrap = old[17..<77]
        #expect(self.contains(old, wrap))
        for suffix in ["", "-wal"] { #expect(!self.contains(self.file(path + "/martlet.sqlite" + suffix), wrap)) }
        try workspace.store.close()
        let again = try await self.open(self.settings(path))
        #expect(again.firstRun == nil && again.adminToken == workspace.adminToken)
        #expect(try await self.credential(again) == Secret(Self.secret))
        for name in [".next", ".old"] { #expect(access(path + "/master.key" + name, F_OK) != 0) }
        try again.store.close()
    }

    @Test("the former key opens nothing any more: a start with it is refused")
    func formerKey() async throws {
        let path = try self.folder()
        let workspace = try await self.open(self.settings(path))
        let former = try MasterKey.load(path: path + "/master.key")
        _ = try await workspace.secrets.rotate(to: nil)
        try workspace.store.close()
        let text = String(decoding: former.exported.bytes, as: UTF8.self)
        let refusal = await #expect(throws: SecretsError.self) { try await self.open(self.settings(path, key: text)) }
        #expect(refusal?.code == .wrongKeyVersion)
        try await self.open(self.settings(path)).store.close()
    }

    @Test("a rotation that ends anywhere is finished by the next start", arguments: RotationPoint.allCases)
    func brokenOff(_ point: RotationPoint) async throws {
        let path = try self.folder()
        let stop: RotationHook = { passed throws(AdminProblem) in if passed == point { throw Self.stopped } }
        let workspace = try await self.open(self.settings(path), hook: stop)
        try await self.addProvider(workspace)
        let failure = await #expect(throws: AdminProblem.self) { try await workspace.secrets.rotate(to: nil) }
        #expect(failure == Self.stopped)
        // What lives on after a failure serves on, and seals what the next process opens.
        #expect(try await self.credential(workspace) == Secret(Self.secret))
        try await self.addProvider(workspace, "later")
        try workspace.store.close()
        let next = try await self.open(self.settings(path))
        for name in ["vendor", "later"] { #expect(try await self.credential(next, name) == Secret(Self.secret)) }
        let standing = try await next.secrets.standing()
        #expect(standing.keyVersion == 2 && standing.sealed == [2: 4] && !standing.isRotating)
        #expect(next.adminToken == workspace.adminToken)
        try next.store.close()
        let last = try await self.open(self.settings(path))
        for name in [".next", ".old"] { #expect(access(path + "/master.key" + name, F_OK) != 0, "\(name)") }
        #expect(!last.warnings.contains { $0.contains("rotation") })
        try last.store.close()
    }

    @Test(
        "a process that goes on after a failed rotation finishes it when asked again, and takes no other key meanwhile"
    )
    func askedAgain() async throws {
        let path = try self.folder()
        let first = Once()
        let workspace = try await self.open(self.settings(path)) { passed throws(AdminProblem) in
            if passed == .promoted, first.isFirst() { throw Self.stopped }
        }
        await #expect(throws: AdminProblem.self) { try await workspace.secrets.rotate(to: nil) }
        let other = await #expect(throws: AdminProblem.self) {
            try await workspace.secrets.rotate(to: Secret(Self.keyA))
        }
        #expect(other?.code == .conflict)
        #expect(try await workspace.secrets.standing().isRotating)
        let standing = try await workspace.secrets.rotate(to: nil)
        #expect(standing.keyVersion == 2 && !standing.isRotating)
        #expect(try await workspace.secrets.rotate(to: Secret(Self.keyA)).keyVersion == 3)
        try workspace.store.close()
        try await self.open(self.settings(path)).store.close()
    }

    @Test("a next key of which only the beginning was written is discarded", arguments: ["", "mk2:abc", "mk2:"])
    func unfinishedFile(_ text: String) async throws {
        let path = try self.folder()
        try await self.open(self.settings(path)).store.close()
        try DataFolder(path: path).write(Array(text.utf8), to: path + "/master.key.next")
        let workspace = try await self.open(self.settings(path))
        #expect(workspace.warnings.contains { $0.contains("master.key.next") })
        #expect(access(path + "/master.key.next", F_OK) != 0)
        #expect(try await workspace.secrets.standing().keyVersion == 1)
        try workspace.store.close()
    }

    @Test("a given key is taken; the present one, a short one and a placeholder are refused without their value")
    func givenKeys() async throws {
        let path = try self.folder()
        let workspace = try await self.open(self.settings(path))
        let present = try MasterKey.load(path: path + "/master.key")
        let shorts = ["short", "", "changemechangemechangemechangeme", String(repeating: "QUFB", count: 12)]
        for text in shorts + [String(decoding: present.exported.bytes, as: UTF8.self)] {
            let refusal = await #expect(throws: AdminProblem.self) {
                try await workspace.secrets.rotate(to: Secret(text))
            }
            #expect(refusal?.field == "new_key" && refusal?.code == .invalidField)
            #expect(text.isEmpty || refusal?.detail.contains(text) == false)
        }
        #expect(try await workspace.secrets.rotate(to: Secret(Self.keyA)).keyVersion == 2)
        let kept = try MasterKey.load(path: path + "/master.key")
        #expect(kept.secret == (try MasterKey(validating: Self.keyA)).secret && kept.version == 2)
        try workspace.store.close()
    }

    @Test("a key among the settings is rotated to the one given beside it, which then has to be moved")
    func settingsKey() async throws {
        let path = try self.folder()
        try await self.open(self.settings(path, key: Self.keyA)).store.close()
        let alone = try await self.open(self.settings(path, key: Self.keyA))
        for key in [nil, Secret(Self.keyB)] {
            let refusal = await #expect(throws: AdminProblem.self) { try await alone.secrets.rotate(to: key) }
            #expect(refusal?.code == .conflict && refusal?.detail.contains("MARTLET_MASTER_KEY_NEXT") == true)
        }
        try await self.addProvider(alone)
        try alone.store.close()
        let both = self.settings(path, key: Self.keyA, next: Self.keyB)
        let waiting = try await self.open(both)
        #expect(try await waiting.secrets.standing().keyVersion == 1)
        #expect(waiting.warnings.contains { $0.contains("secrets rotate") })
        let standing = try await waiting.secrets.rotate(to: nil)
        #expect(standing.keyVersion == 9 && standing.sealed == [9: 3])
        #expect(standing.keySource == "MARTLET_MASTER_KEY_NEXT" && standing.advice.contains("MARTLET_MASTER_KEY"))
        await #expect(throws: AdminProblem.self) { try await waiting.secrets.rotate(to: nil) }
        try waiting.store.close()
        // A restart before anybody has moved it.
        let unmoved = try await self.open(both)
        #expect(try await self.credential(unmoved) == Secret(Self.secret))
        #expect(unmoved.warnings.contains { $0.contains("MARTLET_MASTER_KEY_NEXT is in force") })
        try unmoved.store.close()
        let refusal = await #expect(throws: SecretsError.self) {
            try await self.open(self.settings(path, key: Self.keyA))
        }
        #expect(refusal?.code == .wrongKeyVersion)
        let moved = try await self.open(self.settings(path, key: Self.keyB))
        #expect(try await self.credential(moved) == Secret(Self.secret))
        #expect(access(path + "/master.key", F_OK) != 0)
        try moved.store.close()
    }

    @Test("a value that opens under no key stops the rotation, naming it, and nothing has changed")
    func unreadable() async throws {
        let path = try self.folder()
        let workspace = try await self.open(self.settings(path))
        try await self.addProvider(workspace)
        try await self.addProvider(workspace, "second")
        var rows = await workspace.administration.configuration.providers.filter { $0.origin == .stored }
        let sealed = rows.map(\.sealedSecret)
        // Swapped between two rows, as somebody with the file might (N105).
        rows[0].sealedSecret = sealed[1]
        let swapped = rows[0]
        try workspace.store.change({ try $0.updateProvider(swapped) }, audit: { _ in nil })
        try await workspace.administration.load()
        #expect(throws: SecretsError.self) { try Road.credentials(workspace)(swapped) }
        let refusal = await #expect(throws: AdminProblem.self) { try await workspace.secrets.rotate(to: nil) }
        #expect(refusal?.code == .conflict && refusal?.detail.contains(swapped.id) == true)
        #expect(try await workspace.secrets.standing().sealed == [1: 4])
        // It does not keep the next process from starting.
        try workspace.store.close()
        let next = try await self.open(self.settings(path))
        #expect(next.warnings.contains { $0.contains(swapped.id) })
        try await next.administration.deleteProvider(id: swapped.id)
        #expect(try await next.secrets.rotate(to: nil).sealed == [2: 3])
        try next.store.close()
    }

    @Test("two rotations do not run at once")
    func oneAtATime() async throws {
        let path = try self.folder()
        let workspace = try await self.open(self.settings(path))
        async let first = workspace.secrets.rotate(to: nil)
        async let second = workspace.secrets.rotate(to: nil)
        var versions: [Int] = []
        do { versions.append(try await first.keyVersion) } catch { #expect("\(error)".contains("already")) }
        do { versions.append(try await second.keyVersion) } catch { #expect("\(error)".contains("already")) }
        #expect(versions == [2] || versions.sorted() == [2, 3])
        try workspace.store.close()
        try await self.open(self.settings(path)).store.close()
    }

    @Test(
        "an empty, short, placeholder or foreign master key keeps the server from starting, naming the variable",
        arguments: [
            "", " ", "short", "changeme-changeme-changeme-changeme-chang",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ]
    )
    func refusedKeys(_ text: String) async throws {
        let settings = self.settings(try self.folder(), key: text)
        let refusal = await #expect(throws: SecretsError.self) { try await self.open(settings) }
        #expect(refusal?.message.contains("MARTLET_MASTER_KEY") == true)
        #expect(text.allSatisfy { $0 == " " } || refusal?.message.contains(text) == false)
    }
}

/// True once.
private final class Once: Sendable {
    private let isTaken = Mutex(false)

    func isFirst() -> Bool {
        self.isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}
