import Exchange
import MartletTesting
import Storage
import Synchronization
import Testing

@testable import Ledger

@Suite("Recovering a journal")
struct RecoveryTests {
    private let bench = Bench()

    @Test("what was not sent costs nothing; what was is settled as interrupted, from its last checkpoint")
    func interrupted() throws {
        let opened = try self.bench.start()
        let journal = opened.journal
        _ = try journal.reserve(.sample(1))
        _ = try journal.open(.sample(2))
        let third = try journal.open(.sample(3))
        var usage = TokenUsage()
        usage.uncachedInputTokens = 10
        usage.visibleOutputTokens = 5
        journal.checkpoint(third, usage: usage, chargeNanoUSD: 35)
        let fourth = try journal.open(.sample(4))
        journal.settle(fourth, LedgerEntry.sample(4).ended(charge: 44))
        let fifth = try journal.open(.sample(5))
        journal.release(fifth)
        let sixth = try journal.reserve(.sample(6))
        try journal.markSent(sixth)
        self.bench.disk.kill()

        #expect(try self.bench.start().recovered == 4)
        let ledger = self.bench.ledger
        #expect(Set(ledger.keys.map(\.low)) == [2, 3, 4, 6])
        let second = try #require(ledger[AttemptID(high: 7, low: 2)])
        #expect(second.outcome == .interrupted && second.isEstimated && second.settledAt == 9_000)
        #expect(second.chargeNanoUSD == 10)
        #expect(ledger[third.attempt]?.chargeNanoUSD == 35 && ledger[third.attempt]?.usage == usage)
        #expect(ledger[fourth.attempt] == LedgerEntry.sample(4).ended(charge: 44))
        #expect(ledger[fourth.attempt]?.budgets.map(\.budgetID) == ["budget"])

        self.bench.disk.kill()
        #expect(try self.bench.start().recovered == 0)
    }

    @Test("reservations, checkpoints and ends in different segments belong together; they come in parts")
    func acrossSegments() throws {
        let journal = try self.bench.start().journal
        let settled = try journal.open(.sample(1))
        let checkpointed = try journal.open(.sample(2))
        let released = try journal.open(.sample(3))
        _ = try journal.open(.sample(4))
        func fill(_ numbers: Range<Int>) throws {
            for number in numbers {
                let ticket = try journal.open(.sample(number))
                journal.settle(ticket, LedgerEntry.sample(number).ended(charge: 1))
                journal.commitNow()
            }
        }
        try fill(100..<500)
        journal.checkpoint(checkpointed, usage: TokenUsage(), chargeNanoUSD: 22)
        journal.release(released)
        try fill(500..<900)
        journal.settle(settled, LedgerEntry.sample(1).ended(charge: 11))
        #expect(journal.segmentCount > 2)
        self.bench.disk.kill()
        let disk = self.bench.disk.mount()
        let numbers = try disk.list().compactMap(SegmentHeader.number)
        var recovery = try JournalRecovery.read(disk, numbers)
        var parts: [[LedgerEntry]] = []
        try recovery.settlements(at: 9_000, inPartsOf: 100) { (part) throws(JournalError) in parts.append(part) }
        #expect(parts.map(\.count) == Array(repeating: 100, count: 8) + [3])
        let charges = Dictionary(parts.joined().map { ($0.attempt.low, $0.chargeNanoUSD) }) { first, _ in first }
        #expect(charges.count == 803)
        #expect(charges[1] == 11 && charges[2] == 22 && charges[3] == nil && charges[4] == 10 && charges[899] == 1)
        #expect(parts.joined().first { $0.attempt.low == 1 } == LedgerEntry.sample(1).ended(charge: 11))
    }

