import GRDB
public import Storage

extension SQLiteStore: PriceStore {
    private static let priceColumns = "version, created_at, source, checksum, document, built_in"

    /// All versions, newest first, at most `limit` (1 to 1,000).
    public func priceVersions(limit: Int) throws -> [PriceVersionRecord] {
        let sql = "SELECT \(Self.priceColumns) FROM price_versions ORDER BY version DESC LIMIT ?"
        return try self.read { database in
            try Row.fetchAll(database, sql: sql, arguments: [min(max(limit, 1), 1000)]).map(Self.priceVersion)
        }
    }

    /// One version, or `nil`.
    public func priceVersion(_ version: Int64) throws -> PriceVersionRecord? {
        let sql = "SELECT \(Self.priceColumns) FROM price_versions WHERE version = ?"
        return try self.read { database in
            try Row.fetchOne(database, sql: sql, arguments: [version]).map(Self.priceVersion)
        }
    }

    /// Adds the next version. Throws `.conflict` when its number is not the newest plus one.
    public func insertPriceVersion(_ record: PriceVersionRecord, audit: AuditBatch?) throws {
        try self.write { database in
            let newest = try Int64.fetchOne(database, sql: "SELECT max(version) FROM price_versions") ?? 0
            guard record.version == newest.addingSaturating(1) else {
                throw StorageError(
                    .conflict,
                    "the newest price version is \(newest), so the next is not \(record.version); read again and retry"
                )
            }
            try database.execute(
                sql: "INSERT INTO price_versions (\(Self.priceColumns)) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    record.version, record.createdAt, record.source, record.checksum, record.document, record.builtIn,
                ]
            )
            if let audit { try Self.append(audit, to: database) }
        }
    }

    private static func priceVersion(_ row: Row) throws -> PriceVersionRecord {
        var reader = RowReader(row, of: "price_versions")
        return PriceVersionRecord(
            version: try reader.value(),
            createdAt: try reader.value(),
            source: try reader.value(),
            checksum: try reader.value(),
            document: try reader.value(),
            builtIn: try reader.value()
        )
    }
}
