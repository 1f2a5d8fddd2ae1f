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
    private let clock: @Sendable () -> UnixMilliseconds
    private var observers: [@Sendable (PriceBook) -> Void] = []
    /// The version in force as it is stored; `nil` before `load`.
    private(set) var newest: PriceVersionRecord?
    /// The operator's prices in force.
    private(set) var document = PriceDocument()

    /// The price list in force: the built-in one until `load`.
    public private(set) var book = PriceBook.builtIn

    /// Loads nothing yet; see `load`.
    ///
    /// - Parameters:
    ///   - store: Blocks; only this actor's thread calls it here.
    ///   - clock: Unix time in milliseconds.
    public init(store: any PriceStore, clock: @escaping @Sendable () -> UnixMilliseconds) {
        self.store = store
        self.clock = clock
    }

    /// The store's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Reads the newest version and tells the observers. An empty store gets the built-in list as its first version, and a
    /// list that stands on another built-in one than this program's gets a version that stands on this one.
    ///
    /// - Throws: `.storeFailed`, also when the newest version cannot be read any more.
    public func load() throws(AdminProblem) {
        guard let newest = try self.read({ try $0.priceVersions(limit: 1) }).first else {
            return try self.publish(PriceDocument(), source: "built-in \(PriceBook.builtIn.builtIn)")
        }
        let document: PriceDocument
        do throws(PriceFileError) {
            document = try PriceDocument.parse(Array(newest.document.utf8))
        } catch {
            throw AdminProblem(.storeFailed, "version \(newest.version) of the price list is damaged: \(error.message)")
        }
        guard newest.builtIn == PriceBook.builtIn.builtIn else {
            self.newest = newest
            return try self.publish(document, source: "built-in \(PriceBook.builtIn.builtIn)")
        }
        self.put(newest, document)
    }

    /// Tells an observer the price list now and after every change. It is called on the actor's thread and must not call
    /// back into the actor and wait.
    public func observe(_ observer: @escaping @Sendable (PriceBook) -> Void) {
        self.observers.append(observer)
        observer(self.book)
    }

    /// Sets the prices of one model, in place of those there were.
    func set(_ entry: PriceDocument.Entry, _ terms: PriceChangeTerms) throws(AdminProblem) -> PriceChangeResult {
        var changed = self.document
        do throws(PriceFileError) {
            try changed.set(entry)
        } catch {
            throw Self.problem(error)
        }
        return try self.change(to: changed, terms, source: "set \(entry.name)")
    }

    /// Takes a model's own prices away, so that the built-in ones count again.
    func remove(_ scope: PriceDocument.Scope, _ model: String) throws(AdminProblem) -> PriceChangeResult {
        var changed = self.document
        guard changed.remove(scope, model) else {
            throw AdminProblem(.notFound, "there is no own price of \(scope.name)/\(model)")
        }
        return try self.change(to: changed, PriceChangeTerms(isConfirmed: true), source: "unset \(scope.name)/\(model)")
    }

    /// Puts a whole document in place of the operator's prices.
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
        var changed = self.document
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
        return record
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
        let changes = PriceDocument.diff(self.document, document)
        // In a file that is a mistaken unit. Who means it sets that price by itself.
        if isFile, !terms.isDryRun, let absurd = changes.first(where: \.isAbsurd) {
            throw AdminProblem(
                .invalidField,
                "\(absurd.name) would cost a thousand times what it does, or a thousandth: the file's unit is mistaken; nothing of it was taken"
            )
        }
        let drastic = changes.filter(\.isDrastic)
        var result = PriceChangeResult(changes: changes, version: self.book.version)
        guard !terms.isDryRun, document != self.document else { return result }
        if let first = drastic.first, !terms.isConfirmed {
            let what =
                "\(drastic.count) price\(drastic.count == 1 ? "" : "s") would change more than threefold "
                + "(\(first.name) first); send confirm: true if that is meant"
            throw AdminProblem(.conflict, what, field: "confirm")
        }
        try self.publish(document, source: source)
        result.version = self.book.version
        result.isApplied = true
        return result
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
            try self.store.insertPriceVersion(record)
        } catch let error as StorageError where error.code == .conflict {
            throw AdminProblem(.conflict, "the price list changed meanwhile; look again and repeat")
        } catch {
            throw AdminProblem(.storeFailed, "the price list could not be written")
        }
        self.put(record, document)
    }

    private func put(_ record: PriceVersionRecord, _ document: PriceDocument) {
        self.newest = record
        self.document = document
        self.book = PriceBook(version: record.version, document: document)
        for observer in self.observers { observer(self.book) }
    }

    private func read<R>(_ body: (any PriceStore) throws -> R) throws(AdminProblem) -> R {
        do {
            return try body(self.store)
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
