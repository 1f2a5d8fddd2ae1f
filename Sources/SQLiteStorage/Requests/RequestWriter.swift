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

    /// Appends records. A state or a last block that is damaged holds up nothing: a new block is begun behind what is known.
    ///
    /// - Parameters:
    ///   - pieces: What to append, in order.
    ///   - tail: The last block, when it is known. `nil` reads it from the file.
    /// - Returns: The last block now.
    /// - Throws: What the engine says.
    mutating func append(_ pieces: [[RequestRecord]], to tail: RequestBlock?) throws -> RequestBlock {
        let start = try Int64.fetchOne(self.database, sql: "SELECT next FROM request_log_state WHERE id = 1") ?? 1
        let last = try tail.map { (block: $0, end: $0.last) } ?? self.lastBlock()
        var next = max(start, last?.end.addingSaturating(1) ?? 1, 1)
        guard next < .max - Int64(pieces.reduce(0) { $0 + $1.count }) else {
            throw StorageError(.failed, "the request log has no numbers left: its state is damaged")
        }
        var block = last?.block ?? RequestBlock(first: next)
        for piece in pieces {
            var index = 0
            while index < piece.count {
                if block.isFull { block = RequestBlock(first: next) }
                piece.withUnsafeBufferPointer { block.take($0, from: &index, next: &next) }
                if block.isFull { try self.write(block) }
            }
        }
        if !block.isFull { try self.write(block) }
        try self.noteUses(pieces)
        let state = "INSERT OR REPLACE INTO request_log_state (id, next) VALUES (1, ?)"
        try self.database.cachedStatement(sql: state).execute(arguments: [next])
        return block
    }

    /// Notes when each key was last used: the newest record counts.
    private func noteUses(_ pieces: [[RequestRecord]]) throws {
        var row = RowBinder(
            try self.database.cachedStatement(sql: "INSERT OR REPLACE INTO key_uses (key_id, at) VALUES (?, ?)")
                .sqliteStatement
        )
        var seen: Set<String> = []
        for piece in pieces.reversed() {
            for index in piece.indices.reversed() {
                // Neighbours often have the same key.
                if index + 1 < piece.count, piece[index].keyID.isSame(as: piece[index + 1].keyID) { continue }
                guard seen.insert(piece[index].keyID).inserted else { continue }
                row.bind(piece[index].keyID)
                row.bind(piece[index].startedAt)
                try row.run()
            }
        }
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

    /// The last block and its last number. One that cannot be read is left alone, and is taken for a full one.
    private func lastBlock() throws -> (block: RequestBlock?, end: Int64)? {
        let sql = "SELECT first, count FROM request_blocks ORDER BY first DESC LIMIT 1"
        guard let row = try Row.fetchOne(self.database, sql: sql) else { return nil }
        var reader = RowReader(row, of: "request_log")
        let first = try reader.value(Int64.self)
        let count = try reader.value(Int64.self)
        do {
            let block = try RequestRows(self.database).block(first)
            return (block, block.last)
        } catch is StorageError {
            return (nil, first.addingSaturating(max(count, Int64(RequestBlock.capacity))))
        }
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

    /// One block, less the records that `isLeftOut` names.
    func block(
        _ first: Int64,
        without isLeftOut: (borrowing RequestRecord) -> Bool = { _ in false }
    ) throws -> RequestBlock {
        var block = RequestBlock(first: first)
        try self.read(first) { record, sequence throws(StorageError) in
            if !isLeftOut(record) { block.take(StoredRequest(sequence: sequence, record: copy record)) }
            return true
        }
        return block
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
