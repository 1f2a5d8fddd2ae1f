import Exchange
import Ledger
import MartletTesting
import NIOCore
import NIOEmbedded
import Policy
import Storage
import Synchronization
import Telemetry
import Testing
import Upstream

@testable import Gateway
@testable import Ledger

@Suite("How two attempts beside each other end")
struct HedgeEndingTests {
    private static let down = #"{"error":{"message":"down"}}"#

    @Test("when the first fails, the second goes on alone", arguments: [500, 429, 401])
    func firstFails(_ status: Int) throws {
        let world = try HedgeWorld()
        try world.askSlowly()
        try world.answers(0, status, Self.down)
        world.settle()
        #expect(world.attempts == 2)
        #expect(try world.road.received().isEmpty)
        try world.answers(1)
        let answer = try world.road.answer()
        #expect(answer.status == 200 && answer.headers["x-martlet-attempts"] == "2")
        let record = try world.record()
        #expect(record.provider == "lab" && record.attempts == 2)
        #expect(world.counted == [1, 0, 0])
        #expect(try #require(record.route).contains(#"{"target":"openai/gpt-real","status":\#(status)"#))
    }

    @Test("a first whose connection breaks leaves the request to the second, whoever may have been billed")
    func firstBreaks() throws {
        let world = try HedgeWorld()
        try world.askSlowly()
        try world.road.vendors.channels[0].close().wait()
        world.settle()
        try world.answers(1)
        #expect(try world.road.answer().status == 200)
        _ = try world.record()
    }

    @Test(
        "when the second fails, the first goes on alone, even when it says that the request is wrong",
        arguments: [500, 429, 400]
    )
    func secondFails(_ status: Int) throws {
        let world = try HedgeWorld()
        try world.askSlowly()
        try world.answers(1, status, Self.down)
        world.settle()
        #expect(world.attempts == 2)
        #expect(try world.road.received().isEmpty)
        try world.answers(0)
        let answer = try world.road.answer()
        #expect(answer.status == 200 && answer.headers["x-martlet-provider"] == "openai")
        #expect(answer.headers["x-martlet-attempts"] == "2")
        let record = try world.record()
        #expect(record.costNanoUSD == 2_000_000)
        #expect(try #require(record.route).contains(#""hedge":true},{"target":"openai/gpt-real""#))
        #expect(world.counted == [0, 0, 1])
    }

    @Test("a second that cannot be reached is no attempt, and the first goes on alone")
    func secondUnreachable() throws {
        let world = try HedgeWorld()
        try world.ask()
        world.road.vendors.failure = UpstreamError(.connectFailed, "test")
        world.road.advance(.milliseconds(300))
        world.road.vendors.failure = nil
        try world.answers(0)
        let answer = try world.road.answer()
        #expect(answer.status == 200 && answer.headers["x-martlet-attempts"] == "1")
        _ = try world.record()
    }

    @Test("the first's word that the request is wrong ends both")
    func refused() throws {
        let world = try HedgeWorld()
        try world.askSlowly()
        let body = #"{"error":{"message":"bad","type":"invalid_request_error"}}"#
        try world.answers(0, 400, body)
        let answer = try world.road.answer()
        #expect(answer.status == 400 && answer.body == body)
        #expect(!world.isOpen(1))
        _ = try world.record()
    }

