import Exchange
import Storage
import Synchronization

extension StorageExam {
    static let ledgerQuestions = [
        StorageExam("an entry comes back with every field, names that only look alike apart") { store in
            var entries = LedgerSamples.entries(50, seed: 1)
            entries.append(LedgerSamples.correction(of: entries[7], by: -12))
            try expectEqual(try store.append(entries, watermark: nil), 51, "new entries")
            for entry in entries {
                var query = LedgerQuery()
                query.attempt = entry.attempt
                let found = try store.entries(query).first { $0.kind == entry.kind }
                try expectEqual(found, entry, "entry")
                let model = found.map { Array($0.subject.model.utf8) }
                try expectEqual(model, Array(entry.subject.model.utf8), "the model's bytes")
            }
        },
        StorageExam("a ledger without entries has no place, no balance and no sums") { store in
            try expectEqual(try store.watermark(), nil, "watermark")
            try expectEqual(try store.balances([BudgetPeriodKey(budgetID: "b", startsAt: 0)]), [], "balances")
            try expectEqual(try store.entries(LedgerQuery()), [], "entries")
            try expectEqual(try store.usage(LedgerSamples.query([.key])), [], "usage")
            try expectEqual(try store.append([], watermark: nil), 0, "nothing appended")
        },
        StorageExam("the journal's place is kept until a later one is noted; administrative entries leave it") {
            store in
            let place = JournalPosition(segment: .max, offset: 64)
            try store.append([], watermark: place)
            try store.append(LedgerSamples.entries(1, seed: 9), watermark: nil)
            try expectEqual(try store.watermark(), place, "watermark")
            let next = JournalPosition(segment: 3, offset: .max)
            try store.append([], watermark: next)
            try expectEqual(try store.watermark(), next, "next watermark")
        },
        StorageExam("a batch that comes again, whole or in part, changes nothing (N092)") { store in
            let entries = LedgerSamples.entries(300, seed: 2)
            try expectEqual(try store.append(Array(entries[..<200]), watermark: nil), 200, "first")
            try expectEqual(try store.append(Array(entries[..<200]), watermark: nil), 0, "again")
            try expectEqual(try store.append(Array(entries[100...]), watermark: nil), 100, "in part")
            try Self.expectBalances(store, entries)
            let row = try store.usage(LedgerSamples.query()).first
            try expectEqual(row?.requests, 300, "requests")
            try expectEqual(row?.chargeNanoUSD, LedgerSamples.charge(entries), "charge")
        },
        StorageExam("an entry that is there is not changed by another of its identity") { store in
            let entry = LedgerSamples.entries(1, seed: 10)[0]
            try store.append([entry], watermark: nil)
            var other = entry
            other.chargeNanoUSD += 7
            other.requestID = "another"
            try expectEqual(try store.append([other], watermark: nil), 0, "new entries")
            try expectEqual(try store.entries(LedgerQuery()), [entry], "entries")
            try Self.expectBalances(store, [entry])
        },
        StorageExam("corrections move balances and sums, may be negative, and are no requests") { store in
            let entry = LedgerSamples.entries(1, seed: 3)[0]
            let corrections = [
                LedgerSamples.correction(of: entry, by: -100),
                LedgerSamples.correction(of: entry, by: 30, number: 2),
            ]
            try store.append([entry], watermark: nil)
            try store.append(corrections, watermark: nil)
            try Self.expectBalances(store, [entry] + corrections)
            let row = try store.usage(LedgerSamples.query()).first
            try expectEqual(row?.requests, 1, "requests")
            try expectEqual(row?.chargeNanoUSD, entry.chargeNanoUSD - 70, "charge")
            let kinds = try store.entries(LedgerQuery()).map { "\($0.kind) \($0.number)" }
            try expectEqual(kinds, ["settlement 0", "correction 1", "correction 2"], "order")
        },
        StorageExam("each of several budgets has its own balance in each period (N086)") { store in
            try Self.append(store, LedgerSamples.entries(500, seed: 11))
            try Self.expectBalances(store, LedgerSamples.entries(500, seed: 11))
        },
        StorageExam("a settlement counts in the period of its reservation, whenever it comes (N140)") { store in
            var late = LedgerSamples.entry(1, at: LedgerSamples.start + 5)
            let period = BudgetPeriodKey(budgetID: "daily", startsAt: LedgerSamples.start)
            late.budgets = [period]
            late.settledAt = LedgerSamples.start + LedgerSamples.day + 5
            var next = LedgerSamples.entry(2, at: late.settledAt)
            next.budgets = [BudgetPeriodKey(budgetID: "daily", startsAt: LedgerSamples.start + LedgerSamples.day)]
            try store.append([next, late], watermark: nil)
            try Self.expectBalances(store, [next, late])
        },
        StorageExam("charges that no number holds end at the largest one") { store in
            var entries = LedgerSamples.entries(2, seed: 12)
            for index in entries.indices { entries[index].chargeNanoUSD = .max }
            try store.append(entries, watermark: nil)
            let balance = try store.balances([entries[0].budgets[0]]).first
            try expectEqual(balance?.spentNanoUSD, .max, "balance")
            try expectEqual(try store.usage(LedgerSamples.query()).first?.chargeNanoUSD, .max, "sum")
        },
        StorageExam("pages by attempt hold every entry once, newest first, an attempt's own in their order") { store in
            var entries = LedgerSamples.entries(120, seed: 7)
            entries += entries.prefix(40).map { LedgerSamples.correction(of: $0, by: 1) }
            try store.append(entries, watermark: nil)
            var query = LedgerQuery()
            query.limit = 25
            var seen: [LedgerEntry] = []
            while case let page = try store.entries(query), let last = page.last {
                guard page.count <= 25 else { throw ExamFailure(description: "a page of \(page.count)") }
                seen += page
                query.before = last.attempt
            }
            try expectEqual(seen.count, entries.count, "entries on pages")
            let attempts = seen.filter { $0.kind == .settlement }.map(\.attempt)
            try expectEqual(attempts, entries.prefix(120).map(\.attempt).sorted(by: >), "order")
            for (entry, next) in zip(seen, seen.dropFirst()) where entry.attempt == next.attempt {
                try expectEqual(entry.kind, .settlement, "first of an attempt")
            }
        },
        StorageExam("entries are found by request, key, project and time, alone and together") { store in
            let entries = LedgerSamples.entries(200, seed: 13)
            try Self.append(store, entries)
            let noon = LedgerSamples.start + LedgerSamples.day + LedgerSamples.day / 2
            func expect(_ narrow: (inout LedgerQuery) -> Void, _ isIt: (LedgerEntry) -> Bool) throws {
                var query = LedgerQuery()
                query.limit = 1_000
                narrow(&query)
                let expected = entries.filter(isIt).map(\.attempt).sorted(by: >)
                try expectEqual(try store.entries(query).map(\.attempt), expected, "\(query)")
            }
            try expect({ $0.requestID = "req-17" }, { $0.requestID == "req-17" })
            try expect({ $0.keyID = "key-2" }, { $0.subject.keyID == "key-2" })
            try expect({ $0.projectID = "project-1" }, { $0.subject.projectID == "project-1" })
            try expect({ $0.from = noon }, { $0.startedAt >= noon })
            try expect({ $0.to = noon }, { $0.startedAt < noon })
            try expect(
                { ($0.keyID, $0.from) = ("key-0", noon) },
                { $0.subject.keyID == "key-0" && $0.startedAt >= noon }
            )
            try expect({ $0.keyID = "' OR 1=1 --" }, { _ in false })
        },
        StorageExam("batches that are appended at once count each entry once (N092)") { store in
            let entries = LedgerSamples.entries(400, seed: 14)
            let new = Mutex(0)
            try Self.inParallel(8) { worker in
                for start in stride(from: worker * 20, to: 300, by: 50) {
                    let count = try store.append(Array(entries[start..<start + 100]), watermark: nil)
                    new.withLock { $0 += count }
                }
            }
            let stored = try Self.allEntries(store)
            try expectEqual(new.withLock { $0 }, stored.count, "new entries")
            try Self.expectBalances(store, stored)
            try expectEqual(try store.usage(LedgerSamples.query()).first?.requests, stored.count, "requests")
        },
    ]

