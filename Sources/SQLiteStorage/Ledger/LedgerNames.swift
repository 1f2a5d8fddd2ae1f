import Exchange
import GRDB
import Glibc
import Storage

/// The numbers of subjects and of sets of budget periods, which ledger rows hold in place of the texts. What is found or made
/// in a transaction may be kept once that has been committed.
struct LedgerNames {
    /// A row of `ledger_subjects`.
    struct SubjectNumbers {
        var subject: Int64
        /// The same for all subjects of a key.
        var key: Int64
    }

    /// More than this many are forgotten all at once.
    private static let capacity = 4096

    private var subjects: [ExactSubject: SubjectNumbers] = [:]
    /// Equal to one of `subjects`.
    private var latest: (subject: ExactSubject, numbers: SubjectNumbers)?
    private var sets: [[BudgetPeriodKey]: Int64] = [:]
    /// One of `sets`.
    private var latestSet: (periods: [BudgetPeriodKey], number: Int64)?
    /// The number of the sweep since whose beginning every name that was used is known here; 0 when some may not be.
    private(set) var sweep = 0

    /// Knows nothing; nor does anything used since a sweep began go unknown, when its number is given.
    init(sweep: Int = 0) { self.sweep = sweep }

    /// The subjects that are known.
    var knownSubjects: Set<Int64> { Set(self.subjects.values.map(\.subject)) }
    /// The sets that are known.
    var knownSets: Set<Int64> { Set(self.sets.values) }

    /// A subject's numbers, made when it is new.
    mutating func numbers(of subject: LedgerEntry.Subject, _ database: Database) throws -> SubjectNumbers {
        let exact = ExactSubject(subject)
        // Neighbours often have the same.
        if let latest = self.latest, latest.subject == exact {
            // Equal ones are seldom the same object at first; the next ones are this object.
            if !latest.subject.subject.isTriviallyIdentical(to: subject) { self.latest = (exact, latest.numbers) }
            return latest.numbers
        }
        if let known = self.subjects[exact] {
            self.latest = (exact, known)
            return known
        }
        let numbers = try Self.stored(subject, database) ?? Self.insert(subject, database)
        if self.subjects.count >= Self.capacity {
            self.subjects.removeAll()
            self.sweep = 0
        }
        self.subjects[exact] = numbers
        self.latest = (exact, numbers)
        return numbers
    }

    /// The number of a set of periods, made when it is new; `nil` when it is empty.
    mutating func number(of periods: [BudgetPeriodKey], _ database: Database) throws -> Int64? {
        guard !periods.isEmpty else { return nil }
        if let latest = self.latestSet, latest.periods == periods { return latest.number }
        if let known = self.sets[periods] {
            self.latestSet = (periods, known)
            return known
        }
        let text = try BudgetSetText.text(periods)
        let sql = "INSERT INTO ledger_budget_sets (periods) VALUES (?) ON CONFLICT (periods) DO NOTHING"
        try database.execute(sql: sql, arguments: [text])
        let find = "SELECT id FROM ledger_budget_sets WHERE periods = ?"
        guard let number = try Int64.fetchOne(database, sql: find, arguments: [text]) else {
            throw StorageError(.failed, "a set of budgets was not stored")
        }
        if self.sets.count >= Self.capacity {
            self.sets.removeAll()
            self.sweep = 0
        }
        self.sets[periods] = number
        self.latestSet = (periods, number)
        return number
    }

    private static let columns = "key_id, project_id, operation, model, provider, upstream_model, label"

    private static func stored(_ subject: LedgerEntry.Subject, _ database: Database) throws -> SubjectNumbers? {
        let sql = """
            SELECT id, key_number FROM ledger_subjects
            WHERE (\(Self.columns)) = (?, ?, ?, ?, ?, ?, ?)
            """
        guard let row = try Row.fetchOne(database, sql: sql, arguments: StatementArguments(Self.texts(subject))) else {
            return nil
        }
        var reader = RowReader(row, of: "ledger_subjects")
        return SubjectNumbers(subject: try reader.value(), key: try reader.value())
    }

    private static func insert(_ subject: LedgerEntry.Subject, _ database: Database) throws -> SubjectNumbers {
        let texts = Self.texts(subject)
        let find = "SELECT key_number FROM ledger_subjects WHERE key_id = ? LIMIT 1"
        let key = try Int64.fetchOne(database, sql: find, arguments: [texts.first])
        try database.execute(
            sql: "INSERT INTO ledger_subjects (\(Self.columns), key_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: StatementArguments(texts) + [key ?? 0]
        )
        let number = database.lastInsertedRowID
        if key == nil {
            try database.execute(sql: "UPDATE ledger_subjects SET key_number = id WHERE id = ?", arguments: [number])
        }
        return SubjectNumbers(subject: number, key: key ?? number)
    }

    private static func texts(_ subject: LedgerEntry.Subject) -> [String] {
        [
            subject.keyID, subject.projectID, subject.operation.rawValue, subject.model, subject.provider,
            subject.upstreamModel, subject.label,
        ].map(\.withoutZeroBytes)
    }
}

/// A subject that equals another only byte by byte. Strings that look alike (a composed and a decomposed letter) are equal to
/// the language, but name different things here.
private struct ExactSubject: Hashable {
    let subject: LedgerEntry.Subject

    init(_ subject: LedgerEntry.Subject) { self.subject = subject }

    static func == (a: ExactSubject, b: ExactSubject) -> Bool {
        let (a, b) = (a.subject, b.subject)
        if a.isTriviallyIdentical(to: b) { return true }
        return a.operation == b.operation && a.keyID.isSame(as: b.keyID) && a.projectID.isSame(as: b.projectID)
            && a.model.isSame(as: b.model) && a.provider.isSame(as: b.provider)
            && a.upstreamModel.isSame(as: b.upstreamModel) && a.label.isSame(as: b.label)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(self.subject.keyID)
        hasher.combine(self.subject.model)
        hasher.combine(self.subject.upstreamModel)
    }
}

extension String {
    /// Whether both have the same bytes.
    func isSame(as other: String) -> Bool {
        let isSame = self.utf8.withContiguousStorageIfAvailable { a in
            other.utf8.withContiguousStorageIfAvailable { b in
                guard a.count == b.count else { return false }
                guard let first = a.baseAddress, let second = b.baseAddress else { return true }
                return memcmp(first, second, a.count) == 0
            }
        }
        return (isSame ?? nil) ?? self.utf8.elementsEqual(other.utf8)
    }
}

/// A set of budget periods as JSON text: `[["bud_x",0]]`.
enum BudgetSetText {
    static func text(_ periods: [BudgetPeriodKey]) throws -> String { try jsonText(periods.map(Period.init)) }

    /// The next column of a row as periods; none when it is NULL.
    static func periods(_ reader: inout RowReader) throws -> [BudgetPeriodKey] {
        try reader.json([Period].self)?.map(\.key) ?? []
    }

    private struct Period: Codable {
        var key: BudgetPeriodKey

        init(_ key: BudgetPeriodKey) { self.key = key }

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            let id = try values.decode(String.self)
            self.key = BudgetPeriodKey(budgetID: id, startsAt: try values.decode(UnixMilliseconds.self))
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.unkeyedContainer()
            try values.encode(self.key.budgetID)
            try values.encode(self.key.startsAt)
        }
    }
}
