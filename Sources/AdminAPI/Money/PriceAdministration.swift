public import Catalogue
import Exchange
public import Storage

/// The price list: what is built in and the operator's own prices over it. Every change is a new version; old ones stay,
/// because ledger rows name them.
///
/// As with configuration, observers are told before a change is answered, so that it is in force by then.
public actor PriceAdministration {
    private let executor = StoreExecutor(label: "martlet.prices")
    private let store: any PriceStore
    private let audit: AuditChain?
    private let clock: @Sendable () -> UnixMilliseconds
    private var observers: [@Sendable (PriceBook) -> Void] = []
    /// The version in force as it is stored; `nil` before `load`.
    private(set) var newest: PriceVersionRecord?
    /// The operator's prices in force.
    private(set) var document = PriceDocument()

    /// The price list in force; not to be used while there is `damage`.
    private var book = PriceBook.builtIn
    /// Why there is no list in force; `nil` when there is one.
    private var damage: AdminProblem? = AdminProblem(.storeFailed, "the price list has not been read")

    /// Loads nothing yet; see `load`.
    ///
    /// - Parameters:
    ///   - store: Blocks; only this actor's thread calls it here.
    ///   - audit: Chains what the audit trail is to know; `nil` for none.
    ///   - clock: Unix time in milliseconds.
    public init(
        store: any PriceStore,
        audit: AuditChain? = nil,
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.store = store
        self.audit = audit
        self.clock = clock
    }

    /// The store's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Reads the newest version and tells the observers. An empty store gets the built-in list as its first version, and a
    /// list that stands on another built-in one than this program's gets a version that stands on this one.
    ///
    /// - Throws: `.storeFailed`, also when the newest version is not what was stored: nothing is priced by it, nor by the
    ///   built-in list in its place, until a whole document replaces it.
    public func load() throws(AdminProblem) {
        guard let newest = try self.read({ try $0.priceVersions(limit: 1) }).first else {
            return try self.publish(PriceDocument(), source: "built-in \(PriceBook.builtIn.builtIn)")
        }
        let document: PriceDocument
        do throws(AdminProblem) {
            document = try Self.document(of: newest)
        } catch {
            // Its number is taken all the same.
            self.newest = newest
            self.damage = error
            throw error
        }
        guard newest.builtIn == PriceBook.builtIn.builtIn else {
            self.newest = newest
            return try self.publish(document, source: "built-in \(PriceBook.builtIn.builtIn)")
        }
        self.put(newest, document)
    }

    /// Looks at the newest stored version and changes nothing.
    ///
    /// - Parameter store: Where versions are; blocks.
    /// - Returns: Its number; `nil` when there is none yet.
    /// - Throws: `.storeFailed` when it cannot be read or is not what was stored.
    public static func check(_ store: any PriceStore) throws(AdminProblem) -> Int64? {
        guard let newest = try self.read(store, { try $0.priceVersions(limit: 1) }).first else { return nil }
        _ = try self.document(of: newest)
        return newest.version
    }

    /// The price list in force.
    ///
    /// - Returns: The list.
    /// - Throws: `.storeFailed` before `load`, and when the stored one is damaged.
    public func bookInForce() throws(AdminProblem) -> PriceBook {
        if let damage = self.damage { throw damage }
        return self.book
    }

    /// Tells an observer the price list now and after every change. It is called on the actor's thread and must not call
    /// back into the actor and wait.
    public func observe(_ observer: @escaping @Sendable (PriceBook) -> Void) {
        self.observers.append(observer)
        observer(self.book)
    }

    /// Sets the prices of one model, in place of those there were.
    func set(_ entry: PriceDocument.Entry, _ terms: PriceChangeTerms) throws(AdminProblem) -> PriceChangeResult {
        var changed = try self.bookInForce().document
        do throws(PriceFileError) {
            try changed.set(entry)
        } catch {
            throw Self.problem(error)
        }
        return try self.change(to: changed, terms, source: "set \(entry.name)")
    }

    /// Takes a model's own prices away, so that the built-in ones count again.
    func remove(
        _ scope: PriceDocument.Scope,
        _ model: String,
        _ terms: PriceChangeTerms
    ) throws(AdminProblem) -> PriceChangeResult {
        var changed = try self.bookInForce().document
        guard changed.remove(scope, model) else {
            throw AdminProblem(.notFound, "there is no own price of \(scope.name)/\(model)")
        }
        return try self.change(to: changed, terms, source: "unset \(scope.name)/\(model)")
    }

    /// Puts a whole document in place of the operator's prices; also of a damaged one.
    func replace(
        _ document: PriceDocument,
        _ terms: PriceChangeTerms,
        source: String
    ) throws(AdminProblem) -> PriceChangeResult {
        try self.change(to: document, terms, source: source, isFile: true)
    }

    /// Adds a document's entries to the operator's prices.
    func merge(
        _ document: PriceDocument,
        _ terms: PriceChangeTerms,
        source: String
    ) throws(AdminProblem) -> PriceChangeResult {
        var changed = try self.bookInForce().document
        do throws(PriceFileError) {
            changed = try changed.merging(document)
        } catch {
            throw Self.problem(error)
        }
        return try self.change(to: changed, terms, source: source, isFile: true)
    }

    /// Versions, newest first.
    func versions(limit: Int) throws(AdminProblem) -> [PriceVersionRecord] {
        try self.read { try $0.priceVersions(limit: limit) }
    }

    /// One version.
    func version(_ number: Int64) throws(AdminProblem) -> PriceVersionRecord {
        guard let record = try self.read({ try $0.priceVersion(number) }) else {
            throw AdminProblem(.notFound, "there is no version \(number) of the price list")
        }
        _ = try Self.document(of: record)
        return record
    }

    /// A version's document, if it is what was stored.
    private static func document(of record: PriceVersionRecord) throws(AdminProblem) -> PriceDocument {
        let json = Array(record.document.utf8)
        var what = "its checksum does not fit"
        if PriceBook.checksum(of: json) == record.checksum {
            do throws(PriceFileError) { return try PriceDocument.parse(json) } catch { what = error.message }
        }
        throw AdminProblem(
            .storeFailed,
            "version \(record.version) of the price list is damaged (\(what)), and nothing is priced by it; if it is the newest, "
                + "put a whole document in its place: martlet price import FILE --replace --yes"
        )
    }

    /// What a wrong document is told as.
    static func problem(_ error: PriceFileError) -> AdminProblem {
        AdminProblem(.invalidField, error.message, field: error.field.isEmpty ? nil : error.field)
    }

    private func change(
        to document: PriceDocument,
        _ terms: PriceChangeTerms,
        source: String,
        isFile: Bool = false
    ) throws(AdminProblem) -> PriceChangeResult {
        let changes = self.changes(to: document, terms.providers)
        // In a file that is a mistaken unit. Who means it sets that price by itself.
        if isFile, !terms.isDryRun, let absurd = changes.first(where: \.isAbsurd) {
            throw AdminProblem(
                .invalidField,
                "\(absurd.name) would cost a thousand times what it does, or a thousandth: the file's unit is mistaken; nothing of it was taken"
            )
        }
        let drastic = changes.filter(\.isDrastic)
        var result = PriceChangeResult(changes: changes, version: self.newest?.version ?? self.book.version)
        guard !terms.isDryRun, document != self.document || self.damage != nil else { return result }
        if let first = drastic.first, !terms.isConfirmed {
            let what =
                "\(drastic.count) price\(drastic.count == 1 ? "" : "s") would change more than threefold "
                + "(\(first.name) first); send confirm: true (--yes) if that is meant"
            throw AdminProblem(.conflict, what, field: "confirm")
        }
        try self.publish(document, source: source)
        result.version = self.book.version
        result.isApplied = true
        return result
    }

    private func changes(to document: PriceDocument, _ providers: [ProviderRecord]) -> [PriceChange] {
        var vendors: [String: String] = [:]
        var settings: [String: ConfiguredCapabilities] = [:]
        for provider in providers {
            vendors[provider.name] = PriceBook.vendor(kind: provider.kind, baseURL: provider.baseURL)
            // Settings were checked before they were stored; what cannot be read names no models.
            settings[provider.name] = try? ConfiguredCapabilities(settings: provider.settings)
        }
        return PriceDocument.diff(self.document, document, vendors: vendors) { provider, model in
            settings[provider]?.baseModel(of: model)
        }
    }

    private func publish(_ document: PriceDocument, source: String) throws(AdminProblem) {
        let version = (self.newest?.version ?? 0) + 1
        let text = document.json
        let record = PriceVersionRecord(
            version: version,
            createdAt: self.clock(),
            source: String(source.prefix(200)),
            checksum: PriceBook(version: version, document: document).checksum,
            document: String(decoding: text, as: UTF8.self),
            builtIn: PriceBook.builtIn.builtIn
        )
        do {
            try self.store.insertPriceVersion(record, audit: self.audit.map { self.entry(record, document, $0) })
        } catch let error as StorageError where error.code == .conflict {
            throw AdminProblem(.conflict, "the price list changed meanwhile; look again and repeat")
        } catch {
            throw AdminProblem(.storeFailed, "the price list could not be written")
        }
        self.put(record, document)
    }

    /// What the audit trail is to know: how many own prices there were and are, and which version is in force. Every version
    /// is kept, so that the documents can be compared.
    private func entry(_ record: PriceVersionRecord, _ document: PriceDocument, _ chain: AuditChain) -> AuditBatch {
        func fields(_ version: Int64, _ document: PriceDocument) -> String {
            var fields = AuditFields()
            fields.add("version", Int(clamping: version))
            fields.add("prices", document.entries.count)
            return fields.text()
        }
        let context = AuditContext.current
        let draft = AuditDraft(
            at: record.createdAt,
            actor: context.actor,
            origin: context.origin,
            requestID: context.requestID,
            action: "prices.changed",
            objectID: String(record.version),
            objectName: record.source,
            before: self.newest.map { fields($0.version, self.document) },
            after: fields(record.version, document)
        )
        return AuditBatch([draft], seal: chain.seal)
    }

    private func put(_ record: PriceVersionRecord, _ document: PriceDocument) {
        self.newest = record
        self.damage = nil
        self.document = document
        self.book = PriceBook(version: record.version, document: document)
        for observer in self.observers { observer(self.book) }
    }

    private func read<R>(_ body: (any PriceStore) throws -> R) throws(AdminProblem) -> R {
        try Self.read(self.store, body)
    }

    private static func read<R>(
        _ store: any PriceStore,
        _ body: (any PriceStore) throws -> R
    ) throws(AdminProblem) -> R {
        do {
            return try body(store)
        } catch {
            throw AdminProblem(.storeFailed, "the price list could not be read")
        }
    }
}

/// How a change of prices is meant.
struct PriceChangeTerms: Sendable, Equatable {
    /// Only tell what would change.
    var isDryRun = false
    /// More than threefold changes are meant.
    var isConfirmed = false
    /// Whose lists count for providers: a provider's first own price is compared with them.
    var providers: [ProviderRecord] = []
}

/// What a change of prices changes.
struct PriceChangeResult: Sendable {
    /// Each price that changes.
    var changes: [PriceChange]
    /// The version in force afterwards.
    var version: Int64
    /// Whether there is a new version.
    var isApplied = false
}
