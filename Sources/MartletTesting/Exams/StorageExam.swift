public import Storage

/// One question that every storage engine must answer; all of them together are the exam.
///
/// Ask them with a factory that makes a new, empty store at each call.
public struct StorageExam: Sendable, CustomStringConvertible {
    /// What is examined: all roles in one engine.
    public typealias Store = any ConfigurationStore & RequestLog & LedgerStore & PriceStore & AuditStore & AccessStore

    /// A sentence about the behaviour that is asked for.
    public let description: String
    private let body: @Sendable (Store) throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (Store) throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Every question.
    public static var all: [StorageExam] {
        Self.projectQuestions + Self.keyQuestions + Self.providerQuestions + Self.modelQuestions + Self.settingQuestions
            + Self.requestQuestions + Self.listingQuestions + Self.concurrencyQuestions + Self.ledgerQuestions
            + Self.usageQuestions + Self.retentionQuestions + Self.budgetQuestions + Self.priceQuestions
            + Self.auditQuestions + Self.grantQuestions + Self.scopeQuestions
    }

    /// Asks the question of a new store.
    ///
    /// - Throws: An `ExamFailure` when the answer is wrong, or what the store threw.
    public func ask(_ makeStore: () throws -> Store) throws {
        try self.body(try makeStore())
    }
}

/// A wrong answer.
public struct ExamFailure: Error, CustomStringConvertible {
    /// What was expected and what came.
    public let description: String
}

/// Fails unless both are equal.
func expectEqual<Value: Equatable>(_ actual: Value, _ expected: Value, _ subject: String) throws(ExamFailure) {
    guard actual != expected else { return }
    throw ExamFailure(description: "\(subject): expected \(expected), got \(actual)")
}

/// Fails unless `body` throws a `StorageError` of this code with a message.
func expectError(_ code: StorageError.Code, _ subject: String, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as StorageError {
        try expectEqual(error.code, code, subject)
        guard error.message.isEmpty else { return }
        throw ExamFailure(description: "\(subject): the error says nothing")
    }
    throw ExamFailure(description: "\(subject): expected the error \(code), got none")
}
