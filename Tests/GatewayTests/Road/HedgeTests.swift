import Exchange
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Synchronization
import Testing
import Upstream

@testable import Gateway

@Suite("A second attempt beside a slow one")
struct HedgeTests {
    @Test("it is sent when the first is slower than usual, and not before", arguments: [false, true])
    func sentLate(_ stream: Bool) throws {
        let world = try HedgeWorld()
        try world.ask(stream: stream)
        world.road.advance(.milliseconds(150))
        #expect(world.attempts == 1)
        world.road.advance(.milliseconds(150))
        #expect(world.attempts == 2)
        #expect(try world.road.vendorReceived().contains(#""model":"llama""#))
        // Both may be billed, so both are held.
        let both = try world.budget().reserved
        try world.answers(0, stream ? 400 : 200)
        #expect(try world.road.answer().status == (stream ? 400 : 200))
        #expect(both > 0)
        _ = try world.record()
    }

    @Test("no model is hedged that does not ask for it, and none whose target is not known yet")
    func off() throws {
        let plain = try HedgeWorld { $0.rules.hedging = HedgePolicy() }
        try plain.askSlowly()
        #expect(plain.attempts == 1)
        let new = try HedgeWorld()
        let other = try #require(new.road.snapshots.snapshot.model(named: "safe"))
        for _ in 0..<50 { other.chooser.balance.hedges.noteRequest() }
        try new.road.post("/v1/chat/completions", #"{"model":"safe","messages":[]}"#)
        new.road.advance(.seconds(5))
        #expect(new.attempts == 1)
    }

    @Test("a quicker second answers, the first is cancelled at once, and both are accounted for")
    func wins() throws {
        let world = try HedgeWorld()
        try world.askSlowly()
        try world.answers(1)
        let answer = try world.road.answer()
        #expect(answer.status == 200 && answer.body == HedgeWorld.answer)
        #expect(answer.headers["x-martlet-provider"] == "lab")
        #expect(answer.headers["x-martlet-attempts"] == "2")
        #expect(!world.isOpen(0))
        #expect(try world.road.received().isEmpty)
        let record = try world.record()
        #expect(record.outcome == .completed && record.attempts == 2 && record.provider == "lab")
        #expect(try #require(record.costNanoUSD) > 2_000_000)
        let route = try #require(record.route)
        #expect(route.contains(#"{"target":"openai/gpt-real","status":0,"outcome":"cancelled""#))
        #expect(route.contains(#"{"target":"lab/llama","status":200,"outcome":"served""#))
        #expect(route.contains(#""hedge":true}]"#))
        #expect(world.counted == [1, 0, 0])
        // It says nothing about the first target that another was quicker.
        #expect(world.model.chooser.targets[0].health.view(at: world.road.state.monotonicNow).failures == 0)
    }

    @Test("a quicker first answers, and the second is cancelled at once")
    func loses() throws {
        let world = try HedgeWorld()
        try world.askSlowly()
        try world.answers(0)
        let answer = try world.road.answer()
        #expect(answer.status == 200 && answer.headers["x-martlet-provider"] == "openai")
        #expect(answer.headers["x-martlet-attempts"] == "2")
        #expect(!world.isOpen(1))
        let record = try world.record()
        #expect(record.attempts == 2 && record.provider == "openai")
        #expect(try #require(record.route).contains(#""outcome":"cancelled""#))
        #expect(try #require(record.route).contains(#""hedge":true},{"target":"openai/gpt-real""#))
        #expect(world.counted == [0, 1, 0])
    }

    @Test("of two streams the one that has content first is told, and nothing of the other", arguments: [0, 1])
    func streams(_ winner: Int) throws {
        let world = try HedgeWorld()
        try world.askSlowly(stream: true)
        for attempt in [0, 1] {
            try world.startsStream(attempt)
            try world.role(attempt)
        }
        #expect(try world.road.received().isEmpty)
        try world.content(winner, "yes")
        #expect(!world.isOpen(1 - winner))
        // What one of them asked for is not held any more.
        let held = try world.budget().reserved
        try world.endsStream(winner)
        let answer = try world.road.answer()
        #expect(answer.isWhole && answer.body.contains("yes"))
        #expect(answer.headers["x-martlet-provider"] == ["openai", "lab"][winner])
        let record = try world.record()
        #expect(record.outcome == .completed && record.attempts == 2 && record.firstContentMicroseconds != nil)
        #expect(held > 0)
        #expect(world.counted == [winner, 1 - winner, 0])
    }

    @Test("while the second runs, what both may cost is held; afterwards what one may cost")
    func held() throws {
        let world = try HedgeWorld()
        try world.ask(stream: true)
        let one = try world.budget().reserved
        world.road.advance(.milliseconds(300))
        #expect(try world.budget().reserved == 2 * one)
        try world.startsStream(1)
        try world.content(1, "a")
        #expect(try world.budget().reserved == one)
        try world.endsStream(1)
        _ = try world.record()
    }

    @Test("a budget that has no room for both keeps the first alone")
    func noRoom() throws {
        let world = try HedgeWorld()
        try world.ask()
        let one = try world.budget().reserved
        world.road.admissions.correct(HedgeWorld.budget, periodStartsAt: 0, by: 1_000_000_000 - 2 * one + 1)
        world.road.advance(.milliseconds(300))
        #expect(world.attempts == 1)
        try world.answers(0)
        #expect(try world.road.answer().status == 200)
        #expect(world.model.chooser.targets.map(\.health.inFlight) == [0, 0])
    }

    @Test("a stream that only gave signs of life is hedged, and goes on under its head")
    func afterPings() throws {
        let world = try HedgeWorld()
        world.teach(0, .seconds(12))
        try world.ask(stream: true)
        try world.startsStream(0)
        try world.role(0)
        for _ in 0..<110 { world.road.advance(.milliseconds(100)) }
        #expect(try world.road.received().hasPrefix("HTTP/1.1 200"))
        #expect(world.attempts == 1)
        for _ in 0..<40 { world.road.advance(.milliseconds(100)) }
        #expect(world.attempts == 2)
        for _ in 0..<200 { world.road.advance(.milliseconds(100)) }
        let pings = try world.road.received()
        #expect(pings.contains(": ") && !pings.contains("HTTP/1.1"))
        try world.startsStream(1)
        try world.content(1, "yes")
        try world.endsStream(1)
        let rest = try world.road.received()
        #expect(rest.contains("yes") && !rest.contains("HTTP/1.1") && rest.hasSuffix("0\r\n\r\n"))
        #expect(!world.isOpen(0))
        #expect(try world.record().provider == "lab")
    }

    @Test("nothing is sent beside an attempt of which something was told, or which is answering")
    func notAfterContent() throws {
        let stream = try HedgeWorld()
        try stream.ask(stream: true)
        try stream.startsStream(0)
        try stream.content(0, "a")
        stream.road.advance(.seconds(2))
        #expect(stream.attempts == 1)
        let whole = try HedgeWorld()
        try whole.ask()
        try whole.sends(0, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{")
        whole.road.advance(.seconds(2))
        #expect(whole.attempts == 1)
    }

    @Test("one in fifty requests at most is hedged")
    func rare() throws {
        let world = try HedgeWorld(credit: 0)
        for _ in 0..<48 { world.model.chooser.balance.hedges.noteRequest() }
        try world.askSlowly()
        #expect(world.attempts == 1)
        try world.answers(0)
        _ = try world.road.answer()
        try world.askSlowly()
        #expect(world.attempts == 2)
        try world.answers(1)
        _ = try world.road.answer()
        // The third connection is the first attempt's: the one before it was cancelled.
        try world.askSlowly()
        #expect(world.attempts == 3 && world.counted == [1, 0, 0])
    }

    @Test("a target that is sick, or about to prove itself, is not asked", arguments: [0, 6])
    func sick(_ secondsLater: Int) throws {
        let world = try HedgeWorld()
        let health = world.model.chooser.targets[1].health
        let then = MonotonicInstant(microseconds: world.road.state.monotonicNow.microseconds)
        for _ in 0..<5 { health.finish(health.beginAnyway(at: then), .sickTarget, at: then) }
        world.road.advance(.seconds(secondsLater))
        try world.askSlowly()
        #expect(world.attempts == 1)
        try world.answers(0)
        _ = try world.record()
        #expect(health.inFlight == 0)
    }

    @Test("a count of tokens is not worth a second attempt")
    func counts() throws {
        let world = try HedgeWorld { $0.translations = TranslationTests.table }
        try world.askSlowly(path: "/v1/messages/count_tokens")
        #expect(world.attempts <= 1)
        #expect(world.counted == [0, 0, 0])
    }

    @Test("a second of another format is translated and wins", arguments: [false, true])
    func translated(_ stream: Bool) throws {
        let world = try HedgeWorld { $0.translations = TranslationTests.table }
        try world.askSlowly(stream: stream, path: "/v1/messages")
        #expect(try world.road.vendorReceived().contains("POST /v1/chat/completions"))
        if stream {
            try world.startsStream(1)
            try world.content(1, "hello")
            try world.endsStream(1)
        } else {
            try world.answers(1)
        }
        let answer = try world.road.answer()
        #expect(answer.status == 200 && answer.isWhole && answer.body.contains("hello"))
        #expect(answer.headers["x-martlet-provider"] == "lab")
        #expect(!world.isOpen(0))
        #expect(try world.record().usage?.inputTokens == 1_000)
    }
}
