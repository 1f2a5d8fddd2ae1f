import Exchange
import Storage

extension StorageExam {
    static let usageQuestions = [
        StorageExam("usage equals what the entries say, however it is grouped, filtered, sliced and cut") { store in
            let entries = LedgerSamples.entries(1_200, seed: 4)
            try Self.append(store, entries)
            var chance = LedgerSamples.Chance(state: 5)
            for _ in 0..<60 {
                var query = LedgerSamples.query()
                query.from = LedgerSamples.start + Int64(chance.next(2 * 1_440)) * 60_000
                query.to = query.from + Int64(1 + chance.next(1_440)) * 60_000
                query.groupBy = UsageDimension.allCases.filter { _ in chance.next(3) == 0 }
                query.interval = [nil, nil, .minute, .hour, .day][chance.next(5)]
                if chance.next(2) == 0 { query.filters = [.key: "key-1"] }
                try Self.expectUsage(try store.usage(query), of: query, entries)
            }
        },
        StorageExam("a total is the plain sum of the time asked for, whatever it is grouped, sliced and cut by") {
            store in
            try Self.append(store, LedgerSamples.entries(600, seed: 21))
            var chance = LedgerSamples.Chance(state: 22)
            for round in 0..<40 {
                var query = LedgerSamples.query()
                query.from = LedgerSamples.start + Int64(chance.next(2 * 1_440)) * 60_000
                query.to = query.from + Int64(1 + chance.next(1_440)) * 60_000
                query.groupBy = UsageDimension.allCases.filter { _ in chance.next(3) == 0 }
                query.interval = [nil, nil, .minute, .hour, .day][chance.next(5)]
                query.limit = 1 + chance.next(5)
                if chance.next(3) == 0 { query.filters = [.status: "truncated", .key: "key-1"] }
                if round == 0 { query.filters = [.model: "unknown"] }
                let sums = try store.usageAndTotal(query)
                try expectEqual(sums.rows, try store.usage(query), "rows of \(query)")
                try expectEqual(sums.total, try store.usage(query.ungrouped).first ?? UsageRow(), "total of \(query)")
            }
        },
        StorageExam("rows are dearest first, or by time; a limit keeps the first of them") { store in
            try Self.append(store, LedgerSamples.entries(500, seed: 15))
            var query = LedgerSamples.query([.key, .model])
            let charges = try store.usage(query).map(\.chargeNanoUSD)
            try expectEqual(charges, charges.sorted(by: >), "order by charge")
            query.limit = 4
            try expectEqual(try store.usage(query).map(\.chargeNanoUSD), Array(charges.prefix(4)), "limit")
            let starts = try store.usage(LedgerSamples.query([], .hour)).compactMap(\.startsAt)
            try expectEqual(starts, starts.sorted(), "order by time")
            try expectEqual(Set(starts).count, starts.count, "slices")
        },
        StorageExam("percentiles are within a twentieth of the true ones") { store in
            let entries = LedgerSamples.entries(1_500, seed: 6)
            try Self.append(store, entries)
            guard let found = try store.usage(LedgerSamples.query()).first?.total else {
                throw ExamFailure(description: "no percentiles")
            }
            let sorted = entries.compactMap(\.totalMicroseconds).sorted()
            for (value, percent) in [(found.p50, 50), (found.p95, 95), (found.p99, 99)] {
                let exact = Double(sorted[sorted.count * percent / 100])
                guard abs(Double(value) - exact) > exact * 0.05 else { continue }
                throw ExamFailure(description: "p\(percent): \(value) for \(exact)")
            }
        },
        StorageExam("what was never measured has no percentiles") { store in
            var entry = LedgerSamples.entry(1, at: LedgerSamples.start)
            (entry.totalMicroseconds, entry.firstContentMicroseconds, entry.overheadMicroseconds) = (nil, nil, nil)
            try store.append([entry], watermark: nil)
            let row = try store.usage(LedgerSamples.query()).first
            try expectEqual(row?.requests, 1, "requests")
            try expectEqual(row?.total, nil, "total")
            try expectEqual(row?.overhead, nil, "overhead")
        },
    ]

