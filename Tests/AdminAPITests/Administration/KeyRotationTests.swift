import Exchange
import Policy
import Storage
import Testing

@testable import AdminAPI

@Suite("Rotating keys")
struct KeyRotationTests {
    private static let digester = KeyDigester(pepper: Array(repeating: 7, count: 32))

    @Test("the key gets another secret with its own id, shown once; the old one is kept for a day unless told")
    func rotated() async throws {
        let fixture = try await AdminFixture()
        let made = try await fixture.key()
        let path = "/admin/v1/keys/\(made.record.id)"
        let answer = await fixture.call("POST", "\(path)/rotate", json: "{}")
        let secret = try #require(answer.string("secret").flatMap { VirtualKey($0) })
        #expect(answer.status == 200 && secret.id == made.record.id)
        #expect(answer.string("retired_secret_until") == "2027-01-16T08:00:00.000Z")
        let stored = try await fixture.administration.key(id: made.record.id)
        #expect(stored.digest == Self.digester.digest(secret).bytes && stored.digest != made.record.digest)
        #expect(stored.retired?.digest == made.record.digest)
        #expect(BcryptVerifier.verify(key: Array(secret.text.utf8), against: stored.verifier))
        #expect(await fixture.call("GET", path).string("secret") == nil)
        #expect(fixture.changes.all.last?.keys.first?.digest == stored.digest, "it is in force when it is answered")
    }

    @Test("without grace the old secret is not kept, and a second rotation ends the first one's")
    func grace() async throws {
        let fixture = try await AdminFixture()
        let made = try await fixture.key()
        let path = "/admin/v1/keys/\(made.record.id)/rotate"
        _ = await fixture.call("POST", path, json: #"{"grace_seconds":60}"#)
        let between = try await fixture.administration.key(id: made.record.id)
        _ = await fixture.call("POST", path, json: #"{"grace_seconds":60}"#)
        let twice = try await fixture.administration.key(id: made.record.id)
        #expect(twice.retired?.digest == between.digest)
        let last = await fixture.call("POST", path, json: #"{"grace_seconds":0}"#)
        #expect(last.raw("retired_secret_until") == "null")
        #expect(try await fixture.administration.key(id: made.record.id).retired == nil)
    }

    @Test(
        "what cannot be rotated is refused",
        arguments: [
            (#"{"grace_seconds":-1}"#, 400), (#"{"grace_seconds":2592001}"#, 400), (#"{"grace":1}"#, 400), ("", 400),
        ]
    )
    func refused(_ json: String, _ status: Int) async throws {
        let fixture = try await AdminFixture()
        let made = try await fixture.key()
        let answer = await fixture.call("POST", "/admin/v1/keys/\(made.record.id)/rotate", json: json)
        #expect(answer.status == status)
        #expect(try await fixture.administration.key(id: made.record.id).digest == made.record.digest)
        #expect(await fixture.call("POST", "/admin/v1/keys/000000000000/rotate", json: "{}").status == 404)
        _ = try await fixture.administration.revokeKey(id: made.record.id)
        #expect(await fixture.call("POST", "/admin/v1/keys/\(made.record.id)/rotate", json: "{}").status == 409)
    }

    @Test("the audit trail tells of it without telling a secret")
    func audited() async throws {
        let fixture = try await AdminFixture()
        let made = try await fixture.key()
        let answer = await fixture.call("POST", "/admin/v1/keys/\(made.record.id)/rotate", json: "{}")
        let secret = try #require(answer.string("secret"))
        let trail = await fixture.call("GET", "/admin/v1/audit")
        #expect(trail.string("data.0.action") == "key.changed" && !trail.text.contains(secret))
        #expect(trail.string("data.0.before.secret") != trail.string("data.0.after.secret"))
        #expect(trail.string("data.0.after.retired_secret_until") == "2027-01-16T08:00:00.000Z")
    }
}
