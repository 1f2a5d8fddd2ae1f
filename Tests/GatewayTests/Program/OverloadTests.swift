import Foundation
import MartletTesting
import Testing

@Suite("A full house", .timeLimit(.minutes(2)), .enabled(if: MartletProgram.isBuilt))
struct OverloadTests {
    @Test("what has no place is turned away, and probes and the operator are answered meanwhile")
    func fullHouse() async throws {
        let environment = [
            "MARTLET_LIMITS_MAX_IN_FLIGHT": "1", "MARTLET_DEADLINES_QUEUE": "100ms", "MARTLET_LOOPS": "2",
        ]
        try await MartletProgram.run(environment: environment) { program in
            let token = try program.firstKey()
            let chat = MartletProgram.request(
                "/v1/chat/completions",
                token: token,
                body: MartletProgram.chat("sandbox/echo")
            )
            // One that takes its place and never says the end of its request.
            let holder = try await program.connect()
            try await holder.send(Array(chat.utf8.dropLast()))
            let status = MartletProgram.request("/admin/v1/status", token: try program.adminToken())
            #expect(
                await eventually {
                    let told = try? await program.ask(status, port: program.adminPort)
                    return told?.body.contains(#""load":{"in_flight":1,"max_in_flight":1,"waiting":0"#) ?? false
                }
            )
            let refused = try await program.ask(chat)
            #expect(refused.status == 503 && refused.headers["retry-after"] != nil)
            for path in ["/livez", "/readyz"] {
                #expect(try await program.ask(MartletProgram.request(path)).status == 200)
                #expect(try await program.ask(MartletProgram.request(path), port: program.adminPort).status == 200)
            }
            let metrics = try await program.ask(MartletProgram.request("/metrics"), port: program.adminPort)
            #expect(metrics.body.contains(#"martlet_shed_requests_total{reason="queue_timeout"} 1"#))
            // Who waits when a place becomes free, on whatever loop, is served.
            try await holder.send(Array(chat.utf8.suffix(1)))
            #expect(try await holder.answer().status == 200)
            for _ in 0..<4 {
                let answer = try await program.ask(chat)
                #expect(answer.status == 200)
            }
            await holder.close()
        }
    }

    @Test("whoever waits when the process is told to stop is served or told, and the process ends")
    func stopping() async throws {
        let environment = ["MARTLET_LIMITS_MAX_IN_FLIGHT": "1", "MARTLET_DEADLINES_QUEUE": "20s"]
        try await MartletProgram.run(environment: environment) { program in
            let token = try program.firstKey()
            let chat = MartletProgram.request(
                "/v1/chat/completions",
                token: token,
                body: MartletProgram.chat("sandbox/echo")
            )
            let holder = try await program.connect()
            try await holder.send(Array(chat.utf8.dropLast()))
            let waiting = try await program.connect()
            try await waiting.send(chat)
            let metrics = MartletProgram.request("/metrics")
            #expect(
                await eventually {
                    let told = try? await program.ask(metrics, port: program.adminPort)
                    return told?.body.contains("martlet_waiting_requests 1\n") ?? false
                }
            )
            program.signal(SIGTERM)
            #expect(await eventually { program.errorText.contains("draining") })
            try await holder.send(Array(chat.utf8.suffix(1)))
            #expect(try await holder.answer().status == 200)
            #expect(try await waiting.answer().status == 200)
            #expect(await program.exitCode(within: .seconds(20)) == 0)
            await holder.close()
            await waiting.close()
        }
    }
}