    @Test("a journal cut anywhere in its unsynced tail keeps what lies before (N093)")
    func torn() throws {
        let opened = try self.bench.start()
        let entry = LedgerEntry.sample(1)
        let ticket = try opened.journal.open(entry)
        opened.journal.settle(ticket, entry.ended(charge: 11))
        let end = opened.journal.core.state.withLock { $0.end }
        let name = self.bench.currentName
        self.bench.disk.kill()
        let image = try self.bench.disk.mount().open(name).read(at: 0, count: 65_536)
        for cut in Array(stride(from: SegmentHeader.bytes, to: end, by: 3)) + [end] {
            let copy = Bench()
            let file = try copy.disk.mount().create(name, bytes: image.count)
            try file.write(Array(image.prefix(cut)), at: 0)
            try file.sync()
            let charges = try {
                _ = try copy.start()
                return copy.store.allEntries.map(\.chargeNanoUSD)
            }()
            #expect(charges == [] || charges == [10] || charges == [11], "cut at \(cut)")
            if cut == end { #expect(charges == [11]) }
        }
    }

    @Test("a flipped bit anywhere in what was synced is refused, naming file and offset (N093)")
    func damaged() throws {
        let opened = try self.bench.start()
        let ticket = try opened.journal.open(.sample(1))
        opened.journal.settle(ticket, LedgerEntry.sample(1).ended(charge: 11))
        opened.journal.commitNow()
        let end = Int(opened.journal.core.state.withLock { $0.synced.offset })
        let name = self.bench.currentName
        self.bench.disk.kill()
        #expect(end > SegmentHeader.bytes)
        for offset in stride(from: 0, to: end, by: 3) {
            self.bench.disk.flip(bit: offset, of: name, at: offset)
            let error = #expect(throws: JournalError.self) { try self.bench.start() }
            #expect(error?.code == .damaged)
            #expect(error?.message.contains("\(name) is damaged at offset ") == true)
            #expect(self.bench.store.allEntries.isEmpty)
            self.bench.disk.flip(bit: offset, of: name, at: offset)
        }
        #expect(try self.bench.start().recovered == 1)
    }

    @Test("a power cut loses nothing that was synced, and nothing twice", arguments: 0..<30)
    func powerCut(_ seed: Int) throws {
        var random = Seeded(state: UInt64(seed))
        var synced: [AttemptID: Int64] = [:]
        var number = 0
        for life in 0..<3 {
            let opened = try self.bench.start(now: Int64(9_000 + life))
            for (attempt, charge) in synced { #expect(self.bench.ledger[attempt]?.chargeNanoUSD == charge) }
            var written: [AttemptID: Int64] = [:]
            for _ in 0..<Int.random(in: 1..<400, using: &random) {
                number += 1
                let entry = LedgerEntry.sample(number)
                guard let ticket = try? opened.journal.open(entry) else {
                    opened.journal.commitNow()
                    continue
                }
                let charge = Int64.random(in: 0..<1_000, using: &random)
                opened.journal.settle(ticket, entry.ended(charge: charge))
                written[entry.attempt] = charge
                switch Int.random(in: 0..<20, using: &random) {
                case 0, 1:
                    if Int.random(in: 0..<8, using: &random) == 0 { self.bench.disk.inject(.sync) }
                    opened.journal.commitNow()
                    if opened.journal.isWritable { synced.merge(written) { _, new in new } }
                case 2: _ = try opened.drain.drainOnce()
                case 3 where Int.random(in: 0..<8, using: &random) == 0: self.bench.disk.inject(.tornWrite)
                default: continue
                }
            }
            self.bench.disk.heal()
            self.bench.disk.losePower(&random)
        }
        _ = try self.bench.start()
        for (attempt, charge) in synced { #expect(self.bench.ledger[attempt]?.chargeNanoUSD == charge) }
        #expect(Set(self.bench.store.allEntries.map(\.attempt)).count == self.bench.store.allEntries.count)
    }

    @Test("a long journal is recovered")
    func many() throws {
        var options = Bench.options()
        options.segmentBytes = 4 << 20
        let first = try Journal.open(
            disk: self.bench.disk.mount(),
            options: options,
            store: self.bench.store,
            now: 1
        )
        for number in 0..<5_000 {
            let entry = LedgerEntry.sample(number)
            let ticket = try first.journal.open(entry)
            first.journal.settle(ticket, entry.ended(charge: 1))
            if number % 500 == 0 { first.journal.commitNow() }
        }
        self.bench.disk.kill()
        #expect(try self.bench.start().recovered == 5_000)
    }
}
