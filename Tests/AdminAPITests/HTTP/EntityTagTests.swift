import Exchange
import Storage
import Testing

@testable import AdminAPI

@Suite("Changes held to a state")
struct EntityTagTests {
    private func change(_ fixture: AdminFixture, _ id: String, ifMatch: String?, _ json: String) async -> AdminAnswer {
        var request = AdminRequest(method: "PATCH", path: "/admin/v1/keys/\(id)", requestID: "adm_test")
        request.authorization = ["Bearer \(String(decoding: AdminFixture.token.bytes, as: UTF8.self))"]
        request.contentType = "application/json"
        request.ifMatch = ifMatch
        return await fixture.router.answer(request) { (_: Int?) throws(AdminProblem) in Array(json.utf8) }
    }

    @Test("an answer that shows a row carries its tag, which is another after a change and the same without")
    func tags() async throws {
        let fixture = try await AdminFixture()
        let made = await fixture.call("POST", "/admin/v1/keys", json: #"{"name":"one","project":"default"}"#)
        let id = try #require(made.string("id"))
        let tag = try #require(made.headers["etag"])
        #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.utf8.count == 18)
        #expect(await fixture.call("GET", "/admin/v1/keys/\(id)").headers["etag"] == tag)
        let changed = await self.change(fixture, id, ifMatch: tag, #"{"name":"two"}"#)
        #expect(changed.status == 200 && changed.headers["etag"] != tag)
        let back = await self.change(fixture, id, ifMatch: nil, #"{"name":"one"}"#)
        #expect(back.headers["etag"] == tag, "the same state has the same tag")
        #expect(await fixture.call("GET", "/admin/v1/keys").headers["etag"] == nil)
    }

    @Test("a change made for another state is refused and changes nothing")
    func refused() async throws {
        let fixture = try await AdminFixture()
        let id = try await fixture.key().record.id
        let tag = try #require(await fixture.call("GET", "/admin/v1/keys/\(id)").headers["etag"])
        for wrong in ["\"0000000000000000\"", "W/\(tag)", "", "nonsense"] {
            let answer = await self.change(fixture, id, ifMatch: wrong, #"{"name":"two"}"#)
            #expect(answer.status == 412 && answer.string("code") == "precondition_failed")
        }
        #expect(try await fixture.administration.key(id: id).name == "one")
        for right in [tag, "*", "\"0000000000000000\", \(tag)"] {
            #expect(await self.change(fixture, id, ifMatch: right, #"{"name":"three"}"#).status == 200)
            _ = await self.change(fixture, id, ifMatch: nil, #"{"name":"one"}"#)
        }
    }

    @Test("of two changes made for the same state one is refused")
    func race() async throws {
        let fixture = try await AdminFixture()
        let id = try await fixture.key().record.id
        let tag = try #require(await fixture.call("GET", "/admin/v1/keys/\(id)").headers["etag"])
        let statuses = await withTaskGroup(of: Int.self) { group in
            for number in 0..<10 {
                group.addTask { await self.change(fixture, id, ifMatch: tag, #"{"name":"n\#(number)"}"#).status }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(statuses == [200: 1, 412: 9])
    }
}
