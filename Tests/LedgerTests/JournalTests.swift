import Exchange
import MartletTesting
import Storage
import Synchronization
import Telemetry
import Testing

@testable import Ledger

@Suite("The journal at work")
struct JournalTests {
    private let bench = Bench()

    @Test("a full disk refuses new attempts, never the end of one (N121)")
    func full() throws {
        let opened = try self.bench.start()
        self.bench.disk.inject(.full)
        var tickets: [(JournalTicket, LedgerEntry)] = []
        var refusal: JournalError?
        for number in 0..<10_000 where refusal == nil {
            do throws(JournalError) {
                tickets.append((try opened.journal.open(.sample(number)), .sample(number)))
            } catch {
                refusal = error
            }
            if number % 10 == 0 { opened.journal.commitNow() }
        }
        #expect(refusal != nil && !opened.journal.isWritable && tickets.count > 50)
        for (ticket, entry) in tickets { opened.journal.settle(ticket, entry.ended(charge: 5)) }
        #expect(opened.journal.core.state.withLock { !$0.isBroken })
        opened.journal.commitNow()
        self.bench.disk.kill()
        self.bench.disk.heal()
        #expect(try self.bench.start().recovered == tickets.count)
        #expect(self.bench.store.allEntries.allSatisfy { $0.chargeNanoUSD == 5 })
    }

    @Test("it becomes writable by itself when there is room again (N121)")
    func roomAgain() throws {
        let opened = try self.bench.start()
        self.bench.disk.inject(.full)
        var number = 0
        while (try? opened.journal.open(.sample(number))) != nil { number += 1 }
        #expect(!opened.journal.isWritable)
        #expect(opened.journal.unwritableReason?.contains("full") == true)
        self.bench.disk.heal()
        opened.journal.commitNow()
        #expect(opened.journal.isWritable)
        _ = try opened.journal.open(.sample(number))
    }

    @Test("a full disk is not asked for a segment at every round")
    func patience() throws {
        var options = Bench.options()
        options.retryMilliseconds = 600_000
        let registry = MetricRegistry()
        options.registry = registry
        let opened = try self.bench.start(options)
        self.bench.disk.inject(.full)
        for number in 0..<10_000 where opened.journal.isWritable {
            let ticket = try? opened.journal.open(.sample(number))
            if let ticket { opened.journal.settle(ticket, LedgerEntry.sample(number).ended(charge: 1)) }
            opened.journal.commitNow()
        }
        for _ in 0..<10 { opened.journal.commitNow() }
        #expect(!opened.journal.isWritable)
        #expect(registry.counter("martlet_journal_errors_total", help: "").value == 1)
    }

    @Test("the mark that attests a sync has no sync of its own while there is other work")
    func marks() throws {
        var options = Bench.options()
        let registry = MetricRegistry()
        options.registry = registry
        let journal = try self.bench.start(options).journal
        let syncs = registry.counter("martlet_journal_syncs_total", help: "")
        func marks() -> Int { journal.core.state.withLock { $0.freshMarks } }
        let first = try journal.open(.sample(1))
        journal.commit(isQuiet: false)
        #expect(syncs.value == 1 && marks() == 0)
        journal.commit(isQuiet: true)
        #expect(syncs.value == 1 && marks() == 1)
        journal.commit(isQuiet: false)
        #expect(syncs.value == 1)
        journal.settle(first, LedgerEntry.sample(1).ended(charge: 1))
        journal.commit(isQuiet: false)
        #expect(syncs.value == 2 && marks() == 0)
        journal.commit(isQuiet: true)
        journal.commit(isQuiet: true)
        #expect(syncs.value == 3 && marks() == 0)
        journal.commit(isQuiet: true)
        #expect(syncs.value == 3)
    }

    @Test("who waits for the disk behind an unsynced mark is answered")
    func waitingBehindAMark() throws {
        let journal = try self.bench.start().journal
        let ticket = try journal.open(.sample(1))
        journal.commit(isQuiet: false)
        journal.commit(isQuiet: true)
        let answer = Mutex<Bool?>(nil)
        journal.whenSynced(ticket) { isGood in answer.withLock { $0 = isGood } }
        journal.commit(isQuiet: false)
        #expect(answer.withLock { $0 } == true)
    }

