import Foundation
import MartletTesting
import NIOSSL
import Testing

@testable import Gateway

@Suite("The listener with TLS", .timeLimit(.minutes(5)), .enabled(if: Certificate.openSSL != nil))
struct TLSListenerTests {
    private static let health = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private func use(_ pair: Certificate) -> (inout LiveGateway.Setup) -> Void {
        { $0.options.tls = .init(certificatePath: pair.certificatePath, keyPath: pair.keyPath) }
    }

    /// Whether a new connection that trusts this certificate alone is answered.
    private func isServed(_ gateway: LiveGateway, trusting pair: Certificate) async throws -> Bool {
        let client = try await RawClient.connect(port: gateway.port, prepareChannel: try pair.client())
        try? await client.send(Self.health)
        let answer = try? await client.answer(within: .seconds(5))
        await client.close()
        return answer?.status == 200
    }

    @Test("requests and streams travel over TLS byte for byte")
    func travels() async throws {
        let folder = try LiveFolder()
        let pair = try Certificate.make("first", in: folder)
        try await LiveGateway.run(configure: self.use(pair)) { gateway, oracle in
            let events = [Live.chunk("a"), Live.chunk("b", finish: #""stop""#), Live.done]
            oracle.enqueue(Live.json(Live.chatAnswer), .events(events))
            let client = try await RawClient.connect(port: gateway.port, prepareChannel: try pair.client())
            try await client.send(gateway.post("/v1/chat/completions", Live.chat))
            #expect(try await client.answer().body == Live.chatAnswer)
            await client.close()
            let other = try await RawClient.connect(port: gateway.port, prepareChannel: try pair.client())
            try await other.send(gateway.post("/v1/chat/completions", Live.chatStream))
            #expect(try await other.answer().body == events.joined())
            await other.close()
        }
    }

    @Test("a renewed certificate is served to new connections, and a connection made before goes on")
    func renewal() async throws {
        let folder = try LiveFolder()
        let served = try Certificate.make("served", in: folder)
        let trusted = Certificate(certificatePath: folder.file("old.crt"), keyPath: folder.file("unused"))
        try FileManager.default.copyItem(atPath: served.certificatePath, toPath: trusted.certificatePath)
        let renewed = try Certificate.make("renewed", in: folder)
        let newTrust = Certificate(certificatePath: folder.file("new.crt"), keyPath: folder.file("unused"))
        try FileManager.default.copyItem(atPath: renewed.certificatePath, toPath: newTrust.certificatePath)
        try await LiveGateway.run(configure: self.use(served)) { gateway, oracle in
            let gate = OracleGate()
            var steps = OracleAnswer(events: [Live.chunk("a"), Live.chunk("b", finish: #""stop""#), Live.done]).steps
            steps.insert(.pass(gate), at: 1)
            oracle.enqueue(OracleScript(steps), Live.json(Live.chatAnswer))
            let old = try await RawClient.connect(port: gateway.port, prepareChannel: try trusted.client())
            try await old.send(gateway.post("/v1/chat/completions", Live.chatStream))
            try await old.receive(#""content":"a""#)

            try renewed.replace(served)
            // The files are looked at every five seconds at most, when a connection comes.
            #expect(
                try await eventually(within: .seconds(30)) { try await self.isServed(gateway, trusting: newTrust) }
            )
            #expect(try await self.isServed(gateway, trusting: trusted) == false)

            gate.open()
            try await old.receive("data: [DONE]")
            try await old.send(gateway.post("/v1/chat/completions", Live.chat))
            try await old.receive(Live.chatAnswer)
            await old.close()
        }
    }

    @Test("plain HTTP, old TLS and silence get no answer, and others are served meanwhile")
    func strangers() async throws {
        let folder = try LiveFolder()
        let pair = try Certificate.make("first", in: folder)
        let configure: (inout LiveGateway.Setup) -> Void = { setup in
            self.use(pair)(&setup)
            setup.options.deadlines.header = .milliseconds(500)
        }
        try await LiveGateway.run(configure: configure) { gateway, _ in
            let silent = try await gateway.connect()
            let plain = try await gateway.connect()
            try await plain.send(Self.health)
            #expect(try await plain.receiveToEnd().1.starts(with: Array("HTTP".utf8)) == false)
            let old = try await RawClient.connect(
                port: gateway.port,
                prepareChannel: try pair.client(maximum: .tlsv11)
            )
            try? await old.send(Self.health)
            #expect(try await old.receiveToEnd().1.isEmpty)
            #expect(try await self.isServed(gateway, trusting: pair))
            #expect(try await silent.receiveToEnd().1.isEmpty)
        }
    }

    @Test("files that are missing or do not belong together stop the start")
    func unusable() async throws {
        let folder = try LiveFolder()
        let first = try Certificate.make("first", in: folder)
        let second = try Certificate.make("second", in: folder)
        for tls in [
            GatewayOptions.TLSFiles(certificatePath: folder.file("none"), keyPath: first.keyPath),
            GatewayOptions.TLSFiles(certificatePath: first.certificatePath, keyPath: second.keyPath),
        ] {
            await #expect(throws: (any Error).self) {
                try await LiveGateway.run(configure: { $0.options.tls = tls }) { _, _ in }
            }
        }
    }
}
