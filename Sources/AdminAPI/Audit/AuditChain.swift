public import Policy
public import Storage

/// Chains the entries of the audit trail: each one's hash is an HMAC-SHA-256 over the hash before it and all of its own
/// fields, under the secret that keys are digested with. Whoever has only the store can neither change an entry nor take
/// one out of the middle without its being found.
public struct AuditChain: Sendable {
    /// What nobody else digests begins so.
    private static let domain = Array("martlet audit 1\n".utf8)
    private let digester: KeyDigester

    /// Chains under a digester's secret.
    public init(_ digester: KeyDigester) {
        self.digester = digester
    }

    /// Computes hashes, for stores.
    public var seal: AuditSeal {
        let chain = self
        return { chain.hash(after: $0, $1, $2) }
    }

    func hash(after previous: [UInt8], _ number: Int64, _ draft: AuditDraft) -> [UInt8] {
        var bytes = Self.domain
        Self.add(previous, to: &bytes)
        Self.add(Self.bytes(UInt64(bitPattern: number)), to: &bytes)
        Self.add(Self.bytes(UInt64(bitPattern: draft.at)), to: &bytes)
        for text in [draft.actor, draft.origin, draft.requestID, draft.action, draft.objectID, draft.objectName] {
            Self.add(Array(text.utf8), to: &bytes)
        }
        for text in [draft.before, draft.after, draft.detail] {
            // What is not there is told from what is empty.
            bytes.append(text == nil ? 0 : 1)
            Self.add(Array((text ?? "").utf8), to: &bytes)
        }
        return bytes.withUnsafeBytes { self.digester.digest($0).bytes }
    }

    /// A field with its length before it, so that no two lists of fields give the same bytes.
    private static func add(_ field: [UInt8], to bytes: inout [UInt8]) {
        bytes += self.bytes(UInt64(field.count))
        bytes += field
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
    }
}

/// Follows the chain and finds where it breaks.
struct AuditCheck: Sendable, Equatable {
    /// Entries that were followed.
    private(set) var count: Int64 = 0
    /// The last one's hash.
    private(set) var hash = AuditEntry.root
    /// What is wrong, and at which number; `nil` while nothing is.
    private(set) var fault: (number: Int64, what: String)?

    static func == (a: AuditCheck, b: AuditCheck) -> Bool {
        a.count == b.count && a.hash == b.hash && a.fault?.number == b.fault?.number && a.fault?.what == b.fault?.what
    }

    /// Follows one more entry.
    ///
    /// - Parameters:
    ///   - entry: The next one, oldest first.
    ///   - chain: Computes what its hash must be.
    /// - Returns: Whether it fits.
    mutating func follow(_ entry: AuditEntry, by chain: AuditChain) -> Bool {
        guard self.fault == nil else { return false }
        guard entry.number == self.count + 1 else {
            self.fault = (self.count + 1, "entry \(self.count + 1) is missing")
            return false
        }
        guard chain.hash(after: self.hash, entry.number, entry.draft) == entry.hash else {
            self.fault = (entry.number, "entry \(entry.number) is not what was written, or the one before it is not")
            return false
        }
        self.count = entry.number
        self.hash = entry.hash
        return true
    }
}
