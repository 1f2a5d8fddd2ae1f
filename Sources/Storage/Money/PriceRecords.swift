/// One version of the price list. Versions are never changed or deleted: ledger rows name them.
public struct PriceVersionRecord: Sendable, Equatable {
    /// Counts up from 1.
    public var version: Int64
    /// When it came into force.
    public var createdAt: UnixMilliseconds
    /// Where it comes from: `built-in 2026-11`, `import prices.json`, `set openai/gpt-5.5`.
    public var source: String
    /// SHA-256 of the document, in hexadecimal.
    public var checksum: String
    /// The operator's own prices in the project's schema, as a JSON document: all of them, not the difference. What is not
    /// in it is priced by the built-in list of `builtIn`.
    public var document: String
    /// The built-in list that it stands on.
    public var builtIn: String

    /// Makes a record.
    public init(
        version: Int64,
        createdAt: UnixMilliseconds,
        source: String,
        checksum: String,
        document: String,
        builtIn: String
    ) {
        self.version = version
        self.createdAt = createdAt
        self.source = source
        self.checksum = checksum
        self.document = document
        self.builtIn = builtIn
    }
}

/// Versions of the price list. Calls block.
public protocol PriceStore: Sendable {
    /// All versions, newest first, at most `limit`.
    func priceVersions(limit: Int) throws -> [PriceVersionRecord]
    /// One version, or `nil`.
    func priceVersion(_ version: Int64) throws -> PriceVersionRecord?
    /// Adds the next version, and in the same transaction what the audit trail is to know of it. Throws `.conflict` when its
    /// number is not the newest plus one.
    func insertPriceVersion(_ record: PriceVersionRecord, audit: AuditBatch?) throws
}

extension PriceStore {
    /// Adds the next version, with no entry in the audit trail.
    public func insertPriceVersion(_ record: PriceVersionRecord) throws {
        try self.insertPriceVersion(record, audit: nil)
    }
}