    /// Appends in batches.
    static func append(_ store: Store, _ entries: [LedgerEntry]) throws {
        for start in stride(from: 0, to: entries.count, by: 100) {
            try store.append(Array(entries[start..<min(start + 100, entries.count)]), watermark: nil)
        }
    }

    /// All entries, page by page.
    static func allEntries(_ store: Store) throws -> [LedgerEntry] {
        var query = LedgerQuery()
        query.limit = 1_000
        var entries: [LedgerEntry] = []
        while case let page = try store.entries(query), let last = page.last {
            entries += page
            query.before = last.attempt
        }
        return entries
    }

    /// Balances are the sums of the entries' charges, and there are no others.
    static func expectBalances(_ store: Store, _ entries: [LedgerEntry]) throws {
        var sums: [BudgetPeriodKey: Int64] = [:]
        for entry in entries {
            for period in entry.budgets { sums[period, default: 0] += entry.chargeNanoUSD }
        }
        let unknown = BudgetPeriodKey(budgetID: "nobody's", startsAt: 0)
        let found = try store.balances(Array(sums.keys) + [unknown])
        let spent = Dictionary(found.map { ($0.period, $0.spentNanoUSD) }, uniquingKeysWith: { first, _ in first })
        try expectEqual(spent, sums, "balances")
    }
}
