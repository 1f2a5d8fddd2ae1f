import GRDB
import Storage

/// Walks the blocks of the request log, newest or oldest first, and passes over those that cannot have what is asked for.
struct RequestScan {
    /// What a record must be; the same conditions decide about blocks, by their marks, and about records.
    let query: RequestQuery
    private let marks: [UInt64]
    /// One of these at least.
    private let projects: [UInt64]?
    private let deadline: ContinuousClock.Instant

    init(_ query: RequestQuery, until deadline: ContinuousClock.Instant) {
        self.query = query
        self.deadline = deadline
        var marks: [UInt64] = []
        func require(_ column: RequestMarks.Column, _ value: String?) {
            if let value { marks.append(RequestMarks.mark(column, value)) }
        }
        require(.id, query.id)
        require(.trace, query.traceID)
        require(.key, query.keyID)
        require(.project, query.projectID)
        require(.model, query.model)
        require(.outcome, query.outcome?.rawValue)
        self.marks = marks
        self.projects = query.projects?.map { RequestMarks.mark(.project, $0) }
    }

    /// Records that pass, in the order of the query, at most `limit`.
    func records(_ database: Database, limit: Int) throws -> [StoredRequest] {
        guard self.query.projects?.isEmpty != true else { return [] }
        let rows = try RequestRows(database)
        var found: [StoredRequest] = []
        try self.eachBlock(database) { first in
            var own: [StoredRequest] = []
            try rows.read(first) { record, sequence throws(StorageError) in
                if self.passes(record, sequence) {
                    own.append(StoredRequest(sequence: sequence, record: copy record))
                }
                // Oldest first, the rest of the block may be left unread.
                return self.query.after == nil || own.count < limit - found.count
            }
            found += self.query.after == nil ? own.suffix(limit - found.count).reversed() : own
            return found.count < limit
        }
        return found
    }

    /// Names the blocks that may have a record that passes, in the order of the query, until `visit` says `false`.
    private func eachBlock(_ database: Database, _ visit: (_ first: Int64) throws -> Bool) throws {
        let statement = try database.cachedStatement(
            sql: self.query.after == nil
                ? "SELECT first, marks FROM request_blocks WHERE first < ? ORDER BY first DESC"
                : """
                SELECT first, marks FROM request_blocks
                WHERE first >= coalesce((SELECT max(first) FROM request_blocks WHERE first <= ?), 0) ORDER BY first
                """
        )
        var binder = RowBinder(statement.sqliteStatement)
        binder.bind(self.query.after ?? self.query.before ?? .max)
        try binder.check()
        let rows = RowScanner(statement)
        defer { rows.reset() }
        var courtesy = Courtesy(at: .now)
        while try rows.next() {
            guard self.mayPass(rows.bytes(1)) else { continue }
            // The engine looks at the clock while it steps; what is done with a block is not among its steps.
            let now = ContinuousClock.now
            if now > self.deadline { throw DatabaseError(resultCode: .SQLITE_INTERRUPT) }
            courtesy.offer(at: now)
            guard try visit(rows.integer(0)) else { return }
        }
    }

    private func mayPass(_ filter: UnsafeRawBufferPointer) -> Bool {
        for mark in self.marks where !RequestMarks.may(filter, have: mark) { return false }
        guard let projects = self.projects else { return true }
        return projects.contains { RequestMarks.may(filter, have: $0) }
    }

    private func passes(_ record: borrowing RequestRecord, _ sequence: Int64) -> Bool {
        let query = self.query
        guard sequence < query.before ?? .max, sequence > query.after ?? .min else { return false }
        if let id = query.id, !record.id.isSame(as: id) { return false }
        if let key = query.keyID, !record.keyID.isSame(as: key) { return false }
        if let project = query.projectID, !record.projectID.isSame(as: project) { return false }
        if let model = query.model, !record.modelAsked.isSame(as: model) { return false }
        if let outcome = query.outcome, record.outcome != outcome { return false }
        if let trace = query.traceID {
            guard let own = record.traceID, own.isSame(as: trace) else { return false }
        }
        guard let projects = query.projects else { return true }
        let own = record.projectID
        return projects.contains { $0.isSame(as: own) }
    }
}
