import Exchange
import Policy
import Storage
import Testing

@testable import AdminAPI

@Suite("where the admin API may be used from")
struct AddressRuleTests {
    private func options(_ allowed: String?, trusted: String? = nil) throws -> AdminListener.Options {
        var options = AdminListener.Options(host: "127.0.0.1", port: 0)
        options.allowedFrom = try allowed.map { try #require(NetworkRange.list($0)) }
        options.forwarding = ForwardingRule(trusted: try trusted.map { try #require(NetworkRange.list($0)) } ?? [])
        return options
    }

    @Test("the address that counts is the peer's, or what a trusted proxy says")
    func origins() throws {
        let open = try self.options(nil)
        #expect(open.origin(peer: "192.0.2.1", forwarded: ["10.0.0.1"]) == ("192.0.2.1", true))
        #expect(open.origin(peer: "", forwarded: []) == ("", true))
        let narrow = try self.options("10.0.0.0/8")
        #expect(narrow.origin(peer: "192.0.2.1", forwarded: ["10.0.0.1"]) == ("192.0.2.1", false))
        #expect(narrow.origin(peer: "::ffff:10.0.0.1", forwarded: []) == ("10.0.0.1", true))
        #expect(narrow.origin(peer: "", forwarded: []) == ("", false))
        let behind = try self.options("10.0.0.0/8", trusted: "192.0.2.0/24")
        #expect(behind.origin(peer: "192.0.2.1", forwarded: ["10.0.0.1"]) == ("10.0.0.1", true))
        #expect(behind.origin(peer: "192.0.2.1", forwarded: ["10.0.0.1, 203.0.113.1"]) == ("203.0.113.1", false))
    }

    @Test("from elsewhere only health is answered, whatever is shown, and the rest is noted")
    func refusal() async throws {
        let fixture = try await AdminFixture()
        for (path, status) in [
            ("/livez", 200), ("/readyz", 200), ("/metrics", 403), ("/admin/v1/keys", 403), ("/admin/v1/session", 403),
            ("/nowhere", 403),
        ] {
            var request = AdminRequest(method: path.hasSuffix("session") ? "POST" : "GET", path: path, requestID: "r")
            request.authorization = ["Bearer \(String(decoding: AdminFixture.token.bytes, as: UTF8.self))"]
            request.isAddressAllowed = false
            request.origin = "203.0.113.7"
            let answer = await fixture.router.answer(request) { (_: Int?) throws(AdminProblem) in
                Issue.record("a body was read for \(path)")
                return []
            }
            #expect(answer.status == status, "\(path)")
        }
        let refusals = try fixture.refusals
        #expect(refusals.count == 4 && refusals.allSatisfy { $0.origin == "203.0.113.7" })
    }

    @Test("a key's networks are checked, shown, changed and cleared")
    func keys() async throws {
        let fixture = try await AdminFixture()
        for json in [
            #"["10.0.0.1/8"]"#, #"["here"]"#, "[]", #"["10.0.0.0/8","::/129"]"#, #""10.0.0.0/8""#,
        ] {
            let body = #"{"name":"k","project":"default","allowed_from":\#(json)}"#
            let answer = await fixture.call("POST", "/admin/v1/keys", json: body)
            #expect(answer.status == 400 && answer.string("field")?.hasPrefix("allowed_from") == true, "\(json)")
        }
        let body = #"{"name":"k","project":"default","allowed_from":["10.0.0.0/8","2001:db8::/32"]}"#
        let created = await fixture.call("POST", "/admin/v1/keys", json: body)
        #expect(created.status == 201 && created.raw("allowed_from") == #"["10.0.0.0/8","2001:db8::/32"]"#)
        let path = "/admin/v1/keys/\(try #require(created.string("id")))"
        #expect(await fixture.call("PATCH", path, json: #"{"name":"l"}"#).count("allowed_from") == 2)
        #expect(
            await fixture.call("PATCH", path, json: #"{"allowed_from":["::1"]}"#).raw("allowed_from") == #"["::1"]"#
        )
        #expect(await fixture.call("PATCH", path, json: #"{"allowed_from":null}"#).raw("allowed_from") == "null")
    }
}
