import GRDB
public import Storage

extension SQLiteStore {
    /// Lists entries by attempt, newest first; an attempt's own entries are in the order settlement, corrections, reratings,
    /// each by number. A page never ends inside an attempt: when the limit falls there, the attempt is left to the next
    /// page, unless it is alone on this one and so exceeds the limit. The limit is brought into 1 to 1,000.
    public func entries(_ query: LedgerQuery) throws -> [LedgerEntry] {
        let limit = min(max(query.limit, 1), 1000)
        return try self.query { database in
            var rows: [LedgerEntry] = []
            for source in try LedgerSource.sources(of: query, database) {
                rows += try source.entries(database, limit: limit + 1)
            }
            rows.sort { ($1.attempt, $1.kind.ledgerCode, $1.number) < ($0.attempt, $0.kind.ledgerCode, $0.number) }
            if rows.count > limit {
                let last = rows[limit - 1].attempt
                rows.removeLast(rows.count - limit - 1)
                if rows.removeLast().attempt == last { rows.removeAll { $0.attempt == last } }
                if rows.isEmpty {
                    var alone = ListFilter()
                    alone.require("(attempt_high, attempt_low) = (?, ?)", all: [last.stored.high, last.stored.low])
                    rows = try LedgerSource(filter: alone).entries(database, limit: -1)
                }
            }
            return Self.ordered(rows)
        }
    }

    /// Turns the entries of each attempt round.
    private static func ordered(_ rows: [LedgerEntry]) -> [LedgerEntry] {
        var rest = rows[...]
        var ordered: [LedgerEntry] = []
        while let attempt = rest.first?.attempt {
            let own = rest.prefix { $0.attempt == attempt }
            ordered += own.reversed()
            rest = rest.dropFirst(own.count)
        }
        return ordered
    }
}

/// Tables in whose order rows of the ledger are read, and what rows must pass.
struct LedgerSource {
    /// The ledger itself, or what leads to its rows and then the ledger.
    var tables = "ledger"
    /// Columns whose falling order is that of the ledger's identity.
    var order = "attempt_high DESC, attempt_low DESC"
    var filter: ListFilter

    /// Rows in the falling order of their identity; the last argument is the limit.
    var sql: String {
        """
        \(LedgerRow.select(from: self.tables)) \(self.filter.clause)
        ORDER BY \(self.order), kind DESC, number DESC LIMIT ?
        """
    }

    func entries(_ database: Database, limit: Int) throws -> [LedgerEntry] {
        let arguments = StatementArguments(self.filter.arguments + [limit.databaseValue])
        return try Row.fetchAll(database, sql: self.sql, arguments: arguments).map(LedgerRow.entry)
    }

    /// Where the rows lie that a query asks for; none when nothing can match. No row lies in two of them.
    static func sources(of query: LedgerQuery, _ database: Database) throws -> [LedgerSource] {
        var filter = ListFilter()
        if let before = query.before?.stored {
            filter.require("(attempt_high, attempt_low) < (?, ?)", all: [before.high, before.low])
        }
        if let attempt = query.attempt?.stored {
            filter.require("(attempt_high, attempt_low) = (?, ?)", all: [attempt.high, attempt.low])
        }
        var key: Int64?
        if let id = query.keyID?.withoutZeroBytes {
            let sql = "SELECT key_number FROM ledger_subjects WHERE key_id = ? LIMIT 1"
            key = try Int64.fetchOne(database, sql: sql, arguments: [id])
            guard let key else { return [] }
            filter.require("ledger.key_number = ?", key)
        }
        filter.require("+project_id = ?", query.projectID?.withoutZeroBytes)
        filter.require("+project_id", oneOf: query.projects)
        let state = try LedgerState(database)
        let (least, most) = (query.from.map(state.lowestHigh), query.to.map(state.highestHigh))
        filter.require("attempt_high >= ?", least)
        filter.require("attempt_high <= ?", most)
        filter.require("started_at >= ?", query.from)
        filter.require("started_at < ?", query.to)
        let request = query.requestID?.withoutZeroBytes
        filter.require("ledger.request_id = ?", request)
        if query.attempt != nil { return [LedgerSource(filter: filter)] }
        if let request { return Self.sources(ofRequest: request, filter) }
        guard let key else { return [LedgerSource(filter: filter)] }
        let newest = [most, query.before?.stored.high].compactMap { $0 }.min()
        return [Self.source(ofKey: key, least, newest, filter)]
    }

    private static func sources(ofRequest id: String, _ filter: ListFilter) -> [LedgerSource] {
        var late = filter
        late.require("late.request = ?", id)
        var sources = [
            LedgerSource(
                tables: """
                    ledger_late_attempts AS late
                        CROSS JOIN ledger ON ledger.attempt_high = late.high AND ledger.attempt_low = late.low
                    """,
                order: "late.high DESC, late.low DESC",
                filter: late
            )
        ]
        if let highs = LedgerPlaces.highs(ofRequest: id) {
            var near = filter
            near.require("attempt_high BETWEEN ? AND ?", all: [highs.lowerBound, highs.upperBound])
            sources.append(LedgerSource(filter: near))
        }
        return sources
    }

    private static func source(ofKey key: Int64, _ least: Int64?, _ most: Int64?, _ filter: ListFilter) -> LedgerSource
    {
        var filter = filter
        filter.require("times.key_number = ?", key)
        filter.require("times.slice >= ?", least.map(LedgerPlaces.slice))
        filter.require("times.slice <= ?", most.map(LedgerPlaces.slice))
        let highs = LedgerPlaces.highsOfSlice
        return LedgerSource(
            tables: """
                ledger_key_times AS times CROSS JOIN ledger
                    ON ledger.attempt_high BETWEEN times.slice * \(highs) AND times.slice * \(highs) + \(highs - 1)
                """,
            order: "times.slice DESC, attempt_high DESC, attempt_low DESC",
            filter: filter
        )
    }
}
