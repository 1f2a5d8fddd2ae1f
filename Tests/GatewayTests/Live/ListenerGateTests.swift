import Glibc
import Logging
import MartletTesting
import NIOCore
import NIOEmbedded
import Synchronization
import Telemetry
import Testing
import Upstream

@testable import Gateway

@Suite("Connections beyond the limit", .timeLimit(.minutes(5)))
struct ListenerGateTests {
    private static func ask(_ client: RawClient) async throws {
        try await client.send("GET /livez HTTP/1.1\r\nHost: gateway\r\n\r\n")
    }

    @Test("a connection beyond max_connections waits, and is served when another ends")
    func connections() async throws {
        try await LiveGateway.run(configure: { $0.options.limits.maxConnections = 2 }) { gateway, _ in
            var clients: [RawClient] = []
            for _ in 0..<4 {
                let client = try await gateway.connect()
                try await Self.ask(client)
                clients.append(client)
            }
            for client in clients.prefix(2) { #expect(try await client.answer().status == 200) }
            #expect(gateway.dataPlane.openConnections == 2)
            #expect(clients[2].receivedText.isEmpty && clients[3].receivedText.isEmpty)
            #expect(gateway.metric("martlet_accept_pauses_total") == 1)
            await clients[0].close()
            #expect(try await clients[2].answer().status == 200)
            await clients[1].close()
            #expect(try await clients[3].answer().status == 200)
            #expect(gateway.metric("martlet_accept_pauses_total") == 3)
            for client in clients.suffix(2) { await client.close() }
        }
    }

    @Test("without descriptors for clients nobody is taken in, until there are some again")
    func descriptors() async throws {
        let lowestFree = Mutex(0)
        let room = DescriptorRoom(limit: 100) { lowestFree.withLock { $0 } }
        try await LiveGateway.run(configure: { $0.descriptors = room }) { gateway, _ in
            let first = try await gateway.connect()
            try await Self.ask(first)
            #expect(try await first.answer().status == 200)
            lowestFree.withLock { $0 = 75 }
            // The one that finds the room used up is in already.
            let second = try await gateway.connect()
            try await Self.ask(second)
            #expect(try await second.answer().status == 200)
            let third = try await gateway.connect()
            try await Self.ask(third)
            // Clients that leave free nothing here; nobody is told when it is something else that does.
            await second.close()
            #expect(await eventually { gateway.dataPlane.openConnections == 1 })
            #expect(third.receivedText.isEmpty)
            lowestFree.withLock { $0 = 74 }
            #expect(try await third.answer().status == 200)
            for client in [first, third] { await client.close() }
        }
    }

    @Test(
        "an accept that fails for want of room pauses the listener; a client gone before its turn does not",
        arguments: [(EMFILE, 1), (ENFILE, 1), (ENOBUFS, 1), (ENOMEM, 1), (ECONNABORTED, 0)]
    )
    func failures(_ code: CInt, _ pauses: Int) throws {
        let counter = MetricRegistry().counter("pauses", help: "")
        let gate = ListenerGate(
            .init(
                maxConnections: 10,
                descriptors: DescriptorRoom(limit: 100) { 0 },
                pauses: counter,
                log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        let channel = EmbeddedChannel(handler: gate)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
        // Nothing is passed on: NIO's own handler would close the listener.
        try channel.throwIfErrorCaught()
        #expect(counter.value == pauses)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(counter.value == pauses)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
        #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
        _ = try channel.finish()
    }

    @Test("a vendor's connection is refused before the last descriptors go")
    func vendors() async throws {
        let room = DescriptorRoom(limit: 80) { 70 }
        try await LiveGateway.run(configure: { $0.vendorDescriptors = room }) { gateway, oracle in
            let answer = try await gateway.ask("/v1/chat/completions", Live.chat)
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] != nil)
            #expect(oracle.connectionCount == 0)
        }
    }
}
