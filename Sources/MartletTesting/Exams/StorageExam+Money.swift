import Storage

extension StorageExam {
    static let budgetQuestions = [
        StorageExam("a budget comes back with every field, changes, and goes") { store in
            let budget = try Self.budget(store)
            try expectEqual(try store.loadConfiguration().budgets, [budget], "budgets")
            var changed = budget
            changed.amountNanoUSD = .max
            changed.timeZone = "UTC"
            (changed.isHard, changed.isUpperBound) = (true, false)
            changed.resetAt = 77
            changed.updatedAt = 78
            try store.updateBudget(changed)
            try expectEqual(try store.loadConfiguration().budgets, [changed], "changed")
            try store.deleteBudget(id: budget.id)
            try expectEqual(try store.loadConfiguration().budgets, [], "deleted")
            try expectError(.notFound, "delete again") { try store.deleteBudget(id: budget.id) }
            try expectError(.notFound, "change again") { try store.updateBudget(changed) }
        },
        StorageExam("a scope has one budget of each period") { store in
            var other = try Self.budget(store)
            other.id = "bud_2"
            try expectError(.conflict, "the same period") { try store.insertBudget(other) }
            let taken = other.period
            for (number, period) in BudgetPeriodKind.allCases.enumerated() where period != taken {
                other.id = "bud_\(number + 3)"
                other.period = period
                try store.insertBudget(other)
            }
            other.id = "bud_9"
            try store.insertKey(Sample.key())
            other.scope = .key("key1")
            try store.insertBudget(other)
            let count = try store.loadConfiguration().budgets.count
            try expectEqual(count, BudgetPeriodKind.allCases.count + 1, "budgets")
        },
        StorageExam("a budget of nobody is refused") { store in
            var budget = try Self.budget(store)
            budget.id = "bud_2"
            for scope in [BudgetScope.key("nobody"), .project("nobody")] {
                budget.scope = scope
                try expectError(.notFound, "\(scope)") { try store.insertBudget(budget) }
            }
        },
        StorageExam("a budget goes with its key or project, and what was spent of it stays (N139)") { store in
            let budget = try Self.budget(store)
            try store.insertKey(Sample.key())
            var own = budget
            (own.id, own.scope) = ("bud_2", .key("key1"))
            try store.insertBudget(own)
            var entry = LedgerSamples.entry(1, at: LedgerSamples.start)
            (entry.subject.keyID, entry.subject.projectID) = ("key1", "prj_acme")
            entry.budgets = [budget.id, own.id].map { BudgetPeriodKey(budgetID: $0, startsAt: LedgerSamples.start) }
            try store.append([entry], watermark: nil)
            try store.deleteKey(id: "key1")
            try expectEqual(try store.loadConfiguration().budgets, [budget], "without the key")
            try store.deleteProject(id: "prj_acme")
            try expectEqual(try store.loadConfiguration().budgets, [], "without the project")
            // Settlements of what was in flight still land.
            var late = LedgerSamples.entry(2, at: LedgerSamples.start + 1)
            (late.subject, late.budgets) = (entry.subject, entry.budgets)
            try store.append([late], watermark: nil)
            try Self.expectBalances(store, [entry, late])
            try expectEqual(try Self.allEntries(store).count, 2, "entries")
        },
    ]

    static let priceQuestions = [
        StorageExam("price versions follow on from 1, and come back with every field, newest first") { store in
            try expectEqual(try store.priceVersions(limit: 10), [], "none")
            let versions = (1...5).map { Self.version($0) }
            for version in versions { try store.insertPriceVersion(version) }
            try expectEqual(try store.priceVersions(limit: 10), versions.reversed(), "all")
            try expectEqual(try store.priceVersions(limit: 2).map(\.version), [5, 4], "limit")
            try expectEqual(try store.priceVersion(3), versions[2], "one")
            try expectEqual(try store.priceVersion(6), nil, "none of this number")
        },
        StorageExam("a price version that does not follow on is refused, and nothing is changed") { store in
            for number in [0, 2, -1] as [Int64] {
                try expectError(.conflict, "first \(number)") { try store.insertPriceVersion(Self.version(number)) }
            }
            try store.insertPriceVersion(Self.version(1))
            for number in [1, 3, .max] as [Int64] {
                try expectError(.conflict, "after 1: \(number)") { try store.insertPriceVersion(Self.version(number)) }
            }
            try expectEqual(try store.priceVersions(limit: 10), [Self.version(1)], "versions")
        },
        StorageExam("a price document of megabytes is stored whole") { store in
            var version = Self.version(1)
            version.document = #"{"a":""# + String(repeating: "ü", count: 2 << 20) + #""}"#
            try store.insertPriceVersion(version)
            try expectEqual(try store.priceVersion(1)?.document.utf8.count, version.document.utf8.count, "bytes")
        },
    ]

    private static func version(_ number: Int64) -> PriceVersionRecord {
        PriceVersionRecord(
            version: number,
            createdAt: 100 &+ number,
            source: "import \(Sample.hardText)",
            checksum: "sum \(number)",
            document: #"{"number":\#(number)}"#,
            builtIn: "2026-11"
        )
    }

    /// A project's budget, stored.
    private static func budget(_ store: Store) throws -> BudgetRecord {
        try store.insertProject(Sample.project())
        let budget = BudgetRecord(
            id: "bud_1",
            scope: .project("prj_acme"),
            amountNanoUSD: 71,
            period: .monthly,
            timeZone: "Europe/Berlin",
            isHard: false,
            isUpperBound: true,
            resetAt: 72,
            createdAt: 73,
            updatedAt: 74
        )
        try store.insertBudget(budget)
        return budget
    }
}
