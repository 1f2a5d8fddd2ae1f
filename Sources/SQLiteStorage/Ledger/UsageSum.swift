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
    private let outcome: ExchangeOutcome?
    private let isByStatus: Bool
    private var tallies = UsageTallies()
    /// What each line of the tallies is, in the order of slices.
    private var lines: [Line] = []
    /// The last line of each group, or with `isByStatus` of each group and outcome.
    private var latest: [Int?] = []

    /// Where rollup rows are added together.
    private struct Line {
        /// The slice asked for; 0 when summed over time.
        var slice: Int64
        var group: Int
        /// Of the rows, when grouped by outcome; of the first one, else.
        var outcome: ExchangeOutcome
    }

    /// More rows than this are never made.
    private static let largestLimit = 100_000

    /// Finds the subjects that pass the filters, or returns `nil` when nothing can.
    init?(_ query: UsageQuery, _ database: Database) throws {
        self.query = query
        self.isByStatus = query.groupBy.contains(.status)
        if let status = query.filters[.status] {
            guard let outcome = ExchangeOutcome(rawValue: status) else { return nil }
            self.outcome = outcome
        } else {
            self.outcome = nil
        }
        try self.findSubjects(database)
        if self.groups.isEmpty { return nil }
        self.latest = Array(repeating: nil, count: self.names.count * self.outcomesApart)
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
            guard let group = self.groups[rows.integer(1)], let outcome = Self.outcome(rows.integer(2)),
                self.outcome == nil || self.outcome == outcome
            else { continue }
            let slice = self.slice(of: rows.integer(0), part.table)
            if slice != current {
                // The rows of slices before this one are all there.
                if self.query.interval != nil, self.lines.count >= self.limit, self.lines.last?.slice != slice {
                    return false
                }
                current = slice
            }
            let line = self.line(Line(slice: slice, group: group, outcome: outcome))
            try self.tallies.add(rows, from: 3, isFailed: outcome != .completed, to: line)
        }
        return true
    }

    /// The line that rows of this kind are added to.
    private mutating func line(_ line: Line) -> Int {
        let place = line.group * self.outcomesApart + (self.isByStatus ? Int(line.outcome.ledgerCode) : 0)
        if let latest = self.latest[place], self.lines[latest].slice == line.slice { return latest }
        let number = self.tallies.begin()
        self.lines.append(line)
        self.latest[place] = number
        return number
    }

    /// The rows: by time, then dearest first.
    func rows() -> [UsageRow] {
        var courtesy = Courtesy(at: .now)
        let rows = self.lines.enumerated().map { number, line in
            courtesy.offer(at: .now)
            var row = UsageRow(startsAt: self.startsAt(line), group: self.group(line))
            self.tallies.fill(&row, from: number)
            return row
        }
        return Array(rows.sorted(by: Self.isBefore).prefix(self.limit))
    }

    /// The sum of all rows, those beyond the limit included.
    func total() -> UsageRow {
        var total = UsageTallies()
        let sum = total.begin()
        for line in self.lines.indices { total.add(line, of: self.tallies, to: sum) }
        var row = UsageRow()
        total.fill(&row, from: sum)
        return row
    }

    private var limit: Int { min(max(self.query.limit, 1), Self.largestLimit) }
}

// MARK: - Places

extension UsageSum {
    private func slice(of slice: Int64, _ table: RollupTable) -> Int64 {
        guard let interval = self.query.interval else { return 0 }
        return (slice * table.minutes).dividedDown(by: interval.table.minutes)
    }

    private func startsAt(_ line: Line) -> UnixMilliseconds? {
        self.query.interval.map { line.slice * $0.table.milliseconds }
    }

    private func group(_ line: Line) -> [String] {
        zip(self.query.groupBy, self.names[line.group]).map { dimension, name in
            dimension == .status ? line.outcome.rawValue : name
        }
    }

    /// Into how many lines the outcomes of a group may fall.
    private var outcomesApart: Int { self.isByStatus ? Self.outcomes.count : 1 }

    /// Outcomes by their numbers.
    private static let outcomes: [ExchangeOutcome?] = {
        let end = (ExchangeOutcome.allCases.map(\.ledgerCode).max() ?? 0) + 1
        return (0..<end).map { ExchangeOutcome(ledgerCode: $0) }
    }()

    private static func outcome(_ code: Int64) -> ExchangeOutcome? {
        guard let index = Int(exactly: code), self.outcomes.indices.contains(index) else { return nil }
        return self.outcomes[index]
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
