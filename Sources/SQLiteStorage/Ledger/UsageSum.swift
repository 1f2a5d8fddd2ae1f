import Exchange
import GRDB
import Storage

/// Sums rollup rows into the rows that a query asks for.
struct UsageSum {
    private let query: UsageQuery
    /// The group of each subject that passes the filters.
    private var groups: [Int64: Int] = [:]
    /// What each group is called; the outcome, when grouped by, is left open.
    private var names: [[String]] = []
    private let outcome: Int64?
    private var sums: [Place: RollupSums] = [:]

    /// Where a rollup row is added.
    private struct Place: Hashable {
        /// The slice asked for; 0 when summed over time.
        var slice: Int64
        var group: Int
        var outcome: Int64
    }

    /// More rows than this are never made.
    private static let largestLimit = 100_000

    /// Finds the subjects that pass the filters, or returns `nil` when nothing can.
    init?(_ query: UsageQuery, _ database: Database) throws {
        self.query = query
        if let status = query.filters[.status] {
            guard let outcome = ExchangeOutcome(rawValue: status) else { return nil }
            self.outcome = outcome.ledgerCode
        } else {
            self.outcome = nil
        }
        try self.findSubjects(database)
        if self.groups.isEmpty { return nil }
    }

    /// Adds a part of the cover. Parts come in the order of time; `false` when no more are needed.
    mutating func add(_ part: UsageCover.Part, _ database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(RollupTable.summed) FROM \(part.table.name)
                WHERE slice >= ? AND slice < ? \(self.onlySubject) ORDER BY slice
                """
        )
        var binder = RowBinder(statement.sqliteStatement)
        binder.bind(part.slices.lowerBound)
        binder.bind(part.slices.upperBound)
        try binder.check()
        let rows = RowScanner(statement)
        defer { rows.reset() }
        var current = Int64.min
        while try rows.next() {
            guard let group = self.groups[rows.integer(1)] else { continue }
            let outcome = rows.integer(2)
            guard self.outcome == nil || self.outcome == outcome else { continue }
            let slice = self.slice(of: rows.integer(0), part.table)
            if slice != current {
                if self.query.interval != nil, self.hasEnough(before: slice) { return false }
                current = slice
            }
            let place = Place(slice: slice, group: group, outcome: outcome)
            self.sums[place, default: RollupSums()].add(try rows.sums(from: 3))
        }
        return true
    }

    /// The rows: by time, then dearest first.
    func rows() -> [UsageRow] {
        let byStatus = self.query.groupBy.contains(.status)
        var rows: [Place: (row: UsageRow, durations: Durations)] = [:]
        for (place, sums) in self.sums {
            guard let outcome = ExchangeOutcome(ledgerCode: place.outcome) else { continue }
            var target = place
            if !byStatus { target.outcome = 0 }
            let empty = UsageRow(startsAt: self.startsAt(place), group: self.group(place, outcome))
            rows[target, default: (empty, Durations())].row.add(sums, outcome: outcome)
            rows[target]?.durations.add(sums.durations)
        }
        let finished = rows.values.map { row, durations in
            var row = row
            row.total = durations.percentiles(.total)
            row.firstContent = durations.percentiles(.firstContent)
            row.overhead = durations.percentiles(.overhead)
            return row
        }
        return Array(finished.sorted(by: Self.isBefore).prefix(self.limit))
    }

    private var limit: Int { min(max(self.query.limit, 1), Self.largestLimit) }
}

// MARK: - Places

extension UsageSum {
    private func slice(of slice: Int64, _ table: RollupTable) -> Int64 {
        guard let interval = self.query.interval else { return 0 }
        return (slice * table.minutes).dividedDown(by: interval.table.minutes)
    }

    /// Whether the slices before this one fill the answer already.
    private func hasEnough(before slice: Int64) -> Bool {
        guard self.sums.count > self.limit else { return false }
        let byStatus = self.query.groupBy.contains(.status)
        let places = Set(
            self.sums.keys.lazy.filter { $0.slice < slice }.map {
                Place(slice: $0.slice, group: $0.group, outcome: byStatus ? $0.outcome : 0)
            }
        )
        return places.count >= self.limit
    }

    private func startsAt(_ place: Place) -> UnixMilliseconds? {
        self.query.interval.map { place.slice * $0.table.milliseconds }
    }

    private func group(_ place: Place, _ outcome: ExchangeOutcome) -> [String] {
        zip(self.query.groupBy, self.names[place.group]).map { dimension, name in
            dimension == .status ? outcome.rawValue : name
        }
    }

    private static func isBefore(_ a: UsageRow, _ b: UsageRow) -> Bool {
        if let a = a.startsAt, let b = b.startsAt, a != b { return a < b }
        if a.chargeNanoUSD != b.chargeNanoUSD { return a.chargeNanoUSD > b.chargeNanoUSD }
        if a.requests != b.requests { return a.requests > b.requests }
        return a.group.lexicographicallyPrecedes(b.group)
    }
}

// MARK: - Subjects

extension UsageSum {
    /// Narrows a scan when one subject is all that is asked for.
    private var onlySubject: String {
        guard self.groups.count == 1, let subject = self.groups.keys.first else { return "" }
        return "AND subject = \(subject)"
    }

    private mutating func findSubjects(_ database: Database) throws {
        var filter = ListFilter()
        for (dimension, value) in self.query.filters where dimension != .status {
            filter.require("\(Self.expression(dimension)) = ?", value.withoutZeroBytes)
        }
        filter.require("project_id", oneOf: self.query.projects)
        let columns = self.query.groupBy.map(Self.expression)
        let sql = "SELECT \((["id"] + columns).joined(separator: ", ")) FROM ledger_subjects \(filter.clause)"
        let statement = try database.makeStatement(sql: sql)
        statement.arguments = StatementArguments(filter.arguments)
        let rows = RowScanner(statement)
        defer { rows.reset() }
        var known: [ExactNames: Int] = [:]
        while try rows.next() {
            let names = columns.indices.map { rows.text(Int32(clamping: $0 + 1)) }
            let group = known[ExactNames(names: names)] ?? self.names.count
            if group == self.names.count {
                known[ExactNames(names: names)] = group
                self.names.append(names)
            }
            self.groups[rows.integer(0)] = group
        }
    }

    private static func expression(_ dimension: UsageDimension) -> String {
        switch dimension {
        case .project: "project_id"
        case .key: "key_id"
        case .model: "model"
        case .provider: "provider"
        case .target: "provider || '/' || upstream_model"
        case .status: "''"
        case .label: "label"
        }
    }

    /// Names that are equal only byte by byte.
    private struct ExactNames: Hashable {
        var names: [String]

        static func == (a: ExactNames, b: ExactNames) -> Bool {
            a.names.elementsEqual(b.names) { $0.isSame(as: $1) }
        }
    }
}
