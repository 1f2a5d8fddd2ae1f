import Policy
import Storage
import Synchronization
import Testing

@testable import AdminAPI

/// RELIABILITY N099 and N137, on the admin API.
@Suite("idempotency keys")
struct IdempotencyTests {
    private static let keys = "/admin/v1/keys"
    private static let body = #"{"name":"k","project":"default"}"#

    @Test("a request that is sent again is answered as before, byte for byte, and carried out once")
    func replay() async throws {
        let fixture = try await AdminFixture()
        let first = await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: ["a-1"])
        let again = await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: ["a-1"])
        #expect(first.status == 201 && first.headers["idempotency-replayed"] == nil)
        #expect(again.status == 201 && again.headers["idempotency-replayed"] == "true")
        #expect(again.body == first.body && again.contentType == first.contentType)
        #expect(again.headers["etag"] == nil && first.headers["etag"] != nil)
        #expect(await fixture.administration.configuration.keys.count == 1)
        let other = await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: ["a-2"])
        #expect(other.status == 201 && other.string("id") != first.string("id"))
        _ = await fixture.call("POST", Self.keys, json: Self.body)
        #expect(await fixture.administration.configuration.keys.count == 3)
    }

    @Test("what is stored of it holds neither the key as it came nor the secret in the answer")
    func sealing() async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: ["canary-idempotency"])
        let secret = try #require(answer.string("secret"))
        let record = try #require(fixture.idempotency.records.first)
        let sealed = try #require(record.sealedAnswer)
        for bytes in [sealed, record.digest, record.fingerprint, Array(record.actor.utf8)] {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains(secret) && !text.contains("canary") && !text.contains("created_at"))
        }
    }

    @Test("the same key with another body, path or query is refused with 422, and changes nothing")
    func reuse() async throws {
        let fixture = try await AdminFixture()
        _ = await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: ["a"])
        let others = [
            (Self.keys, #"{"name":"other","project":"default"}"#), ("/admin/v1/projects", Self.body),
            (Self.keys, Self.body + " "),
        ]
        for (path, body) in others {
            let answer = await fixture.call("POST", path, json: body, idempotencyKey: ["a"])
            #expect(answer.status == 422 && answer.string("code") == "idempotency_key_reused")
            #expect(answer.string("field") == "idempotency-key")
        }
        #expect(await fixture.administration.configuration.keys.count == 1)
    }

    @Test("a refused request frees its key", arguments: [#"{"name":"k"}"#, #"{"name":"k","project":"none"}"#, "{"])
    func refusal(body: String) async throws {
        let fixture = try await AdminFixture()
        #expect(await fixture.call("POST", Self.keys, json: body, idempotencyKey: ["a"]).status == 400)
        #expect(fixture.idempotency.records.isEmpty)
        #expect(await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: ["a"]).status == 201)
    }

    @Test(
        "keys are 1 to 255 visible ASCII characters, given once (N137)",
        arguments: [
            [""], [" "], ["a b"], ["é"], ["\u{7F}"], [String(repeating: "k", count: 256)], ["a", "a"],
        ]
    )
    func forms(key: [String]) async throws {
        let fixture = try await AdminFixture()
        let answer = await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: key)
        #expect(answer.status == 400 && answer.string("field") == "idempotency-key")
        #expect(await fixture.administration.configuration.keys.isEmpty)
        #expect(fixture.idempotency.records.isEmpty)
    }

    @Test("the longest key is taken, a longer one is not (N137), and other methods leave keys alone")
    func longest() async throws {
        let fixture = try await AdminFixture()
        let huge = String(repeating: "k", count: 10_240)
        #expect(await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: [huge]).status == 400)
        let key = String(repeating: "~", count: 255)
        #expect(await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: [key]).status == 201)
        #expect(await fixture.call("GET", Self.keys, idempotencyKey: [key, ""]).status == 200)
    }

    @Test("nothing is carried out while keys cannot be looked up")
    func broken() async throws {
        let fixture = try await AdminFixture()
        fixture.idempotency.setBroken()
        #expect(await fixture.call("POST", Self.keys, json: Self.body, idempotencyKey: ["a"]).status == 503)
        #expect(await fixture.administration.configuration.keys.isEmpty)
        #expect(await fixture.call("POST", Self.keys, json: Self.body).status == 201)
    }

    @Test("the end of a request that was only begun is not guessed: under way it conflicts, and after a restart too")
    func interrupted() async throws {
        let store = MemoryIdempotency()
        let claim = IdempotencyDesk.Claim(actor: "a", key: "k", fingerprint: [1])
        let desk = try Self.desk(store)
        _ = try await desk.begin(claim)
        let running = await #expect(throws: AdminProblem.self) { try await desk.begin(claim) }
        #expect(running?.code == .conflict && running?.detail.contains("under way") == true)
        let restarted = await #expect(throws: AdminProblem.self) { try await Self.desk(store).begin(claim) }
        #expect(restarted?.code == .conflict && restarted?.detail.contains("not known") == true)
    }

    @Test("each actor has keys of its own")
    func actors() async throws {
        let desk = try Self.desk(MemoryIdempotency())
        for actor in ["a", "b"] {
            let claim = IdempotencyDesk.Claim(actor: actor, key: "k", fingerprint: [1])
            let record = try await Self.begun(desk, claim)
            await desk.end(record, AdminAnswer(status: 200, body: Array(actor.utf8)))
            let answer = try await Self.replayed(desk, claim)
            #expect(answer.text == actor)
        }
    }

    @Test("an answer is kept for a day and survives a restart; bounds are handed to the store")
    func lifetime() async throws {
        let store = MemoryIdempotency()
        let box = try AdminFixture.secretBox()
        let clock = Mutex<UnixMilliseconds>(AdminFixture.now)
        let claim = IdempotencyDesk.Claim(actor: "a", key: "k", fingerprint: [1])
        func desk() -> IdempotencyDesk {
            IdempotencyDesk(store, box: box, digester: Self.digester, clock: { AdminFixture.now + 86_400_000 })
        }
        let early = IdempotencyDesk(store, box: box, digester: Self.digester, clock: { clock.withLock { $0 } })
        let record = try await Self.begun(early, claim)
        await early.end(record, .noContent)
        #expect(store.bounds.last?.maximumRecords == 1_000 && store.bounds.last?.maximumBytes == 16 << 20)
        #expect(store.bounds.last?.since == AdminFixture.now - 86_400_000)
        #expect(try await Self.replayed(desk(), claim) == .noContent)
        clock.withLock { $0 += 86_400_001 }
        _ = try await Self.begun(early, claim)
    }

    @Test("an answer that is too long, or sealed under another key, is not known any more")
    func unreadable() async throws {
        let claim = IdempotencyDesk.Claim(actor: "a", key: "k", fingerprint: [1])
        for size in [1, IdempotencyDesk.maximumAnswerBytes] {
            let store = MemoryIdempotency()
            let desk = try Self.desk(store)
            let record = try await Self.begun(desk, claim)
            await desk.end(record, AdminAnswer(status: 200, body: Array(repeating: 0x20, count: size)))
            let problem = await #expect(throws: AdminProblem.self) { try await Self.desk(store).begin(claim) }
            #expect(problem?.code == .conflict)
        }
    }

    private struct OtherDecision: Error {}

    private static func begun(
        _ desk: IdempotencyDesk,
        _ claim: IdempotencyDesk.Claim
    ) async throws -> IdempotencyRecord {
        guard case .carryOut(let record) = try await desk.begin(claim) else { throw OtherDecision() }
        return record
    }

    private static func replayed(_ desk: IdempotencyDesk, _ claim: IdempotencyDesk.Claim) async throws -> AdminAnswer {
        guard case .replay(let answer) = try await desk.begin(claim) else { throw OtherDecision() }
        return answer
    }

    private static let digester = KeyDigester(pepper: Array(repeating: 7, count: 32))

    /// A desk with a master key of its own, over a store that others may share.
    private static func desk(_ store: MemoryIdempotency) throws -> IdempotencyDesk {
        IdempotencyDesk(
            store,
            box: try AdminFixture.secretBox(),
            digester: Self.digester,
            clock: { AdminFixture.now }
        )
    }
}
