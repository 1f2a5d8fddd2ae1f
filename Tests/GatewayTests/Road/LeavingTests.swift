import Exchange
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Synchronization
import Testing

@testable import Gateway

@Suite("Leaving a vendor that keeps a request waiting")
struct LeavingTests {
    private static func world(
        mayBillTwice: Bool = true,
        _ change: (inout TestWorld) -> Void = { _ in }
    ) throws
        -> HedgeWorld
    {
        try HedgeWorld { world in
            world.rules.hedging = HedgePolicy()
            world.rules.mayBillTwice = mayBillTwice
            change(&world)
        }
    }

    private func wait(_ world: HedgeWorld, seconds: Int) {
        for _ in 0..<seconds * 10 { world.road.advance(.milliseconds(100)) }
    }

    // MARK: Streams

    @Test("a stream without content is left after a minute, whatever else it sent", arguments: [false, true])
    func lateStream(_ hasHead: Bool) throws {
        let world = try Self.world()
        try world.ask(stream: true)
        if hasHead {
            try world.startsStream(0)
            try world.role(0)
        }
        self.wait(world, seconds: 59)
        #expect(world.attempts == 1)
        self.wait(world, seconds: 2)
        #expect(world.attempts == 2)
        #expect(!world.isOpen(0))
        try world.startsStream(1)
        try world.content(1, "yes")
        try world.endsStream(1)
        let answer = try world.road.answer()
        #expect(answer.isWhole && answer.body.contains("yes"))
        let record = try world.record()
        #expect(record.attempts == 2 && record.provider == "lab")
        // What the first may have written is paid for.
        #expect(try #require(record.costNanoUSD) > 2_000_000)
        #expect(try #require(record.route).contains(#""outcome":"sick_target""#))
    }

    @Test("it is waited for where it may not be billed twice, or the model has a deadline of its own")
    func waitedFor() throws {
        let once = try Self.world(mayBillTwice: false)
        try once.ask(stream: true)
        self.wait(once, seconds: 90)
        #expect(once.attempts == 1)
        let own = try Self.world { $0.rules.firstContent = .seconds(100) }
        try own.ask(stream: true)
        self.wait(own, seconds: 90)
        #expect(own.attempts == 1)
        self.wait(own, seconds: 11)
        #expect(own.attempts == 2)
    }

    @Test("the last target is waited for as long as ever")
    func last() throws {
        let world = try Self.world()
        try world.ask(stream: true)
        self.wait(world, seconds: 61)
        #expect(world.attempts == 2)
        self.wait(world, seconds: 120)
        #expect(world.attempts == 2 && world.isOpen(1))
    }

    @Test("nobody is left when all retries are spent: to wait on is better than to fail")
    func spent() throws {
        let world = try Self.world { $0.retries = true }
        TestWorld.spendRetries(of: world.model)
        try world.ask(stream: true)
        self.wait(world, seconds: 90)
        #expect(world.attempts == 1 && world.isOpen(0))
        try world.startsStream(0)
        try world.content(0, "late")
        try world.endsStream(0)
        #expect(try world.road.answer().body.contains("late"))
        _ = try world.record()
    }

    // MARK: Whole answers

    private func breakDown(_ index: Int, _ world: HedgeWorld) {
        let (health, now) = (world.model.chooser.targets[index].health, world.road.state.monotonicNow)
        for _ in 0..<5 { health.finish(health.beginAnyway(at: now), .sickTarget, at: now) }
    }

    @Test("a whole answer is not waited for at a target whose breaker has opened")
    func hung() throws {
        let world = try Self.world()
        try world.ask()
        self.wait(world, seconds: 5)
        #expect(world.attempts == 1)
        self.breakDown(0, world)
        self.wait(world, seconds: 2)
        #expect(world.attempts == 2)
        try world.answers(1)
        let answer = try world.road.answer()
        #expect(answer.status == 200 && answer.headers["x-martlet-provider"] == "lab")
        _ = try world.record()
    }

    @Test("one whose model may not be billed twice, or has no other target that is well, is waited for")
    func hungAlone() throws {
        let once = try Self.world(mayBillTwice: false)
        try once.ask()
        self.breakDown(0, once)
        self.wait(once, seconds: 4)
        #expect(once.attempts == 1)
        let both = try Self.world()
        try both.ask()
        self.breakDown(0, both)
        self.breakDown(1, both)
        // Breakers stay open for four to five seconds.
        self.wait(both, seconds: 3)
        #expect(both.attempts == 1)
        try both.answers(0)
        #expect(try both.road.answer().status == 200)
    }

    @Test("a probe is waited for: it is to find out whether the target is well again")
    func probe() throws {
        let world = try Self.world()
        self.breakDown(0, world)
        world.road.advance(.seconds(6))
        try world.ask()
        #expect(try world.road.vendorReceived().contains("gpt-real"))
        self.wait(world, seconds: 4)
        #expect(world.attempts == 1)
        try world.answers(0)
        #expect(try world.road.answer().status == 200)
    }
}