    @Test("when both have failed, and not before, the request is tried again", arguments: [[0, 1], [1, 0]])
    func bothFail(_ order: [Int]) throws {
        let world = try HedgeWorld()
        try world.askSlowly()
        for attempt in order {
            #expect(world.attempts == 2)
            try world.answers(attempt, 503, Self.down)
            world.road.advance(.milliseconds(300))
        }
        // The connections of both are kept, and used again by the third attempt.
        var sent = ""
        for channel in world.road.vendors.channels {
            while let part = try channel.readOutbound(as: ByteBuffer.self) { sent += String(buffer: part) }
        }
        #expect(sent.components(of: "POST ") == 3)
        let third = sent.components(of: #""model":"llama""#) == 2 ? 1 : 0
        try world.answers(third, 503, Self.down)
        let answer = try world.road.answer()
        #expect(answer.status == 503 && answer.headers["x-should-retry"] == "false")
        let record = try world.record()
        #expect(record.attempts == 3 && record.costNanoUSD ?? 0 == 0)
    }

    @Test("a caller who leaves ends both, each settled by what is known of it", arguments: [false, true])
    func clientGone(_ stream: Bool) throws {
        let world = try HedgeWorld()
        try world.askSlowly(stream: stream)
        if stream { try world.startsStream(1) }
        try world.road.client.close().wait()
        #expect(!world.isOpen(0) && !world.isOpen(1))
        let record = try world.record()
        #expect(record.outcome == .clientGone && record.attempts == 2)
        #expect(try #require(record.costNanoUSD) > 0)
        #expect(world.counted == [0, 1, 0])
    }

    @Test("with on_disconnect: drain, the final counts of both are waited for", arguments: [[0, 1], [1, 0]])
    func drained(_ order: [Int]) throws {
        let world = try HedgeWorld(drains: true)
        try world.askSlowly()
        try world.road.client.close().wait()
        #expect(world.isOpen(0) && world.isOpen(1))
        #expect(world.road.takeRecords().isEmpty)
        for attempt in order { try world.answers(attempt) }
        let record = try world.record()
        #expect(record.outcome == .clientGone && record.costNanoUSD == 4_000_000)
    }

    @Test("a second that is read on makes the first wait for it, at most ten seconds")
    func drainedInVain() throws {
        let world = try HedgeWorld(drains: true)
        try world.askSlowly()
        try world.road.client.close().wait()
        try world.answers(0)
        #expect(world.road.takeRecords().isEmpty)
        world.road.advance(.seconds(11))
        #expect(!world.isOpen(1))
        #expect(try #require(try world.record().costNanoUSD) > 2_000_000)
    }

    @Test("a revoked key ends both")
    func revoked() throws {
        let world = try HedgeWorld()
        try world.askSlowly()
        var without = TestWorld()
        without.isKeyEnabled = false
        world.road.snapshots.publish(
            try without.snapshot(after: world.road.snapshots.snapshot, world.road.admissions)
        )
        world.road.advance(.milliseconds(1_100))
        #expect(try world.road.answer().status >= 400)
        #expect(!world.isOpen(0) && !world.isOpen(1))
        #expect(world.road.takeRecords().first?.outcome == .interrupted)
        #expect(world.road.shared.exchanges.value == 0)
        #expect(world.model.chooser.targets.map(\.health.inFlight) == [0, 0])
    }

    @Test("the deadline of the whole request ends both")
    func timedOut() throws {
        let world = try HedgeWorld { $0.rules.total = .seconds(3) }
        try world.askSlowly()
        for _ in 0..<40 { world.road.advance(.milliseconds(100)) }
        #expect(try world.road.answer().status == 504)
        #expect(!world.isOpen(0) && !world.isOpen(1))
        let record = try world.record()
        #expect(record.outcome == .timedOut && record.attempts == 2)
    }

    @Test("each attempt has its own row in the ledger: the loser's as one that nobody waited for")
    func ledger() throws {
        let (disk, store) = (SimulatedDisk(), MemoryLedgerStore())
        var options = JournalOptions()
        options.segmentBytes = 1 << 20
        options.hasThread = false
        let opened = try Journal.open(disk: disk.mount(), options: options, store: store, now: 9_000)
        let world = try HedgeWorld(journal: opened.journal)
        try world.askSlowly()
        try world.answers(1)
        #expect(try world.road.answer().status == 200)
        let record = try world.record()
        _ = try Journal.open(disk: disk.mount(), options: options, store: store, now: 9_000)
        let entries = store.allEntries.sorted { $0.subject.provider < $1.subject.provider }
        #expect(entries.map(\.subject.provider) == ["lab", "openai"])
        #expect(entries.map(\.outcome) == [.completed, .clientGone])
        #expect(entries.map(\.isEstimated) == [false, true])
        #expect(entries.reduce(0) { $0 + $1.chargeNanoUSD } == record.costNanoUSD)
        #expect(Set(entries.map(\.requestID)) == [record.id])
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
