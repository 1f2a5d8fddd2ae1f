import Exchange
import Storage
import Synchronization
import Testing

@testable import AdminAPI

/// Notes what it is asked for, or refuses.
private final class FakeBackupDesk: BackupDesk {
    private let asked = Mutex<[Bool]>([])
    private let refusal: AdminProblem?

    init(refusing refusal: AdminProblem? = nil) {
        self.refusal = refusal
    }

    var all: [Bool] { self.asked.withLock { $0 } }

    func create(withMasterKey: Bool) async throws(AdminProblem) -> CreatedBackup {
        if let refusal { throw refusal }
        self.asked.withLock { $0.append(withMasterKey) }
        return CreatedBackup(path: "/var/backups/x", createdAt: "2026-11-28T00:00:00.000Z", files: 3, bytes: 4_096)
    }
}

@Suite("Route of backups")
struct BackupRoutesTests {
    private func call(_ desk: FakeBackupDesk?, _ json: String) async throws -> (AdminAnswer, [AuditEntry]) {
        let fixture = try await AdminFixture()
        var services = fixture.services
        services.backups = desk
        let router = AdminRouter(services: services, token: AdminFixture.token, isLoopback: true)
        var request = AdminRequest(method: "POST", path: "/admin/v1/backups", query: nil, requestID: "adm_1")
        request.authorization = ["Bearer " + String(decoding: AdminFixture.token.bytes, as: UTF8.self)]
        request.contentType = "application/json"
        let answer = await router.answer(request) { (_: Int?) throws(AdminProblem) in Array(json.utf8) }
        var query = AuditQuery()
        query.action = "backup.created"
        return (answer, try fixture.store.auditEntries(query))
    }

    @Test("a backup is made, told, and in the audit trail with whether the key went along", arguments: [false, true])
    func made(_ withKey: Bool) async throws {
        let desk = FakeBackupDesk()
        let (answer, audit) = try await self.call(desk, withKey ? #"{"with_master_key":true}"# : "{}")
        #expect(answer.status == 201 && desk.all == [withKey])
        #expect(answer.string("path") == "/var/backups/x" && answer.raw("bytes") == "4096")
        #expect(audit.count == 1)
        #expect(audit.first?.draft.objectID == "/var/backups/x" && audit.first?.draft.requestID == "adm_1")
        #expect(audit.first?.draft.detail == (withKey ? "with the master key" : "without the master key"))
    }

    @Test(
        "no caller chooses where it goes, and wrong fields are refused",
        arguments: [#"{"path":"/etc"}"#, #"{"with_master_key":"yes"}"#, "[]", ""]
    )
    func refused(_ json: String) async throws {
        let desk = FakeBackupDesk()
        let (answer, audit) = try await self.call(desk, json)
        #expect(answer.status == 400 && desk.all.isEmpty && audit.isEmpty)
    }

    @Test("a backup that was not made is no entry, and without a maker this is said")
    func notMade() async throws {
        let desk = FakeBackupDesk(refusing: AdminProblem(.conflict, "a backup is being made already"))
        let (answer, audit) = try await self.call(desk, "{}")
        #expect(answer.status == 409 && audit.isEmpty)
        #expect(try await self.call(nil, "{}").0.status == 503)
    }
}
