import Exchange
import MartletTesting
import Storage
import Testing

@testable import SQLiteStorage

/// The ledger in SQLite, against the plain one in memory and against sums made by hand from its rows.
@Suite("The ledger in SQLite")
struct LedgerStoreTests {
    private static let day: Int64 = 86_400_000
    private static let start: Int64 = 1_795_737_600_000  // a midnight in November 2026

    private let folder: TemporaryFolder
    private let store: SQLiteStore

    init() throws {
        self.folder = try TemporaryFolder()
        self.store = try SQLiteStore(path: self.folder.store)
    }

    private struct Numbers {
        var state: UInt64
        mutating func next(_ bound: Int) -> Int {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((self.state >> 33) % UInt64(max(1, bound)))
        }
    }

    /// A settlement somewhere in three days.
    private static func entry(_ number: Int, _ random: inout Numbers) -> LedgerEntry {
        let startedAt = Self.start + Int64(random.next(3 * 86_400)) * 1_000
        var entry = LedgerEntry(
            attempt: AttemptID(high: UInt64(startedAt) << 16, low: UInt64(number)),
            requestID: "req-\(number)",
            subject: LedgerEntry.Subject(
                keyID: "key-\(random.next(3))",
                projectID: "project-\(random.next(2))",
                operation: .chat,
                model: ["fast", "caf\u{e9}", "cafe\u{301}"][random.next(3)],
                provider: "openai",
                upstreamModel: "gpt-\(random.next(2))",
                label: random.next(2) == 0 ? "" : "team"
            ),
            startedAt: startedAt,
            settledAt: startedAt + 900
        )
        entry.outcome = random.next(5) == 0 ? .truncated : .completed
        entry.status = 200
        entry.usage.uncachedInputTokens = random.next(10_000)
        entry.usage.cacheReadTokens = random.next(1_000)
        entry.usage.visibleOutputTokens = random.next(2_000)
        entry.usage.imageInputTokens = random.next(3)
        entry.usage.webSearchRequests = random.next(2)
        entry.usage.serviceTier = random.next(2) == 0 ? .flex : nil
        entry.chargeNanoUSD = Int64(random.next(5_000_000))
        entry.reservedNanoUSD = entry.chargeNanoUSD + 5
        entry.cacheSavingsNanoUSD = Int64(random.next(1_000))
        entry.priceVersion = 3
        entry.isEstimated = random.next(4) == 0
        entry.totalMicroseconds = Int64(1_000 + random.next(1_000_000))
        entry.firstContentMicroseconds = random.next(2) == 0 ? nil : Int64(500 + random.next(1_000))
        entry.overheadMicroseconds = Int64(random.next(200))
        entry.budgets = [
            BudgetPeriodKey(budgetID: "bud-a", startsAt: Self.start),
            BudgetPeriodKey(budgetID: "bud-b", startsAt: startedAt / Self.day * Self.day),
        ]
        return entry
    }

    private static func entries(_ count: Int, seed: UInt64) -> [LedgerEntry] {
        var random = Numbers(state: seed)
        return (0..<count).map { Self.entry($0, &random) }
    }

    private static func correction(of entry: LedgerEntry, by nanoUSD: Int64) -> LedgerEntry {
        var correction = entry
        correction.kind = .correction
        correction.number = 1
        correction.usage = TokenUsage()
        correction.chargeNanoUSD = nanoUSD
        correction.cacheSavingsNanoUSD = 0
        correction.note = "the invoice says otherwise"
        return correction
    }

