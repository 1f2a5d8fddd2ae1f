import GRDB
import Storage

/// Appends request records to blocks within one transaction: the last block first, while it has room.
struct RequestWriter {
    let database: Database
    private var marks: RowBinder
    private var records: RowBinder

    init(_ database: Database) throws {
        self.database = database
        let marks = """
            INSERT OR REPLACE INTO request_blocks (first, count, earliest_start, latest_start, marks)
            VALUES (?, ?, ?, ?, ?)
            """
        let records = "INSERT OR REPLACE INTO request_records (first, records) VALUES (?, ?)"
        self.marks = RowBinder(try database.cachedStatement(sql: marks).sqliteStatement)
        self.records = RowBinder(try database.cachedStatement(sql: records).sqliteStatement)
    }

    /// Appends records.
    ///
    /// - Parameters:
    ///   - records: What to append.
    ///   - tail: The last block, when it is known. `nil` reads it from the file.
    /// - Returns: The last block now.
    /// - Throws: What the engine says, or damage.
    mutating func append(_ records: [RequestRecord], to tail: RequestBlock?) throws -> RequestBlock {
        guard let start = try Int64.fetchOne(self.database, sql: "SELECT next FROM request_log_state WHERE id = 1")
        else {
            throw StorageError(.failed, "the request log's state is gone; the database is damaged")
        }
        // So many that no later sum can go over.
        guard start > 0, start < .max - Int64(records.count) else {
            throw StorageError(.failed, "the request log's next number cannot be \(start); the database is damaged")
        }
        var next = start
        var block = try tail ?? self.lastBlock() ?? RequestBlock(first: next)
        var index = 0
        try records.withUnsafeBufferPointer { records in
            while index < records.count {
                if block.isFull { block = RequestBlock(first: next) }
                block.take(records, from: &index, next: &next)
                try self.write(block)
            }
        }
        try self.database.execute(sql: "UPDATE request_log_state SET next = ? WHERE id = 1", arguments: [next])
        return block
    }

    /// Stores a block, over itself when it is there.
    mutating func write(_ block: RequestBlock) throws {
        self.marks.bind(block.first)
        self.marks.bind(block.count)
        self.marks.bind(block.earliestStart)
        self.marks.bind(block.latestStart)
        self.marks.bind(block.filter)
        try self.marks.run()
        self.records.bind(block.first)
        self.records.bind(block.bytes)
        try self.records.run()
    }

    private func lastBlock() throws -> RequestBlock? {
        let sql = "SELECT max(first) FROM request_blocks"
        guard let first = try Int64.fetchOne(self.database, sql: sql) else { return nil }
        var block = RequestBlock(first: first)
        try RequestRows(self.database).read(first) { record, sequence throws(StorageError) in
            block.take(StoredRequest(sequence: sequence, record: copy record))
            return true
        }
        return block
    }
}

/// The packed records of blocks.
struct RequestRows {
    private let scanner: RowScanner
    private var binder: RowBinder

    init(_ database: Database) throws {
        let statement = try database.cachedStatement(sql: "SELECT records FROM request_records WHERE first = ?")
        self.scanner = RowScanner(statement)
        self.binder = RowBinder(statement.sqliteStatement)
    }

    /// Reads one block's records in their order until `visit` says `false`.
    func read(
        _ first: Int64,
        _ visit: (borrowing RequestRecord, _ sequence: Int64) throws(StorageError) -> Bool
    ) throws {
        var binder = self.binder
        binder.bind(first)
        try binder.check()
        defer { self.scanner.reset() }
        guard try self.scanner.next() else {
            throw StorageError(.failed, "records of the request log are gone; the database is damaged")
        }
        try RequestBlock.read(first: first, self.scanner.bytes(0), visit)
    }
}
