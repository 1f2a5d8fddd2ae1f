import NIOCore
import NIOEmbedded
import Testing

@testable import Upstream

@Suite("Connection pool")
struct ConnectionPoolTests {
    private struct World {
        let loop = EmbeddedEventLoop()
        let connector: ManualConnector
        let pool: ConnectionPool
        let endpoint = UpstreamEndpoint(name: "v", transport: .sandbox, allowsPrivateAddresses: true)

        init(_ limits: PoolLimits = PoolLimits()) {
            self.connector = ManualConnector(self.loop)
            self.pool = ConnectionPool(loop: self.loop, connector: self.connector, limits: limits)
        }

        func isWaiting(_ waiter: Recorder) -> Bool {
            if case .waiting = self.pool.acquire(self.endpoint, for: waiter) { return true }
            return false
        }

        /// Lets a connection answer one exchange, so that it is idle.
        func finish(_ recorder: Recorder, _ index: Int) throws {
            guard let connection = recorder.connection else { return }
            #expect(connection.send(ByteBuffer(string: "x"), to: recorder))
            try self.connector.channels[index].writeInbound(
                ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            )
        }
    }

    @Test("a waiter gets the connection that was made for it, and the next exchange the same one")
    func reuse() throws {
        let world = World()
        let first = Recorder()
        #expect(world.isWaiting(first))
        try world.connector.succeed()
        #expect(first.connection != nil)
        try world.finish(first, 0)
        guard case .ready(let connection) = world.pool.acquire(world.endpoint, for: Recorder()) else {
            Issue.record("the idle connection was not used")
            return
        }
        #expect(connection === first.connection)
        #expect(world.connector.asked == 1)
    }

    @Test("a failed attempt fails one waiter, with what happened")
    func failure() throws {
        let world = World()
        let (first, second) = (Recorder(), Recorder())
        #expect(world.isWaiting(first) && world.isWaiting(second))
        world.connector.fail(UpstreamError(.tlsFailed, "x"))
        #expect(first.failure?.code == .tlsFailed)
        #expect(second.failure == nil)
        try world.connector.succeed()
        #expect(second.connection != nil)
    }

    @Test("with all connections in use a waiter waits its time and no longer")
    func queue() throws {
        var limits = PoolLimits()
        limits.maxConnections = 1
        let world = World(limits)
        let (first, second, third) = (Recorder(), Recorder(), Recorder())
        #expect(world.isWaiting(first))
        try world.connector.succeed()
        #expect(world.isWaiting(second) && world.isWaiting(third))
        #expect(world.connector.asked == 1)
        try world.finish(first, 0)
        #expect(second.connection === first.connection)
        world.loop.advanceTime(by: .seconds(2))
        world.pool.tick()
        #expect(third.failure?.code == .saturated)
    }

    @Test("a full queue refuses at once, and a waiter that left is skipped")
    func bounds() throws {
        var limits = PoolLimits()
        limits.maxWaiting = 2
        let world = World(limits)
        let (first, second) = (Recorder(), Recorder())
        #expect(world.isWaiting(first) && world.isWaiting(second))
        guard case .saturated = world.pool.acquire(world.endpoint, for: Recorder()) else {
            Issue.record("the queue has no bound")
            return
        }
        world.pool.cancel(first, at: world.endpoint)
        try world.connector.succeed()
        #expect(first.connection == nil)
        #expect(second.connection != nil)
    }

    @Test("idle connections are closed before a vendor would, and dead ones are not handed out")
    func idle() throws {
        let world = World()
        let first = Recorder()
        #expect(world.isWaiting(first))
        try world.connector.succeed()
        try world.finish(first, 0)
        world.loop.advanceTime(by: .seconds(51))
        world.pool.tick()
        #expect(!world.connector.channels[0].isActive)
        #expect(world.pool.counts == (0, 0, 0))
        let second = Recorder()
        #expect(world.isWaiting(second))
        try world.connector.succeed()
        try world.finish(second, 1)
        try world.connector.channels[1].close().wait()
        #expect(world.isWaiting(Recorder()))
    }

    @Test("a closed pool makes no connections and keeps none")
    func closed() throws {
        let world = World()
        let first = Recorder()
        #expect(world.isWaiting(first))
        try world.connector.succeed()
        world.pool.close()
        try world.finish(first, 0)
        #expect(!world.connector.channels[0].isActive)
        guard case .saturated = world.pool.acquire(world.endpoint, for: Recorder()) else {
            Issue.record("a closed pool made a connection")
            return
        }
    }
}
