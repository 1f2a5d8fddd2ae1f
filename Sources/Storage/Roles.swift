/// What went wrong in a store.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    /// The kinds callers act on.
    public enum Code: Sendable, Equatable {
        /// No such row.
        case notFound
        /// A unique name or id is taken, or a row is still referred to.
        case conflict
        /// The store cannot be opened: wrong owner or mode, a symlink, held by another process, newer schema, damage.
        case unusable
        /// The engine failed (disk full, I/O, busy beyond the deadline).
        case failed
    }

    /// What callers act on.
    public var code: Code
    /// Safe to show to an operator.
    public var message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { self.message }
}

/// What changes configuration, inside one transaction. Calls block.
public protocol ConfigurationWriter {
    /// Inserts a project. Throws `.conflict` when the name or id is taken.
    func insertProject(_ project: ProjectRecord) throws
    /// Replaces a project. Throws `.notFound`, or `.conflict` when the name is taken.
    func updateProject(_ project: ProjectRecord) throws
    /// Deletes a project. Throws `.notFound`, or `.conflict` while it owns keys.
    func deleteProject(id: String) throws

    /// Inserts a key. Throws `.conflict` when its id or digest is taken, `.notFound` when its project does not exist.
    func insertKey(_ key: KeyRecord) throws
    /// Replaces a key (its digest and project stay).
    func updateKey(_ key: KeyRecord) throws
    /// Gives a key another secret: its digest, verifier and the retired secret are replaced, nothing else. Throws `.notFound`,
    /// or `.conflict` when the digest is taken.
    func rotateKey(_ key: KeyRecord) throws
    /// Deletes a key for good; its request records stay.
    func deleteKey(id: String) throws

    /// Inserts a provider. Throws `.conflict` when the name or id is taken.
    func insertProvider(_ provider: ProviderRecord) throws
    /// Replaces a provider.
    func updateProvider(_ provider: ProviderRecord) throws
    /// Deletes a provider. Throws `.conflict` while a model has a target on it.
    func deleteProvider(id: String) throws

    /// Inserts a model with its targets. Throws `.conflict` when the name or id is taken.
    func insertModel(_ model: ModelRecord) throws
    /// Replaces a model and its targets.
    func updateModel(_ model: ModelRecord) throws
    /// Deletes a model.
    func deleteModel(id: String) throws

    /// Inserts a budget. Throws `.conflict` when the id is taken or the scope has one of this period, `.notFound` when its
    /// key or project does not exist.
    func insertBudget(_ budget: BudgetRecord) throws
    /// Replaces a budget; its scope and period stay.
    func updateBudget(_ budget: BudgetRecord) throws
    /// Deletes a budget; its balances and ledger rows stay. Budgets of a deleted key or project go with it.
    func deleteBudget(id: String) throws

    /// Keeps a version of what the configuration file declares. Throws `.conflict` when its number is taken.
    func insertVersion(_ version: ConfigurationVersion) throws

    /// Shows every sealed value of the store to `rewrap`, and puts in its place what that gives back.
    ///
    /// - Parameter rewrap: Given a value and its place; `nil` leaves the value as it is.
    /// - Returns: How many values were replaced.
    /// - Throws: What `rewrap` throws.
    func rewrapSealed(_ rewrap: (SealedPlace, [UInt8]) throws -> [UInt8]?) throws -> Int
}

/// Where a sealed value lies.
public struct SealedPlace: Hashable, Sendable {
    /// The table.
    public var table: String
    /// The row's id.
    public var row: String
    /// The column.
    public var column: String

    /// Names a place.
    public init(table: String, row: String, column: String) {
        self.table = table
        self.row = row
        self.column = column
    }
}

/// Everything the control plane writes. Calls block: they run on a store's own thread, never on an event loop.
public protocol ConfigurationStore: Sendable {
    /// All rows of all kinds in one consistent read.
    func loadConfiguration() throws -> StoredConfiguration

    /// Writes in one transaction, together with what is to be remembered of it: all of it or nothing.
    ///
    /// - Parameters:
    ///   - write: Makes the changes; what it throws undoes them.
    ///   - audit: Given all rows as they are afterwards, says what enters the audit trail; `nil` for nothing.
    /// - Returns: All rows as they are afterwards.
    /// - Throws: What `write` throws; `.failed` when the engine does.
    @discardableResult
    func change(
        _ write: (any ConfigurationWriter) throws -> Void,
        audit: (StoredConfiguration) -> AuditBatch?
    ) throws -> StoredConfiguration

    /// Versions of what the configuration file declared, newest first.
    ///
    /// - Parameters:
    ///   - limit: At most so many, 1 to 1,000.
    ///   - before: Only those before this number; `nil` begins with the newest.
    /// - Returns: The versions.
    /// - Throws: `.failed` when the engine does.
    func versions(limit: Int, before: Int64?) throws -> [ConfigurationVersion]

    /// A setting's value (wrapped secrets, schema facts), or `nil`.
    func setting(_ name: String) throws -> [UInt8]?
    /// Writes a setting; with `ifAbsent` an existing value stays, and is returned by the next read.
    func setSetting(_ name: String, to value: [UInt8], ifAbsent: Bool) throws
}

/// One consistent read of the configuration.
public struct StoredConfiguration: Sendable, Equatable {
    /// All projects, by name.
    public var projects: [ProjectRecord]
    /// All keys, by creation.
    public var keys: [KeyRecord]
    /// All stored providers, by name.
    public var providers: [ProviderRecord]
    /// All stored models with their targets, by name.
    public var models: [ModelRecord]
    /// All budgets, by creation.
    public var budgets: [BudgetRecord]

    /// Bundles the rows.
    public init(
        projects: [ProjectRecord] = [],
        keys: [KeyRecord] = [],
        providers: [ProviderRecord] = [],
        models: [ModelRecord] = [],
        budgets: [BudgetRecord] = []
    ) {
        self.projects = projects
        self.keys = keys
        self.providers = providers
        self.models = models
        self.budgets = budgets
    }
}

/// The request log. Calls block, as above.
public protocol RequestLog: Sendable {
    /// Appends a batch in one transaction, in the order of its pieces: records are long, and stay in the memory they came in.
    func append(pieces: [[RequestRecord]]) throws
    /// Lists records; see `RequestQuery`.
    func list(_ query: RequestQuery) throws -> [StoredRequest]
    /// One record by request id, or `nil`.
    func find(id: String) throws -> StoredRequest?
    /// When each key was last used: newest record per key id, for the keys given.
    func lastUsed(keyIDs: [String]) throws -> [String: UnixMilliseconds]
}

extension RequestLog {
    /// Appends records in one transaction.
    ///
    /// - Throws: As `append(pieces:)`.
    public func append(_ records: [RequestRecord]) throws { try self.append(pieces: [records]) }
}
