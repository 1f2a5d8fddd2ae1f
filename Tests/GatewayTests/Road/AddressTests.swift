import Policy
import Testing

@testable import Gateway

/// A key that is for some networks alone. The harness's client is 192.0.2.9.
@Suite("keys for networks")
struct AddressTests {
    private static let body = #"{"model":"fast","messages":[{"role":"user","content":"hi"}]}"#

    private func harness(_ networks: [String]?, trusted: String? = nil) throws -> RoadHarness {
        var world = TestWorld()
        world.allowedFrom = networks
        var options = GatewayOptions()
        if let trusted { options.forwarding = ForwardingRule(trusted: try #require(NetworkRange.list(trusted))) }
        return try RoadHarness(options: options, world: world)
    }

    private func isServed(_ harness: RoadHarness, forwarded: String...) throws -> Bool {
        let before = harness.vendors.channels.count
        try harness.post("/v1/chat/completions", Self.body, headers: forwarded.map { "X-Forwarded-For: \($0)" })
        guard harness.vendors.channels.count == before else { return true }
        let answer = try harness.answer()
        #expect(answer.status == 403 && answer.body.contains("forbidden"))
        #expect(!answer.body.contains("192.0.2"))
        return false
    }

    @Test("a key is served from its networks and from nowhere else")
    func networks() throws {
        #expect(try self.isServed(try self.harness(nil)))
        #expect(try self.isServed(try self.harness(["192.0.2.0/24"])))
        #expect(try self.isServed(try self.harness(["10.0.0.0/8", "192.0.2.9"])))
        #expect(!(try self.isServed(try self.harness(["192.0.3.0/24"]))))
        #expect(!(try self.isServed(try self.harness([]))))
        #expect(!(try self.isServed(try self.harness(["no network"]))))
    }

    @Test("RELIABILITY N020: a header that anybody can send changes nothing unless a trusted proxy sent it")
    func forwarded() throws {
        let own = ["10.0.0.0/8"]
        #expect(!(try self.isServed(try self.harness(own), forwarded: "10.1.1.1")))
        #expect(!(try self.isServed(try self.harness(own, trusted: "198.51.100.0/24"), forwarded: "10.1.1.1")))
        let trusted = "192.0.2.0/24"
        #expect(try self.isServed(try self.harness(own, trusted: trusted), forwarded: "10.1.1.1"))
        #expect(try self.isServed(try self.harness(own, trusted: trusted), forwarded: "203.0.113.1, 10.1.1.1"))
        #expect(!(try self.isServed(try self.harness(own, trusted: trusted), forwarded: "10.1.1.1, 203.0.113.1")))
        #expect(!(try self.isServed(try self.harness(own, trusted: trusted), forwarded: "10.1.1.1", "203.0.113.1")))
        #expect(!(try self.isServed(try self.harness(own, trusted: trusted))))
    }

    @Test("the list of models is refused as well")
    func models() throws {
        for (networks, status) in [(["192.0.2.9"], 200), (["192.0.2.8"], 403)] {
            let harness = try self.harness(networks)
            try harness.send("GET /v1/models HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(harness.key)\r\n\r\n")
            #expect(try harness.answer().status == status)
        }
    }

    @Test("RELIABILITY N019: an admin token is refused with 403, whether or not there is such a token")
    func adminToken() throws {
        let harness = try self.harness(nil)
        let token = "mt-admin-" + String(repeating: "a", count: 43)
        try harness.post("/v1/chat/completions", Self.body, authorization: token)
        #expect(try harness.answer().status == 403)
        try harness.post("/v1/messages", Self.body, authorization: token)
        let answer = try harness.answer()
        #expect(answer.status == 403 && answer.body.contains("permission_error") && !answer.body.contains(token))
        #expect(harness.vendors.channels.isEmpty)
    }
}
