import Exchange
import Policy
import Storage
import Telemetry
import Testing

@testable import AdminAPI

@Suite("The audit trail")
struct AuditTests {
    private static let canary = "sk-canary-0123456789abcdef"

    private func entries(_ fixture: AdminFixture, _ query: String? = nil) async -> AdminAnswer {
        await fixture.call("GET", "/admin/v1/audit", query: query)
    }

    @Test("every write is there: who, from where, what, before and after")
    func writes() async throws {
        let fixture = try await AdminFixture()
        let created = await fixture.call("POST", "/admin/v1/keys", json: #"{"name":"one","project":"default"}"#)
        let id = try #require(created.string("id"))
        _ = await fixture.call("PATCH", "/admin/v1/keys/\(id)", json: #"{"limits":{"requests_per_minute":60}}"#)
        _ = await fixture.call("POST", "/admin/v1/keys/\(id)/revoke")
        _ = await fixture.call("DELETE", "/admin/v1/keys/\(id)")
        let trail = await self.entries(fixture, "object=\(id)")
        #expect(trail.count("data") == 4 && trail.raw("next") == "null")
        #expect(
            (0..<4).map { trail.string("data.\($0).action") } == [
                "key.deleted", "key.changed", "key.changed", "key.created",
            ]
        )
        #expect(trail.string("data.3.actor") == "admin-token" && trail.string("data.3.request_id") == "adm_test")
        #expect(trail.raw("data.3.before") == "null" && trail.string("data.3.after.name") == "one")
        #expect(trail.raw("data.2.before.limits.requests_per_minute") == "null")
        #expect(trail.raw("data.2.after.limits.requests_per_minute") == "60")
        #expect(trail.count("data.2.after") == 1, "what did not change is not told")
        #expect(trail.raw("data.1.before.revoked_at") == "null")
        #expect(trail.string("data.1.after.revoked_at") == "2027-01-15T08:00:00.000Z")
        #expect(trail.raw("data.0.after") == "null" && trail.string("data.0.before.name") == "one")
    }

    @Test("what goes along with a deletion is told too")
    func cascade() throws {
        let diff = ConfigurationDiff(
            StoredConfiguration(budgets: [
                BudgetRecord(
                    id: "bud_1",
                    scope: .key("key_1"),
                    amountNanoUSD: 5_000_000_000,
                    period: .monthly,
                    createdAt: 1,
                    updatedAt: 1
                )
            ]),
            StoredConfiguration()
        )
        let draft = try #require(diff.drafts(for: .martlet, at: 7).first)
        #expect(draft.action == "budget.deleted" && draft.objectName == "key_1 monthly" && draft.actor == "martlet")
        #expect(draft.before?.contains(#""amount_usd":"5""#) == true && draft.after == nil)
    }

    @Test("secrets are marked, not told: a new credential can be seen to be new")
    func secrets() async throws {
        let fixture = try await AdminFixture()
        let made = await fixture.call(
            "POST",
            "/admin/v1/providers",
            json: #"{"name":"lab","kind":"openai","secret":"\#(Self.canary)"}"#
        )
        let id = try #require(made.string("id"))
        _ = await fixture.call("PATCH", "/admin/v1/providers/\(id)", json: #"{"secret":"\#(Self.canary)"}"#)
        _ = await fixture.call("POST", "/admin/v1/keys", json: #"{"name":"k","project":"default"}"#)
        let trail = await self.entries(fixture)
        #expect(!trail.text.contains(Self.canary) && !trail.text.contains("sk-mt-"))
        let before = try #require(trail.string("data.1.before.secret"))
        let after = try #require(trail.string("data.1.after.secret"))
        #expect(before.hasPrefix("…cdef (") && after.hasPrefix("…cdef (") && before != after)
    }

    @Test("a write that fails leaves nothing behind, and is told as refused")
    func failedWrite() async throws {
        let fixture = try await AdminFixture()
        let before = await self.entries(fixture).count("data")
        let twice = await fixture.call("POST", "/admin/v1/projects", json: #"{"name":"default"}"#)
        #expect(twice.status == 409 || twice.status == 400)
        let trail = await self.entries(fixture)
        #expect(trail.count("data") == (before ?? 0) + 1)
        #expect(trail.string("data.0.action") == "refused")
        #expect(trail.string("data.0.object") == "POST /admin/v1/projects")
    }

    @Test("strangers are told of, reads that fail are not")
    func refusals() async throws {
        let fixture = try await AdminFixture()
        let stranger = await fixture.call("GET", "/admin/v1/keys", authorization: ["Bearer wrong"])
        let missing = await fixture.call("GET", "/admin/v1/keys/key_none")
        #expect(stranger.status == 401 && missing.status == 404)
        let trail = await self.entries(fixture, "action=refused")
        #expect(trail.count("data") == 1)
        #expect(trail.string("data.0.actor") == "nobody" && !trail.text.contains("wrong"))
    }

    @Test("a flood of refusals fills no disk: what is not written is counted")
    func flood() async throws {
        let fixture = try await AdminFixture()
        for _ in 0..<100 { _ = await fixture.call("GET", "/admin/v1/keys", authorization: []) }
        let trail = await self.entries(fixture, "action=refused&limit=200")
        #expect(trail.count("data") == 60)
        let metrics = await fixture.call("GET", "/metrics")
        #expect(metrics.text.contains("martlet_audit_unwritten_total 40"))
    }

    @Test("pages go on where the last one ended, in both directions")
    func pages() async throws {
        let fixture = try await AdminFixture()
        for number in 0..<5 {
            _ = await fixture.call("POST", "/admin/v1/projects", json: #"{"name":"p\#(number)"}"#)
        }
        let first = await self.entries(fixture, "limit=4")
        let second = await self.entries(fixture, "limit=4&after=\(try #require(first.string("next")))")
        let names = (0..<4).map { first.string("data.\($0).name") } + (0..<2).map { second.string("data.\($0).name") }
        #expect(names == ["p4", "p3", "p2", "p1", "p0", "default"] && second.raw("next") == "null")
        let oldest = await self.entries(fixture, "limit=2&since=start")
        #expect(oldest.string("data.0.name") == "default")
        let on = await self.entries(fixture, "limit=2&since=\(try #require(oldest.string("next")))")
        #expect(on.string("data.0.name") == "p1")
        let kind = await self.entries(fixture, "action=project.")
        #expect(kind.count("data") == 6)
        for wrong in ["limit=0", "after=zz", "since=start&after=00", "from=yesterday", "who=me"] {
            #expect(await self.entries(fixture, wrong).status == 400)
        }
    }

    @Test(
        "a trail that was tampered with does not verify",
        arguments: [
            "changed", "taken out", "put in", "exchanged",
        ]
    )
    func tampered(_ how: String) async throws {
        let fixture = try await AdminFixture()
        for number in 0..<5 {
            _ = await fixture.call("POST", "/admin/v1/projects", json: #"{"name":"p\#(number)"}"#)
        }
        let whole = await fixture.call("GET", "/admin/v1/audit/verify")
        #expect(whole.raw("whole") == "true" && whole.raw("entries") == "6" && whole.raw("fault") == "null")
        #expect(whole.string("hash")?.count == 64)
        fixture.store.tamper { entries in
            switch how {
            case "changed": entries[3].draft.actor = "somebody else"
            case "taken out": entries.remove(at: 2)
            case "put in": entries.insert(entries[2], at: 2)
            default: entries.swapAt(1, 2)
            }
        }
        let broken = await fixture.call("GET", "/admin/v1/audit/verify")
        #expect(broken.status == 200 && broken.raw("whole") == "false")
        #expect(broken.string("fault")?.hasPrefix("entry ") == true)
    }

    @Test("no two lists of fields have the same hash")
    func unambiguous() {
        let chain = AuditChain(KeyDigester(pepper: Array(repeating: 7, count: 32)))
        func hash(_ change: (inout AuditDraft) -> Void) -> [UInt8] {
            var draft = AuditDraft(at: 1, actor: "a", origin: "b", requestID: "c", action: "d")
            change(&draft)
            return chain.hash(after: AuditEntry.root, 1, draft)
        }
        let hashes = [
            hash { _ in },
            hash {
                $0.actor = "ab"; $0.origin = ""
            }, hash { $0.before = "" }, hash { $0.after = "" },
            hash { $0.detail = "" }, hash { $0.objectID = "x" }, hash { $0.objectName = "x" }, hash { $0.at = 2 },
            hash { $0.before = "x" }, hash { $0.after = "x" },
        ]
        #expect(Set(hashes).count == hashes.count && hashes.allSatisfy { $0.count == 32 })
        let other = AuditChain(KeyDigester(pepper: Array(repeating: 8, count: 32)))
        let draft = AuditDraft(at: 1, actor: "a", origin: "b", requestID: "c", action: "d")
        #expect(other.hash(after: AuditEntry.root, 1, draft) != hashes[0], "the store alone does not make the chain")
    }

    @Test("prices and what administrators add to the ledger are told")
    func money() async throws {
        let fixture = try await AdminFixture()
        let set = await fixture.call(
            "PUT",
            "/admin/v1/prices",
            json: #"{"provider":"openai","model":"own-model","input":"1","output":"2"}"#
        )
        #expect(set.status == 200)
        let draft = try #require(fixture.ledger.audit.last)
        #expect(draft.action == "prices.changed" && draft.actor == "admin-token")
        #expect(draft.objectName == "set openai/own-model" && draft.after?.contains(#""prices":1"#) == true)
    }
}