    @Test(
        "a failing disk loses nothing: records move to a new segment (N121)",
        arguments: [SimulatedDisk.Fault.sync, .write, .tornWrite]
    )
    func mending(_ fault: SimulatedDisk.Fault) throws {
        let opened = try self.bench.start()
        let journal = opened.journal
        let open = try journal.open(.sample(1))
        let settled = try journal.open(.sample(2))
        journal.commitNow()
        self.bench.disk.inject(fault)
        journal.settle(settled, LedgerEntry.sample(2).ended(charge: 22))
        self.bench.disk.inject(.create)
        journal.commitNow()
        #expect(!journal.isWritable)
        let files = self.bench.disk.names.count
        for _ in 0..<5 {
            self.bench.disk.inject(.sync)
            journal.commitNow()
        }
        #expect(self.bench.disk.names.count <= files)
        #expect(throws: JournalError.self) { try journal.open(.sample(9)) }
        journal.settle(open, LedgerEntry.sample(1).ended(charge: 11))
        self.bench.disk.heal()
        journal.commitNow()
        #expect(journal.isWritable)
        let synced = Mutex<Bool?>(nil)
        let third = try journal.open(.sample(3))
        journal.whenSynced(third) { isGood in synced.withLock { $0 = isGood } }
        journal.commitNow()
        #expect(synced.withLock { $0 } == true)
        var random = Seeded(state: 1)
        self.bench.disk.losePower(&random)
        _ = try self.bench.start()
        let charges = self.bench.ledger.mapValues(\.chargeNanoUSD)
        #expect(charges == [open.attempt: 11, settled.attempt: 22, third.attempt: 10])
    }

    @Test(
        "a disk that is too slow refuses new attempts before its backlog fills the memory, never the end of one (N121)"
    )
    func slow() throws {
        var options = Bench.options()
        options.maximumUnsyncedBytes = 4_096
        let opened = try Journal.open(
            disk: self.bench.disk.mount(),
            options: options,
            store: self.bench.store,
            now: 9_000
        )
        var tickets: [JournalTicket] = []
        var refusal: JournalError?
        for number in 0..<1_000 where refusal == nil {
            do throws(JournalError) {
                tickets.append(try opened.journal.open(.sample(number)))
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.code == .notWritable && refusal?.message.contains("slow") == true)
        #expect((5..<100).contains(tickets.count))
        for (number, ticket) in tickets.enumerated() {
            opened.journal.settle(ticket, LedgerEntry.sample(number).ended(charge: 5))
        }
        // One sync later it goes on.
        opened.journal.commitNow()
        #expect(opened.journal.isWritable)
        _ = try opened.journal.open(.sample(1_000))
        #expect(try opened.drain.drainOnce() == tickets.count)
        #expect(self.bench.store.allEntries.allSatisfy { $0.chargeNanoUSD == 5 })
    }

    @Test("who waits for the disk hears that it failed")
    func waiting() throws {
        let opened = try self.bench.start()
        let answers = Mutex<[Bool]>([])
        let first = try opened.journal.open(.sample(1))
        opened.journal.whenSynced(first) { isGood in answers.withLock { $0.append(isGood) } }
        #expect(answers.withLock { $0 } == [])
        self.bench.disk.inject(.sync)
        self.bench.disk.inject(.create)
        opened.journal.commitNow()
        #expect(answers.withLock { $0 } == [false])
    }

    @Test("ending twice, or after the end, does nothing")
    func twice() throws {
        let opened = try self.bench.start()
        let ticket = try opened.journal.open(.sample(1))
        opened.journal.settle(ticket, LedgerEntry.sample(1).ended(charge: 1))
        let other = try opened.journal.open(.sample(2))
        opened.journal.settle(ticket, LedgerEntry.sample(1).ended(charge: 99))
        opened.journal.release(ticket)
        opened.journal.checkpoint(ticket, usage: TokenUsage(), chargeNanoUSD: 99)
        #expect(opened.journal.openAttempts == 1)
        #expect(opened.journal.backlog == 1)
        opened.journal.release(other)
        opened.journal.commitNow()
        #expect(try opened.drain.drainOnce() == 1)
        #expect(self.bench.store.allEntries.map(\.chargeNanoUSD) == [1])
    }

    @Test("a process that dies at any point leaves each attempt settled once (N091)", arguments: JournalPoint.allCases)
    func dying(_ point: JournalPoint) throws {
        for count in 1...6 {
            let bench = Bench()
            let left = Mutex(count)
            let hook: JournalHook = { passed in
                guard passed == point else { return }
                let isLast = left.withLock { left in
                    left -= 1
                    return left == 0
                }
                if isLast { bench.disk.kill() }
            }
            let opened = try bench.start(hook: hook)
            var taken: Set<AttemptID> = []
            for number in 0..<400 {
                let entry = LedgerEntry.sample(number, label: String(repeating: "x", count: 64))
                let isAlive = left.withLock { $0 > 0 }
                let ticket = try? opened.journal.open(entry)
                // A request leaves only when its reservation was taken.
                guard isAlive, let ticket else { break }
                taken.insert(entry.attempt)
                opened.journal.settle(ticket, entry.ended(charge: 7))
                if number % 5 == 4 { opened.journal.commitNow() }
                if number % 50 == 49, left.withLock({ $0 > 0 }) { _ = try? opened.drain.drainOnce() }
            }
            bench.disk.kill()
            _ = try bench.start()
            let rows = bench.store.allEntries
            #expect(Set(rows.map(\.attempt)).count == rows.count)
            #expect(taken.isSubset(of: rows.map(\.attempt)), "\(point) \(count)")
        }
    }
}
