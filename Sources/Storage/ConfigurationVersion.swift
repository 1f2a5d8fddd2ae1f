/// One state of what the configuration file declares, as it was applied.
public struct ConfigurationVersion: Sendable, Equatable {
    /// Counts up from 1.
    public var number: Int64
    /// When it was applied.
    public var at: UnixMilliseconds
    /// Who applied it, as the audit trail says.
    public var actor: String
    /// Where it came from: a file's path, or `rollback`.
    public var source: String
    /// A keyed digest of the document, credentials included: 32 bytes.
    public var digest: [UInt8]
    /// The document, sealed: it holds credentials.
    public var sealedDocument: [UInt8]
    /// Rows that were made, changed and deleted.
    public var changes: Changes
    /// The version whose document this one is again; `nil` for what came from a file.
    public var restores: Int64?

    /// How much one version changed.
    public struct Changes: Sendable, Equatable {
        /// Rows made.
        public var created: Int
        /// Rows changed.
        public var changed: Int
        /// Rows deleted.
        public var deleted: Int

        /// States the numbers.
        public init(created: Int, changed: Int, deleted: Int) {
            self.created = created
            self.changed = changed
            self.deleted = deleted
        }
    }

    /// Makes a version.
    public init(
        number: Int64,
        at: UnixMilliseconds,
        actor: String,
        source: String,
        digest: [UInt8],
        sealedDocument: [UInt8],
        changes: Changes,
        restores: Int64? = nil
    ) {
        self.number = number
        self.at = at
        self.actor = actor
        self.source = source
        self.digest = digest
        self.sealedDocument = sealedDocument
        self.changes = changes
        self.restores = restores
    }
}
