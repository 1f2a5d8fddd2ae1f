import Foundation
import MartletTesting
import Testing

@Suite(
    "Out of file descriptors (N122)",
    .timeLimit(.minutes(2)),
    .enabled(if: MartletProgram.isBuilt && FileManager.default.fileExists(atPath: "/proc/self/fd"))
)
struct DescriptorExhaustionTests {
    private static let limit = 96

    @Test("the listener survives, does not spin, and serves again when descriptors come free")
    func exhaustion() async throws {
        try await MartletProgram.run(descriptorLimit: Self.limit) { program in
            let token = try program.firstKey()
            let chat = MartletProgram.request(
                "/v1/chat/completions",
                token: token,
                body: MartletProgram.chat("sandbox/echo")
            )
            let early = try await program.connect()
            try await early.send(MartletProgram.request("/livez"))
            #expect(try await early.answer().status == 200)

            // More connections than there are descriptors: the rest waits in the listener's backlog.
            var clients: [RawClient] = []
            for _ in 0..<Self.limit { clients.append(try await program.connect()) }
            #expect(await eventually { program.errorText.contains("the listener pauses") })

            // Whoever is in is served, and the operator is: some descriptors are never given to clients.
            let before = program.processorSeconds
            try await early.send(chat)
            try await early.receive(within: .seconds(20)) { bytes in
                String(decoding: bytes, as: UTF8.self).ranges(of: "HTTP/1.1 200").count == 2
            }
            #expect(early.ending == nil)
            let alive = try await program.ask(MartletProgram.request("/livez"), port: program.adminPort)
            #expect(alive.status == 200)
            // One that is open for a moment, to read a file, does not count: clients that were let in would stay.
            #expect(await eventually { (program.openDescriptors ?? .max) < Self.limit * 7 / 8 })
            // Processor time, not wall time: a listener that spins uses nearly all of these three seconds.
            try await Task.sleep(for: .seconds(3))
            let used = program.processorSeconds - before
            #expect(used < 1)
            try #require(program.isRunning, "\(program.obituary)")

            for client in clients { await client.close() }
            #expect(await eventually(within: .seconds(20)) { (program.openDescriptors ?? .max) < Self.limit / 2 })
            for _ in 0..<3 {
                let answer = try await program.ask(chat)
                #expect(answer.status == 200)
            }
            let admin = try await program.ask(MartletProgram.request("/livez"), port: program.adminPort)
            #expect(admin.status == 200)
            await early.close()
            program.signal(SIGTERM)
            #expect(await program.exitCode(within: .seconds(20)) == 0)
        }
    }
}
