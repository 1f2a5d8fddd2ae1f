import Foundation
import MartletTesting
import Storage
import Testing

@Suite(
    "Stopping the program (N118)",
    .timeLimit(.minutes(2)),
    .enabled(if: MartletProgram.isBuilt, "the martlet program is not beside the tests")
)
struct DrainTests {
    private static let path = "/v1/chat/completions"

    /// A sandbox stream under way: its first content has come, others follow every 50 ms.
    private func stream(_ program: MartletProgram, tokens: Int) async throws -> RawClient {
        try await program.addModel("long", "long-\(tokens)-50ms")
        let client = try await program.connect()
        let body = MartletProgram.chat("long", stream: true)
        try await client.send(MartletProgram.request(Self.path, token: try program.firstKey(), body: body))
        try await client.receive("\"content\":", within: .seconds(20))
        return client
    }

    /// The answer on a connection that the program has ended.
    private func ended(_ client: RawClient) async throws -> Answer {
        let (_, bytes) = try await client.receiveToEnd(within: .seconds(30))
        return try #require(Answer(String(decoding: bytes, as: UTF8.self)))
    }

    @Test("after SIGTERM readiness goes first, then the listener; the stream finishes and the program exits with 0")
    func finishes() async throws {
        try await MartletProgram.run(environment: ["MARTLET_DRAIN_DELAY": "2s"]) { program in
            let probe = try await program.connect()
            try await probe.send(MartletProgram.request("/readyz"))
            #expect(try await probe.answer().status == 200)
            await probe.close()
            let client = try await self.stream(program, tokens: 100)

            program.signal(SIGTERM)
            // For the length of the delay new connections are still served, and told to go elsewhere.
            let isUnready = try await eventually(within: .seconds(5)) {
                try await program.ask(MartletProgram.request("/readyz")).status == 503
            }
            #expect(isUnready)
            let admin = try await program.ask(MartletProgram.request("/readyz"), port: program.adminPort)
            #expect(admin.status == 503)
            // Then the listener closes.
            let isClosed = await eventually(within: .seconds(10)) {
                guard let late = try? await program.connect() else { return true }
                await late.close()
                return false
            }
            #expect(isClosed)
            #expect(program.isRunning)

            let answer = try await self.ended(client)
            #expect(answer.isWhole)
            #expect(answer.body.hasSuffix("data: [DONE]\n\n"))
            #expect(!answer.body.contains(#""error""#))
            #expect(await program.exitCode(within: .seconds(30)) == 0)
            #expect(program.errorText.contains("\"msg\":\"stopped\""))
        }
    }

    @Test("an idle program exits at once with 0, idle connections notwithstanding", arguments: [SIGTERM, SIGINT])
    func idle(_ signal: Int32) async throws {
        try await MartletProgram.run { program in
            let idle = try await program.connect()
            let token = try program.firstKey()
            try await idle.send(
                MartletProgram.request(Self.path, token: token, body: MartletProgram.chat("sandbox/echo"))
            )
            #expect(try await idle.answer().status == 200)
            program.signal(signal)
            #expect(await program.exitCode(within: .seconds(20)) == 0)
            try await idle.receiveToEnd()
        }
    }

    @Test("at the drain limit what still runs is ended in its format's failure terminal, and the program exits with 0")
    func limit() async throws {
        try await MartletProgram.run(environment: ["MARTLET_DRAIN_LIMIT": "1s"]) { program in
            let client = try await self.stream(program, tokens: 1000)
            program.signal(SIGTERM)
            let answer = try await self.ended(client)
            #expect(answer.isWhole)
            #expect(!answer.body.contains("[DONE]"))
            #expect(answer.body.contains(#"data: {"error":{"#))
            #expect(answer.body.contains("Martlet is shutting down."))
            #expect(await program.exitCode(within: .seconds(20)) == 0)
            let outcomes = try program.storedRequests().map(\.record.outcome)
            #expect(outcomes == [.interrupted])
        }
    }

    @Test("a second SIGTERM does not wait; what it cuts is told so in its format's failure terminal, and recorded")
    func secondSignal() async throws {
        try await MartletProgram.run { program in
            let client = try await self.stream(program, tokens: 1000)
            program.signal(SIGTERM)
            let isDraining = await eventually { program.errorText.contains("\"msg\":\"draining\"") }
            #expect(isDraining)
            program.signal(SIGTERM)
            #expect(await program.exitCode(within: .seconds(20)) == 1)
            let answer = try await self.ended(client)
            #expect(!answer.body.contains("[DONE]"))
            #expect(!answer.body.contains(#""finish_reason":"stop""#))
            #expect(answer.body.contains(#"data: {"error":{"#))
            #expect(answer.isWhole)
            let outcomes = try program.storedRequests().map(\.record.outcome)
            #expect(outcomes == [.interrupted])
        }
    }

    /// How many bytes of a request have yet to come at SIGTERM.
    @Test(
        "a request that is still arriving at SIGTERM is answered and recorded before the program exits",
        arguments: [10, 150]
    )
    func arriving(_ missing: Int) async throws {
        try await MartletProgram.run { program in
            let client = try await program.connect()
            let token = try program.firstKey()
            let request = MartletProgram.request(Self.path, token: token, body: MartletProgram.chat("sandbox/echo"))
            try await client.send(Array(request.utf8.dropLast(missing)))
            // An answer on another connection: by now the loop has read the first one's bytes.
            _ = try await program.ask(MartletProgram.request("/livez"))
            program.signal(SIGTERM)
            let isDraining = await eventually { program.errorText.contains("\"msg\":\"draining\"") }
            #expect(isDraining)
            try? await client.send(Array(request.utf8.suffix(missing)))
            _ = try? await client.receiveToEnd(within: .seconds(20))
            let answer = Answer(client.receivedText)
            #expect(answer?.status == 200)
            #expect(await program.exitCode(within: .seconds(20)) == 0)
            #expect(try program.storedRequests().map(\.record.outcome) == [.completed])
        }
    }
}
