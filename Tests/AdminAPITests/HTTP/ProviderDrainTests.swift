import Storage
import Testing

@testable import AdminAPI

@Suite("draining providers")
struct ProviderDrainTests {
    private static func fixture() async throws -> (AdminFixture, ProviderRecord) {
        let fixture = try await AdminFixture()
        var draft = ProviderDraft(name: "vendor", kind: "openai-compatible")
        draft.baseURL = "https://llm.example.com/v1"
        return (fixture, try await fixture.administration.createProvider(draft))
    }

    @Test("a provider is drained and given requests again; observers are told, and its row is otherwise unchanged")
    func drain() async throws {
        let (fixture, provider) = try await Self.fixture()
        let path = "/admin/v1/providers/\(provider.id)"
        #expect(await fixture.call("GET", path).raw("draining") == "false")
        for _ in 0..<2 {
            let answer = await fixture.call("POST", "\(path)/drain")
            #expect(answer.status == 200 && answer.raw("draining") == "true" && answer.raw("in_flight") == "0")
        }
        var wanted = provider
        wanted.isDraining = true
        #expect(fixture.changes.all.last?.providers.first { $0.id == provider.id } == wanted)
        let entries = try await fixture.services.audit.list(AuditQuery()).filter {
            $0.draft.action == "provider.changed"
        }
        #expect(entries.count == 1 && entries.first?.draft.after == #"{"draining":true}"#)
        let undrained = await fixture.call("POST", "\(path)/undrain")
        #expect(undrained.status == 200 && undrained.raw("draining") == "false")
        #expect(try await fixture.administration.provider(id: provider.id) == provider)
    }

    @Test("what is under way is told with the provider, and status says which targets are drained")
    func standing() async throws {
        let (fixture, _) = try await Self.fixture()
        let list = await fixture.call("GET", "/admin/v1/providers", query: "name=sandbox")
        #expect(list.raw("data.0.in_flight") == "2" && list.raw("data.0.draining") == "false")
        #expect(await fixture.call("GET", "/admin/v1/status").raw("targets.0.draining") == "false")
    }

    @Test("rows that are not stored cannot be drained, and draining is no field of a change (N022)")
    func refused() async throws {
        let (fixture, provider) = try await Self.fixture()
        for name in ["sandbox", "openai"] {
            let id = try #require(await fixture.administration.configuration.providers.first { $0.name == name }?.id)
            let answer = await fixture.call("POST", "/admin/v1/providers/\(id)/drain")
            #expect(answer.status == 409 && answer.string("code") == "read_only")
        }
        #expect(await fixture.call("POST", "/admin/v1/providers/prv_none/drain").status == 404)
        let path = "/admin/v1/providers/\(provider.id)"
        #expect(await fixture.call("PATCH", path, json: #"{"draining":true}"#).string("code") == "unknown_field")
        let stale = AdminRequest(method: "POST", path: "\(path)/drain", requestID: "r")
        #expect(await fixture.router.answer(stale) { (_: Int?) throws(AdminProblem) in [] }.status == 401)
    }
}