    static let retentionQuestions = [
        StorageExam("what is past its retention goes, in steps, and nothing else; balances and coarser sums stay") {
            store in
            let entries = LedgerSamples.entries(400, seed: 8)
            try Self.append(store, entries)
            var retention = Retention()
            (retention.ledgerDays, retention.minuteDays) = (1, 1)
            let steps = try Self.prune(store, retention, limit: 50)
            guard steps > 1 else { throw ExamFailure(description: "pruned in \(steps) steps") }
            let kept = entries.filter { $0.startedAt >= LedgerSamples.end - LedgerSamples.day }
            try expectEqual(Set(try Self.allEntries(store).map(\.attempt)), Set(kept.map(\.attempt)), "kept")
            let row = try store.usage(LedgerSamples.query()).first
            try expectEqual(row?.requests, 400, "requests")
            try expectEqual(row?.chargeNanoUSD, LedgerSamples.charge(entries), "charge")
            try Self.expectBalances(store, entries)
            try expectEqual(try store.prune(retention, now: LedgerSamples.end, limit: 50), 0, "nothing is left")
        },
        StorageExam("what has no retention is kept for ever") { store in
            let entries = LedgerSamples.entries(100, seed: 16)
            try Self.append(store, entries)
            var retention = Retention()
            retention.minuteDays = nil
            retention.hourDays = nil
            let now = LedgerSamples.end + 10_000 * LedgerSamples.day
            try expectEqual(try store.prune(retention, now: now, limit: 1_000), 0, "gone")
            try expectEqual(try Self.allEntries(store).count, 100, "entries")
        },
        StorageExam("usage over minutes that are gone takes the whole hour at its edges") { store in
            let hour = LedgerSamples.start + 7 * 3_600_000
            let minutes: [Int64] = [-1, 0, 10, 30, 59, 60]
            let entries = minutes.enumerated().map { index, minute in
                LedgerSamples.entry(index, at: hour + minute * 60_000, charge: 1 << Int64(index))
            }
            try store.append(entries, watermark: nil)
            var query = UsageQuery(from: hour + 5 * 60_000, to: hour + 40 * 60_000)
            try expectEqual(try store.usage(query).first?.chargeNanoUSD, 0b001100, "before")
            var retention = Retention()
            retention.minuteDays = 1
            _ = try Self.prune(store, retention)
            try expectEqual(try store.usage(query).first?.chargeNanoUSD, 0b011110, "edges moved outwards")
            query.interval = .hour
            try expectEqual(try store.usage(query).map(\.startsAt), [hour], "its hour")
            query.interval = .minute
            try expectEqual(try store.usage(query), [], "minutes are not made up")
            query = LedgerSamples.query()
            try expectEqual(try store.usage(query).first?.chargeNanoUSD, 0b111111, "all")
        },
        StorageExam("usage over hours that are gone takes the whole day at its edges") { store in
            let noon = LedgerSamples.start + LedgerSamples.day / 2
            let entries = [-20, -1, 1, 11, 13].enumerated().map { index, hours in
                LedgerSamples.entry(index, at: noon + Int64(hours) * 3_600_000, charge: 1 << Int64(index))
            }
            try store.append(entries, watermark: nil)
            var retention = Retention()
            (retention.minuteDays, retention.hourDays) = (1, 1)
            _ = try Self.prune(store, retention)
            let query = UsageQuery(from: noon, to: noon + 3 * 3_600_000)
            try expectEqual(try store.usage(query).first?.chargeNanoUSD, 0b01110, "the day")
        },
        StorageExam("what comes late into slices that are gone is in the ledger and the coarser sums alone") { store in
            try store.append([LedgerSamples.entry(1, at: LedgerSamples.start)], watermark: nil)
            var retention = Retention()
            (retention.minuteDays, retention.hourDays) = (1, 1)
            _ = try Self.prune(store, retention)
            let late = LedgerSamples.entry(2, at: LedgerSamples.start + 3_600_000)
            try store.append([late, LedgerSamples.correction(of: late, by: 7)], watermark: nil)
            let row = try store.usage(LedgerSamples.query()).first
            try expectEqual(row?.requests, 2, "requests")
            try expectEqual(row?.chargeNanoUSD, 207, "charge")
            try expectEqual(try store.usage(LedgerSamples.query([], .hour)), [], "no part of an hour")
            try expectEqual(try Self.allEntries(store).count, 3, "entries")
        },
        StorageExam("labels whose rows and sums are all gone are forgotten, and come back as if new") { store in
            var retention = Retention()
            (retention.ledgerDays, retention.minuteDays, retention.hourDays, retention.dayDays) = (1, 1, 1, 1)
            for round in 0..<4 {
                let start = LedgerSamples.start + Int64(round) * 2 * LedgerSamples.day
                let entries = (0..<40).map { number in
                    LedgerSamples.entry(round * 100 + number, at: start, label: "label \(number % 20) \(round % 2)")
                }
                try store.append(entries, watermark: nil)
                try expectEqual(try Self.allEntries(store), Self.sorted(entries), "round \(round)")
                var query = LedgerSamples.query([.label])
                query.to = start + LedgerSamples.day
                let rows = try store.usage(query)
                try expectEqual(Set(rows.map(\.group)), Set(entries.map { [$0.subject.label] }), "labels")
                try expectEqual(rows.map(\.requests).reduce(0, +), 40, "requests")
                _ = try Self.prune(store, retention, now: start + 2 * LedgerSamples.day, limit: 7)
            }
            try expectEqual(try Self.allEntries(store), [], "entries")
            try expectEqual(try store.usage(LedgerSamples.query([.label])), [], "usage")
        },
    ]

