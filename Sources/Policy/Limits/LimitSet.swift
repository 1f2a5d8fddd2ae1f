import Synchronization

/// All limits that one request of a key meets: requests, tokens and places in flight of key and project, for all models
/// and for the one asked for, and all budgets. Worked out once, so that admitting allocates nothing for it.
///
/// Whoever holds it keeps the limits alive: what a deleted key has in flight still ends well.
public final class LimitSet: Sendable {
    /// Nothing is limited.
    public static let unlimited = LimitSet([], accounts: [])

    let requests: [Int]
    let tokens: [Int]
    let concurrency: [Int]
    let budgets: [Int]
    /// The slot of the only limit, when it is one of requests: the common case.
    let onlyRequests: Int?
    /// Whether the end of a request changes anything.
    let hasEnd: Bool
    let isEmpty: Bool

    private let scopes: (requests: [LimitScope], tokens: [LimitScope], concurrency: [LimitScope])
    private let limiters: [ScopeLimiters]
    private let accounts: [BudgetAccount]

    init(_ limiters: [ScopeLimiters], accounts: [BudgetAccount]) {
        let requests = limiters.compactMap { each in each.requests.map { ($0.slot, each.scope) } }
        let tokens = limiters.compactMap { each in each.tokens.map { ($0.slot, each.scope) } }
        let concurrency = limiters.compactMap { each in each.concurrency.map { ($0.slot, each.scope) } }
        self.requests = requests.map(\.0)
        self.tokens = tokens.map(\.0)
        self.concurrency = concurrency.map(\.0)
        self.budgets = accounts.map(\.slot)
        self.scopes = (requests.map(\.1), tokens.map(\.1), concurrency.map(\.1))
        self.hasEnd = !tokens.isEmpty || !concurrency.isEmpty || !accounts.isEmpty
        self.isEmpty = requests.isEmpty && !self.hasEnd
        self.onlyRequests = !self.hasEnd && requests.count == 1 ? requests[0].0 : nil
        self.limiters = limiters
        self.accounts = accounts
    }

    /// Whether a budget of this set counts in money, so that a demand must be priced.
    public var hasBudgets: Bool { !self.budgets.isEmpty }
    /// Whether a budget of this set wants a true bound, so that an output cap must be sent along.
    public var wantsUpperBound: Bool { self.accounts.contains { $0.isUpperBound } }

    func isUpperBound(_ index: Int) -> Bool { self.accounts[index].isUpperBound }
    func requestScope(_ index: Int) -> LimitScope { self.scopes.requests[index] }
    func tokenScope(_ index: Int) -> LimitScope { self.scopes.tokens[index] }
    func concurrencyScope(_ index: Int) -> LimitScope { self.scopes.concurrency[index] }
}
