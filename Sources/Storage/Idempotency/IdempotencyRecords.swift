/// A request that came with an idempotency key, and what was answered.
public struct IdempotencyRecord: Sendable, Equatable {
    /// Digest of who asked and of the key: 32 bytes, unique.
    public var digest: [UInt8]
    /// Who asked: bounds are for each.
    public var actor: String
    /// Hash of what was asked for.
    public var fingerprint: [UInt8]
    /// When it was begun.
    public var createdAt: UnixMilliseconds
    /// The answer, sealed; `nil` while there is none, and when none was kept.
    public var sealedAnswer: [UInt8]?

    /// Makes a record.
    public init(
        digest: [UInt8],
        actor: String,
        fingerprint: [UInt8],
        createdAt: UnixMilliseconds,
        sealedAnswer: [UInt8]? = nil
    ) {
        self.digest = digest
        self.actor = actor
        self.fingerprint = fingerprint
        self.createdAt = createdAt
        self.sealedAnswer = sealedAnswer
    }
}

/// How much is kept.
public struct IdempotencyBounds: Sendable, Equatable {
    /// What was begun before this instant is forgotten.
    public var since: UnixMilliseconds
    /// Records of each actor; the oldest go first.
    public var maximumRecords: Int
    /// Bytes of answers of each actor; the oldest go first.
    public var maximumBytes: Int

    /// States the bounds.
    public init(since: UnixMilliseconds, maximumRecords: Int, maximumBytes: Int) {
        self.since = since
        self.maximumRecords = maximumRecords
        self.maximumBytes = maximumBytes
    }
}

/// Remembers requests by their idempotency keys. Calls block.
public protocol IdempotencyStore: Sendable {
    /// The record of a digest, if it was begun at or after an instant.
    func idempotencyRecord(_ digest: [UInt8], since: UnixMilliseconds) throws -> IdempotencyRecord?

    /// Writes a record, in place of one with the same digest, and forgets what is beyond the bounds.
    func putIdempotencyRecord(_ record: IdempotencyRecord, within bounds: IdempotencyBounds) throws

    /// Forgets a record.
    func deleteIdempotencyRecord(_ digest: [UInt8]) throws
}