    private static func sorted(_ entries: [LedgerEntry]) -> [LedgerEntry] {
        entries.sorted { $0.attempt > $1.attempt }
    }

    /// Prunes until nothing is left.
    ///
    /// - Returns: In how many steps.
    static func prune(
        _ store: Store,
        _ retention: Retention,
        now: UnixMilliseconds = LedgerSamples.end,
        limit: Int = 1_000
    ) throws -> Int {
        var steps = 0
        while case let count = try store.prune(retention, now: now, limit: limit), count > 0 {
            guard count <= limit else { throw ExamFailure(description: "\(count) rows went in a step of \(limit)") }
            steps += 1
        }
        return steps
    }

    /// Holds rows of sums against the entries themselves.
    private static func expectUsage(_ rows: [UsageRow], of query: UsageQuery, _ entries: [LedgerEntry]) throws {
        // Slices are whole: the first begins where the query does, rounded down.
        let from = query.interval.map { query.from / LedgerSamples.length($0) * LedgerSamples.length($0) }
        let expected = entries.filter { entry in
            entry.startedAt >= from ?? query.from && entry.startedAt < query.to
                && query.filters.allSatisfy { LedgerSamples.value($0.key, entry) == $0.value }
        }
        try expectEqual(rows.map(\.requests).reduce(0, +), expected.count, "requests of \(query)")
        try expectEqual(
            rows.map(\.chargeNanoUSD).reduce(0, +),
            LedgerSamples.charge(expected),
            "charges of \(query)"
        )
        for row in rows {
            let own = expected.filter { entry in
                let length = query.interval.map(LedgerSamples.length) ?? 0
                let isInSlice = row.startsAt.map { entry.startedAt >= $0 && entry.startedAt < $0 + length } ?? true
                let names = query.groupBy.map { Array(LedgerSamples.value($0, entry).utf8) }
                return isInSlice && names == row.group.map { Array($0.utf8) }
            }
            try expectEqual(row.requests, own.count, "requests of \(row.group) in \(query)")
            try expectEqual(row.chargeNanoUSD, LedgerSamples.charge(own), "charges of \(row.group) in \(query)")
            try expectEqual(row.errors, own.filter { $0.outcome != .completed }.count, "errors of \(row.group)")
            try expectEqual(row.estimated, own.filter(\.isEstimated).count, "estimated of \(row.group)")
            let savings = own.map(\.cacheSavingsNanoUSD).reduce(0, +)
            try expectEqual(row.cacheSavingsNanoUSD, savings, "savings of \(row.group)")
            let lost = own.map(\.lostCacheNanoUSD).reduce(0, +)
            try expectEqual(row.lostCacheNanoUSD, lost, "lost caches of \(row.group)")
            let input = own.map(\.usage.uncachedInputTokens).reduce(0, +)
            try expectEqual(row.usage.uncachedInputTokens, input, "input of \(row.group)")
            let searches = own.map(\.usage.webSearchRequests).reduce(0, +)
            try expectEqual(row.usage.webSearchRequests, searches, "searches of \(row.group)")
        }
    }
}
