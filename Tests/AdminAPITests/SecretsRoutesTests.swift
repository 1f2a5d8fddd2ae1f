import Exchange
import Synchronization
import Testing

@testable import AdminAPI

/// Tells and does what a test says.
private final class FakeSecretsDesk: SecretsDesk {
    private let keys = Mutex<[Secret?]>([])

    var given: [Secret?] { self.keys.withLock { $0 } }

    func standing() async throws(AdminProblem) -> SecretsStanding {
        SecretsStanding(keyVersion: 1, keySource: "/var/master.key", sealed: [1: 4, 2: 1], isRotating: true)
    }

    func rotate(to newKey: Secret?) async throws(AdminProblem) -> SecretsStanding {
        self.keys.withLock { $0.append(newKey) }
        return SecretsStanding(
            keyVersion: 2,
            keySource: "NEXT",
            sealed: [2: 5],
            isRotating: false,
            advice: "move it"
        )
    }
}

@Suite("Routes of the master key")
struct SecretsRoutesTests {
    private let desk = FakeSecretsDesk()
    private let fixture: AdminFixture
    private let router: AdminRouter

    init() async throws {
        self.fixture = try await AdminFixture()
        var services = self.fixture.services
        services.secrets = self.desk
        self.router = AdminRouter(services: services, token: AdminFixture.token, isLoopback: true)
    }

    private func call(_ method: String, _ path: String, json: String? = nil) async -> AdminAnswer {
        var request = AdminRequest(method: method, path: "/admin/v1/secrets" + path, query: nil, requestID: "adm_1")
        request.authorization = ["Bearer " + String(decoding: AdminFixture.token.bytes, as: UTF8.self)]
        request.contentType = json == nil ? nil : "application/json"
        return await self.router.answer(request) { (_: Int?) throws(AdminProblem) in Array((json ?? "").utf8) }
    }

    @Test("the standing counts values by the version they are under")
    func standing() async {
        let answer = await self.call("GET", "")
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"key_version":1,"key_source":"/var/master.key","sealed":[{"key_version":1,"values":4},"#
                + #"{"key_version":2,"values":1}],"rotating":true,"advice":null}"#
        )
    }

    @Test("a rotation takes a key or draws one, and never shows it")
    func rotate() async {
        let key = "dYt3Zp6b1qKxSeR8VnGm0uHcL5wJfQa4oBzTi9NyPCg="
        let drawn = await self.call("POST", "/rotate", json: "{}")
        let taken = await self.call("POST", "/rotate", json: #"{"new_key":"\#(key)"}"#)
        #expect(drawn.status == 200 && taken.status == 200)
        #expect(taken.string("advice") == "move it" && !taken.text.contains(key))
        #expect(self.desk.given == [nil, Secret(key)])
    }

    @Test("unknown fields and wrong types are refused", arguments: [#"{"key":"x"}"#, #"{"new_key":7}"#, "[]", ""])
    func refused(_ body: String) async {
        let answer = await self.call("POST", "/rotate", json: body)
        #expect(answer.status == 400)
        #expect(self.desk.given.isEmpty)
    }

    @Test("where nobody keeps a master key this is said")
    func nobody() async {
        #expect(await self.fixture.call("GET", "/admin/v1/secrets").status == 503)
    }
}