    @Test("keeps every field of an entry, names that only look alike apart")
    func roundTrip() throws {
        var entries = Self.entries(50, seed: 1)
        entries.append(Self.correction(of: entries[7], by: -12))
        #expect(try self.store.append(entries, watermark: JournalPosition(segment: 2, offset: 64)) == 51)
        #expect(try self.store.watermark() == JournalPosition(segment: 2, offset: 64))
        for entry in entries {
            var query = LedgerQuery()
            query.attempt = entry.attempt
            let found = try self.store.entries(query)
            #expect(found.contains(entry))
            #expect(
                found.first { $0.kind == entry.kind }?.subject.model.utf8.elementsEqual(entry.subject.model.utf8)
                    == true
            )
        }
    }

    @Test("a batch that comes again, whole or in part, changes nothing")
    func idempotence() throws {
        let entries = Self.entries(300, seed: 2)
        #expect(try self.store.append(Array(entries[..<200]), watermark: nil) == 200)
        #expect(try self.store.append(Array(entries[..<200]), watermark: nil) == 0)
        #expect(try self.store.append(Array(entries[100...]), watermark: nil) == 100)
        let memory = MemoryLedgerStore()
        try memory.append(entries, watermark: nil)
        let periods = Array(Set(entries.flatMap(\.budgets)))
        let found = try self.store.balances(periods).sorted { $0.spentNanoUSD < $1.spentNanoUSD }
        #expect(found == (try memory.balances(periods).sorted { $0.spentNanoUSD < $1.spentNanoUSD }))
        let row = try #require(try self.store.usage(Self.whole()).first)
        #expect(row.requests == 300)
        #expect(row.chargeNanoUSD == entries.map(\.chargeNanoUSD).reduce(0, +))
    }

    private static func whole(_ groupBy: [UsageDimension] = [], _ interval: UsageInterval? = nil) -> UsageQuery {
        UsageQuery(from: Self.start, to: Self.start + 3 * Self.day, groupBy: groupBy, interval: interval)
    }

    @Test("corrections move balances and sums, and are no requests")
    func corrections() throws {
        let entry = Self.entries(1, seed: 3)[0]
        try self.store.append([entry], watermark: nil)
        try self.store.append([Self.correction(of: entry, by: -100)], watermark: nil)
        let balances = try self.store.balances(entry.budgets)
        #expect(balances.allSatisfy { $0.spentNanoUSD == entry.chargeNanoUSD - 100 } && balances.count == 2)
        let row = try #require(try self.store.usage(Self.whole()).first)
        #expect(row.requests == 1 && row.chargeNanoUSD == entry.chargeNanoUSD - 100)
    }

    @Test("usage equals what the rows say, however it is grouped, filtered, sliced and cut")
    func usage() throws {
        let entries = Self.entries(1_500, seed: 4)
        for start in stride(from: 0, to: entries.count, by: 500) {
            try self.store.append(Array(entries[start..<start + 500]), watermark: nil)
        }
        var random = Numbers(state: 5)
        let dimensions: [UsageDimension] = [.project, .key, .model, .provider, .target, .status, .label]
        for _ in 0..<60 {
            var query = Self.whole()
            query.from = Self.start + Int64(random.next(2 * 1_440)) * 60_000
            query.to = query.from + Int64(1 + random.next(1_440)) * 60_000
            query.groupBy = dimensions.filter { _ in random.next(3) == 0 }
            query.interval = [nil, nil, .minute, .hour, .day][random.next(5)]
            if random.next(2) == 0 { query.filters = [.key: "key-1"] }
            query.limit = 1_000_000
            let rows = try self.store.usage(query)
            // Slices are whole: the first begins where the query does, rounded down.
            let from = query.interval.map { Self.start + (query.from - Self.start) / Self.length($0) * Self.length($0) }
            let matching = entries.filter {
                $0.startedAt >= from ?? query.from && (query.filters.isEmpty || $0.subject.keyID == "key-1")
            }
            let expected = matching.filter { $0.startedAt < query.to }
            #expect(rows.map(\.requests).reduce(0, +) == expected.count, "\(query)")
            #expect(
                rows.map(\.chargeNanoUSD).reduce(0, +) == expected.map(\.chargeNanoUSD).reduce(0, +),
                "\(query)"
            )
            #expect(
                rows.map(\.usage.inputTokens).reduce(0, +) == expected.map(\.usage.inputTokens).reduce(0, +),
                "\(query)"
            )
            for row in rows {
                let own = expected.filter { entry in
                    let isInSlice =
                        row.startsAt.map {
                            entry.startedAt >= $0 && entry.startedAt < $0 + Self.length(query.interval ?? .day)
                        } ?? true
                    return isInSlice
                        && query.groupBy.map { Self.value($0, entry) }.elementsEqual(row.group) {
                            $0.utf8.elementsEqual($1.utf8)
                        }
                }
                #expect(row.requests == own.count, "\(query) \(row.group)")
                #expect(row.errors == own.filter { $0.outcome != .completed }.count)
                #expect(row.estimated == own.filter(\.isEstimated).count)
            }
        }
    }

    private static func length(_ interval: UsageInterval) -> Int64 {
        switch interval {
        case .minute: 60_000
        case .hour: 3_600_000
        case .day: Self.day
        }
    }

    private static func value(_ dimension: UsageDimension, _ entry: LedgerEntry) -> String {
        switch dimension {
        case .project: entry.subject.projectID
        case .key: entry.subject.keyID
        case .model: entry.subject.model
        case .provider: entry.subject.provider
        case .target: entry.subject.provider + "/" + entry.subject.upstreamModel
        case .status: entry.outcome.rawValue
        case .label: entry.subject.label
        }
    }

    @Test("percentiles are within a twentieth of the true ones")
    func percentiles() throws {
        let entries = Self.entries(2_000, seed: 6)
        try self.store.append(entries, watermark: nil)
        let found = try #require(try self.store.usage(Self.whole()).first?.total)
        let sorted = entries.compactMap(\.totalMicroseconds).sorted()
        for (value, percent) in [(found.p50, 50), (found.p95, 95), (found.p99, 99)] {
            let exact = Double(sorted[sorted.count * percent / 100])
            #expect(abs(Double(value) - exact) <= exact * 0.05, "p\(percent): \(value) for \(exact)")
        }
    }

    @Test("pages by attempt hold every entry once, newest first")
    func pages() throws {
        let entries = Self.entries(120, seed: 7)
        try self.store.append(entries, watermark: nil)
        var query = LedgerQuery()
        query.limit = 25
        var seen: [AttemptID] = []
        while true {
            let page = try self.store.entries(query)
            seen += page.map(\.attempt)
            guard page.count >= 25, let last = page.last else { break }
            query.before = last.attempt
        }
        #expect(seen == entries.map(\.attempt).sorted(by: >))
        query = LedgerQuery()
        query.limit = 1_000
        query.keyID = "key-2"
        query.from = Self.start + Self.day
        #expect(
            Set(try self.store.entries(query).map(\.attempt))
                == Set(
                    entries.filter { $0.subject.keyID == "key-2" && $0.startedAt >= Self.start + Self.day }.map(
                        \.attempt
                    )
                )
        )
    }

    @Test("what is past its retention goes, in steps, and nothing else; balances and coarser sums stay")
    func pruning() throws {
        let entries = Self.entries(400, seed: 8)
        try self.store.append(entries, watermark: nil)
        var retention = Retention()
        retention.ledgerDays = 1
        retention.minuteDays = 1
        let now = Self.start + 3 * Self.day
        var steps = 0
        while try self.store.prune(retention, now: now, limit: 50) > 0 { steps += 1 }
        #expect(steps > 1)
        var query = LedgerQuery()
        query.limit = 1_000
        let kept = entries.filter { $0.startedAt >= now - Self.day }
        #expect(Set(try self.store.entries(query).map(\.attempt)) == Set(kept.map(\.attempt)))
        let row = try #require(try self.store.usage(Self.whole()).first)
        #expect(row.requests == 400)
        #expect(row.chargeNanoUSD == entries.map(\.chargeNanoUSD).reduce(0, +))
        #expect(
            try self.store.balances([BudgetPeriodKey(budgetID: "bud-a", startsAt: Self.start)]).first?.spentNanoUSD
                == entries.map(\.chargeNanoUSD).reduce(0, +)
        )
    }

    @Test("budgets belong to a key or a project, one a period, and go with it; price versions only follow on")
    func configuration() throws {
        let project = ProjectRecord(id: "p", name: "p", createdAt: 1, updatedAt: 1)
        try self.store.insertProject(project)
        let budget = BudgetRecord(
            id: "b",
            scope: .project("p"),
            amountNanoUSD: 5,
            period: .monthly,
            timeZone: "Europe/Berlin",
            isHard: false,
            isUpperBound: true,
            createdAt: 1,
            updatedAt: 1
        )
        try self.store.insertBudget(budget)
        #expect(try self.store.loadConfiguration().budgets == [budget])
        var other = budget
        other.id = "c"
        let twice = #expect(throws: StorageError.self) { try self.store.insertBudget(other) }
        #expect(twice?.code == .conflict)
        other.scope = .key("nobody")
        let orphan = #expect(throws: StorageError.self) { try self.store.insertBudget(other) }
        #expect(orphan?.code == .notFound)
        var changed = budget
        changed.amountNanoUSD = 9
        changed.resetAt = 7
        try self.store.updateBudget(changed)
        #expect(try self.store.loadConfiguration().budgets == [changed])
        try self.store.deleteProject(id: "p")
        #expect(try self.store.loadConfiguration().budgets.isEmpty)

        func version(_ number: Int64) -> PriceVersionRecord {
            PriceVersionRecord(
                version: number,
                createdAt: 1,
                source: "s",
                checksum: "c",
                document: "{}",
                builtIn: "b"
            )
        }
        try self.store.insertPriceVersion(version(1))
        try self.store.insertPriceVersion(version(2))
        let gap = #expect(throws: StorageError.self) { try self.store.insertPriceVersion(version(4)) }
        #expect(gap?.code == .conflict)
        #expect(try self.store.priceVersions(limit: 10).map(\.version) == [2, 1])
        #expect(try self.store.priceVersion(3) == nil)
    }
}
