import Exchange
import MartletTesting
import Storage
import Testing

@testable import Ledger

/// Entries of many requests that one loop works on in one go are written in one piece.
@Suite("Entries that are put off")
struct PutOffTests {
    private let bench = Bench()

    /// What a new process finds when this one dies now.
    private func recovered() throws -> [AttemptID: LedgerEntry] {
        self.bench.disk.kill()
        _ = try self.bench.start()
        return self.bench.ledger
    }

    @Test("a process that dies before they are written leaves no trace of them: nothing of theirs has left")
    func died() throws {
        let journal = try self.bench.start().journal
        _ = try journal.open(.sample(1), isPutOff: true)
        #expect(journal.openAttempts == 1)
        #expect(try self.recovered().isEmpty)
    }

    @Test("once written they outlive the process")
    func written() throws {
        let journal = try self.bench.start().journal
        let first = try journal.open(.sample(1), isPutOff: true)
        _ = try journal.open(.sample(2), isPutOff: true)
        journal.settle(first, LedgerEntry.sample(1).ended(charge: 5), isPutOff: true)
        let isWritten = journal.writeOut()
        #expect(isWritten)
        let found = try self.recovered()
        #expect(found[LedgerEntry.sample(1).attempt]?.chargeNanoUSD == 5)
        #expect(found[LedgerEntry.sample(2).attempt]?.chargeNanoUSD == 10)
    }

    @Test("the next entry that is not put off takes them along, in order")
    func takenAlong() throws {
        let journal = try self.bench.start().journal
        let first = try journal.open(.sample(1), isPutOff: true)
        _ = try journal.open(.sample(2))
        journal.settle(first, LedgerEntry.sample(1).ended(charge: 5))
        let found = try self.recovered()
        #expect(found.count == 2 && found[LedgerEntry.sample(1).attempt]?.chargeNanoUSD == 5)
    }

    @Test("a sync writes them first, so that what waits for one has its entries on the disk")
    func synced() throws {
        let journal = try self.bench.start().journal
        let ticket = try journal.open(.sample(1), isPutOff: true)
        journal.settle(ticket, LedgerEntry.sample(1).ended(charge: 5), isPutOff: true)
        journal.commitNow()
        var random = Seeded(state: 1)
        self.bench.disk.losePower(&random)
        _ = try self.bench.start()
        #expect(self.bench.ledger.values.map(\.chargeNanoUSD) == [5])
    }

    @Test("the store has none of them before the disk has")
    func drained() throws {
        let opened = try self.bench.start()
        let ticket = try opened.journal.open(.sample(1), isPutOff: true)
        opened.journal.settle(ticket, LedgerEntry.sample(1).ended(charge: 5), isPutOff: true)
        #expect(try opened.drain.drainOnce() == 0)
        opened.journal.commitNow()
        #expect(try opened.drain.drainOnce() == 1)
    }

    @Test("a disk that fails says so before anything leaves; what was settled is written when it is well again (N121)")
    func failing() throws {
        let journal = try self.bench.start().journal
        let earlier = try journal.open(.sample(1))
        self.bench.disk.inject(.write)
        journal.settle(earlier, LedgerEntry.sample(1).ended(charge: 5), isPutOff: true)
        let refused = try journal.open(.sample(2), isPutOff: true)
        let isWritten = journal.writeOut()
        #expect(!isWritten && !journal.isWritable)
        journal.release(refused)
        self.bench.disk.heal()
        journal.commitNow()
        #expect(journal.isWritable)
        let found = try self.recovered()
        #expect(found.count == 1 && found[LedgerEntry.sample(1).attempt]?.chargeNanoUSD == 5)
    }

    @Test("a sync that fails while some are put off loses none of them")
    func failedSync() throws {
        let journal = try self.bench.start().journal
        let ticket = try journal.open(.sample(1))
        self.bench.disk.inject(.sync)
        journal.settle(ticket, LedgerEntry.sample(1).ended(charge: 5), isPutOff: true)
        journal.commit(isQuiet: false)
        self.bench.disk.heal()
        journal.commitNow()
        let second = try journal.open(.sample(2), isPutOff: true)
        journal.settle(second, LedgerEntry.sample(2).ended(charge: 6), isPutOff: true)
        let isWritten = journal.writeOut()
        #expect(isWritten)
        let found = try self.recovered()
        #expect(found.count == 2 && found[LedgerEntry.sample(2).attempt]?.chargeNanoUSD == 6)
    }

    @Test("they go on in the next segment when one is full")
    func rolled() throws {
        let journal = try self.bench.start().journal
        for number in 0..<400 {
            let ticket = try journal.open(.sample(number), isPutOff: true)
            journal.settle(ticket, LedgerEntry.sample(number).ended(charge: 7), isPutOff: true)
            if number % 50 == 49 { journal.prepareSegments() }
        }
        let isWritten = journal.writeOut()
        #expect(isWritten && journal.segmentCount > 1)
        let found = try self.recovered()
        #expect(found.count == 400 && found.values.allSatisfy { $0.chargeNanoUSD == 7 })
    }
}
