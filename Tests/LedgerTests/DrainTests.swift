import Exchange
import MartletTesting
import ServiceLifecycle
import Storage
import Synchronization
import Testing

@testable import Ledger

@Suite("Draining a journal")
struct DrainTests {
    private let bench = Bench()

    private func run(_ journal: Journal, _ numbers: Range<Int>) throws {
        for number in numbers {
            let ticket = try journal.open(.sample(number))
            journal.settle(ticket, LedgerEntry.sample(number).ended(charge: 2))
            if number % 50 == 0 { journal.commitNow() }
        }
        journal.commitNow()
    }

    @Test("segments go when everything in them is in the store, and not before")
    func segments() throws {
        let opened = try self.bench.start()
        let held = try opened.journal.open(.sample(100_000))
        try self.run(opened.journal, 0..<1_000)
        let before = opened.journal.segmentCount
        #expect(before > 3 && opened.journal.backlog == 1_000)
        while try opened.drain.drainOnce() > 0 {}
        #expect(opened.journal.backlog == 0 && opened.journal.segmentCount == before)
        opened.journal.settle(held, LedgerEntry.sample(100_000).ended(charge: 1))
        opened.journal.commitNow()
        #expect(try opened.drain.drainOnce() == 1)
        #expect(opened.journal.segmentCount == 1)
        #expect(self.bench.disk.names.count <= 3)
        #expect(self.bench.ledger.count == 1_001)
        #expect(try self.bench.store.watermark() != nil)
    }

    @Test("the store gets what the journal's disk has; what only memory has, while the disk fails or at the end")
    func behindTheDisk() throws {
        let opened = try self.bench.start()
        let journal = opened.journal
        let tickets = try (0..<3).map { try journal.open(.sample($0)) }
        journal.settle(tickets[0], LedgerEntry.sample(0).ended(charge: 1))
        journal.commitNow()
        journal.settle(tickets[1], LedgerEntry.sample(1).ended(charge: 1))
        #expect(try opened.drain.drainOnce() == 1 && opened.drain.drainOnce() == 0)
        #expect(journal.backlog == 1)
        #expect(try opened.drain.drainOnce(isLast: true) == 1)
        self.bench.disk.inject(.write)
        journal.settle(tickets[2], LedgerEntry.sample(2).ended(charge: 1))
        #expect(try opened.drain.drainOnce() == 1)
        #expect(self.bench.store.allEntries.count == 3)
    }

    @Test(
        "what was paid from the room of a given-up attempt is not in the store without its being given up",
        arguments: 0..<20
    )
    func givenUp(_ seed: Int) throws {
        let opened = try self.bench.start()
        let journal = opened.journal
        let givenUp = try journal.open(.sample(1))
        journal.commitNow()
        journal.release(givenUp)
        let next = try journal.open(.sample(2))
        journal.settle(next, LedgerEntry.sample(2).ended(charge: 50))
        _ = try opened.drain.drainOnce()
        var random = Seeded(state: UInt64(seed))
        self.bench.disk.losePower(&random)
        _ = try self.bench.start()
        let charges = self.bench.ledger.mapValues(\.chargeNanoUSD)
        #expect(charges[givenUp.attempt] == nil || charges[next.attempt] == nil, "\(charges)")
    }

    @Test("what the store refuses is kept, in order, and tried again (N092)")
    func refused() throws {
        let store = FailingStore(self.bench.store)
        let opened = try Journal.open(
            disk: self.bench.disk.mount(),
            options: Bench.options(),
            store: store,
            now: 1
        )
        try self.run(opened.journal, 0..<8_700)
        store.isFailing.store(true, ordering: .relaxed)
        #expect(throws: FailingStore.Refusal.self) { try opened.drain.drainOnce() }
        #expect(opened.journal.backlog == 8_700)
        store.isFailing.store(false, ordering: .relaxed)
        #expect(try opened.drain.drainOnce() == 8_000)
        #expect(try opened.drain.drainOnce() == 700)
        #expect(self.bench.store.allEntries.map(\.attempt.low) == (0..<8_700).map { UInt64($0) })
    }

    @Test("too long a backlog stops new attempts until it is drained")
    func backlog() throws {
        var options = Bench.options()
        options.maximumBacklog = 99
        let opened = try Journal.open(
            disk: self.bench.disk.mount(),
            options: options,
            store: self.bench.store,
            now: 1
        )
        try self.run(opened.journal, 0..<100)
        opened.journal.commitNow()
        #expect(!opened.journal.isWritable)
        #expect(opened.journal.unwritableReason?.contains("store") == true)
        #expect(try opened.drain.drainOnce() == 100)
        opened.journal.commitNow()
        #expect(opened.journal.isWritable)
    }

    @Test("a store that commits and then fails to say so has each entry once (N092)")
    func ambiguous() throws {
        let store = FailingStore(self.bench.store)
        let opened = try Journal.open(
            disk: self.bench.disk.mount(),
            options: Bench.options(),
            store: store,
            now: 1
        )
        try self.run(opened.journal, 0..<10)
        store.failsAfterwards.store(true, ordering: .relaxed)
        #expect(throws: FailingStore.Refusal.self) { try opened.drain.drainOnce() }
        store.failsAfterwards.store(false, ordering: .relaxed)
        #expect(try opened.drain.drainOnce() == 10)
        #expect(self.bench.store.allEntries.count == 10)
        let period = BudgetPeriodKey(budgetID: "budget", startsAt: 500)
        #expect(try self.bench.store.balances([period]).map(\.spentNanoUSD) == [20])
    }

    @Test("the service drains what is left and closes the journal (N094)")
    func service() async throws {
        let opened = try self.bench.start()
        try self.run(opened.journal, 0..<300)
        let running = Task { try await opened.drain.run() }
        running.cancel()
        try await running.value
        #expect(self.bench.store.allEntries.count == 300)
        #expect(!opened.journal.isWritable)
    }
}

/// A store that refuses when told.
private final class FailingStore: LedgerStore {
    struct Refusal: Error {}

    let isFailing = Atomic<Bool>(false)
    let failsAfterwards = Atomic<Bool>(false)
    private let store: MemoryLedgerStore

    init(_ store: MemoryLedgerStore) {
        self.store = store
    }

    func append(_ entries: [LedgerEntry], watermark: JournalPosition?, audit: AuditBatch?) throws -> Int {
        guard !self.isFailing.load(ordering: .relaxed) else { throw Refusal() }
        let count = try self.store.append(entries, watermark: watermark)
        guard !self.failsAfterwards.load(ordering: .relaxed) else { throw Refusal() }
        return count
    }

    func watermark() throws -> JournalPosition? { try self.store.watermark() }
    func balances(_ periods: [BudgetPeriodKey]) throws -> [BudgetBalance] { try self.store.balances(periods) }
    func entries(_ query: LedgerQuery) throws -> [LedgerEntry] { try self.store.entries(query) }
    func usage(_ query: UsageQuery) throws -> [UsageRow] { try self.store.usage(query) }
    func prune(_ retention: Retention, now: UnixMilliseconds, limit: Int) throws -> Int {
        try self.store.prune(retention, now: now, limit: limit)
    }
}
