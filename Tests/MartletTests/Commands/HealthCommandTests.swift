import ArgumentParser
import Testing

@testable import martlet

@Suite("martlet health")
struct HealthCommandTests {
    /// Answers with a status, or throws.
    private struct Server: AdminTransport {
        var status: Int?
        var error: (any Error)?
        var wanted = "/readyz"

        func send(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> AdminReply {
            #expect(method == "GET" && path == self.wanted && body == nil)
            if let error { throw error }
            return AdminReply(status: self.status ?? 0, body: [])
        }
    }

    @Test("200 is well, anything else is not", arguments: [(200, true), (503, false), (404, false), (0, false)])
    func statuses(_ status: Int, _ isGood: Bool) async {
        let verdict = await HealthCommand.ask(Server(status: status), "127.0.0.1:1", live: false)
        #expect(verdict.isGood == isGood)
        #expect(isGood || verdict.text.contains("status \(status)"))
    }

    @Test("life is asked for at a path of its own")
    func live() async {
        let verdict = await HealthCommand.ask(Server(status: 200, wanted: "/livez"), "127.0.0.1:1", live: true)
        #expect(verdict.isGood && verdict.text == "alive")
    }

    @Test("a server that is not there or does not answer in time is not well, and this is said")
    func absent() async {
        let absent = await HealthCommand.ask(Server(error: HTTPTransport.NoServer()), "127.0.0.1:1", live: false)
        #expect(!absent.isGood && absent.text == "no server answers on 127.0.0.1:1")
        let late = await HealthCommand.ask(
            Server(error: CommandFailure(code: 1, message: "too late")),
            "127.0.0.1:1",
            live: false
        )
        #expect(!late.isGood && late.text == "too late")
    }

    @Test("a timeout out of range is refused", arguments: ["0", "301", "-1", "x"])
    func timeouts(_ text: String) {
        #expect(throws: (any Error).self) { try HealthCommand.parse(["--timeout=\(text)"]) }
    }
}
