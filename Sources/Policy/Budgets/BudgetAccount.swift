/// A hold on one budget's account in the table. The account is known by the budget's id and lives as long as anyone
/// holds it: tables of keys hand it on, and what is in flight keeps that of a deleted budget until it has ended.
final class BudgetAccount: Sendable {
    let slot: Int
    let isUpperBound: Bool
    private let table: AdmissionTable

    /// Opens the account, or changes it to new facts when it is open.
    init(_ facts: BudgetFacts, in table: AdmissionTable) {
        self.table = table
        self.isUpperBound = facts.isUpperBound
        self.slot = table.register(budget: facts)
    }

    deinit {
        self.table.unregister(budget: self.slot)
    }
}
