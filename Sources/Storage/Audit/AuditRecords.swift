/// One entry of the audit trail, before it has its place in the chain.
public struct AuditDraft: Sendable, Equatable {
    /// When.
    public var at: UnixMilliseconds
    /// Who: `admin-token`, `command-line`, `martlet` for what nobody asked for.
    public var actor: String
    /// The address it was asked from; empty when it came from this machine's own command line or process.
    public var origin: String
    /// The admin request's id.
    public var requestID: String
    /// What was done: `key.created`, `provider.changed`, `budget.deleted`, `prices.changed`, `ledger.added`, `refused`.
    public var action: String
    /// The id of what it was done to; for refusals the method and path that were asked for.
    public var objectID: String
    /// Its name at the time.
    public var objectName: String
    /// The fields that it changed, as they were: a JSON object without secrets.
    public var before: String?
    /// The same fields afterwards.
    public var after: String?
    /// Why it was refused, or a note.
    public var detail: String?

    /// States the facts.
    public init(
        at: UnixMilliseconds,
        actor: String,
        origin: String,
        requestID: String,
        action: String,
        objectID: String = "",
        objectName: String = "",
        before: String? = nil,
        after: String? = nil,
        detail: String? = nil
    ) {
        self.at = at
        self.actor = actor
        self.origin = origin
        self.requestID = requestID
        self.action = action
        self.objectID = objectID
        self.objectName = objectName
        self.before = before
        self.after = after
        self.detail = detail
    }
}

/// An entry in its place.
public struct AuditEntry: Sendable, Equatable {
    /// Counts up from 1 without a gap.
    public var number: Int64
    /// What happened.
    public var draft: AuditDraft
    /// 32 bytes over this entry and the hash of the one before it.
    public var hash: [UInt8]

    /// States the facts.
    public init(number: Int64, draft: AuditDraft, hash: [UInt8]) {
        self.number = number
        self.draft = draft
        self.hash = hash
    }
}

/// Computes an entry's hash.
public typealias AuditSeal = @Sendable (_ previous: [UInt8], _ number: Int64, _ draft: AuditDraft) -> [UInt8]

/// Entries to be written with a change, in its transaction.
public struct AuditBatch: Sendable {
    /// In order.
    public var drafts: [AuditDraft]
    /// Chains them.
    public var seal: AuditSeal

    /// Bundles entries.
    public init(_ drafts: [AuditDraft], seal: @escaping AuditSeal) {
        self.drafts = drafts
        self.seal = seal
    }

    /// Puts the entries behind the chain's end.
    ///
    /// - Parameter last: The chain's last entry; `nil` while there is none.
    /// - Returns: The entries with their numbers and hashes.
    public func chained(behind last: AuditEntry?) -> [AuditEntry] {
        var (number, hash) = (last?.number ?? 0, last?.hash ?? AuditEntry.root)
        return self.drafts.map { draft in
            // Nobody lives to see the last number.
            number &+= 1
            hash = self.seal(hash, number, draft)
            return AuditEntry(number: number, draft: draft, hash: hash)
        }
    }
}

extension AuditEntry {
    /// What stands for the hash before the first entry.
    public static let root = [UInt8](repeating: 0, count: 32)
}

/// Which entries to list.
public struct AuditQuery: Sendable, Equatable {
    /// At most this many, 1 to 1,000.
    public var limit = 50
    /// Only entries before this number, the newest first.
    public var before: Int64?
    /// Only entries after this number, the oldest first.
    public var after: Int64?
    /// Only this actor's.
    public var actor: String?
    /// Only this action, or with a dot at its end all that begin so (`key.`).
    public var action: String?
    /// Only what was done to this object, by id or name.
    public var object: String?
    /// Only entries at or after this instant.
    public var from: UnixMilliseconds?
    /// Only entries before this instant.
    public var to: UnixMilliseconds?

    /// Asks for the newest entries.
    public init() {}
}

/// The audit trail. Calls block.
public protocol AuditStore: Sendable {
    /// Adds entries that stand for no change of the store, in one transaction.
    func appendAudit(_ batch: AuditBatch) throws
    /// Lists entries; see `AuditQuery`.
    func auditEntries(_ query: AuditQuery) throws -> [AuditEntry]
}
