import Testing

@testable import Policy

/// A key in a project under one table, reloaded at will.
struct LimitWorld {
    let table = AdmissionTable()
    var keys = KeyTable.empty
    let start = MonotonicInstant(microseconds: 5_000_000)
    var wall: Int64 = 1_000

    init(
        key: KeyLimits = KeyLimits(),
        _ keyBudgets: [BudgetFacts] = [],
        project: KeyLimits = KeyLimits(),
        _ projectBudgets: [BudgetFacts] = []
    ) {
        self.load(key: key, keyBudgets, project: project, projectBudgets)
    }

    /// Reloads all rows.
    mutating func load(
        key: KeyLimits = KeyLimits(),
        _ keyBudgets: [BudgetFacts] = [],
        project: KeyLimits = KeyLimits(),
        _ projectBudgets: [BudgetFacts] = [],
        hasKey: Bool = true
    ) {
        let digest = [UInt8](repeating: 1, count: 32)
        var facts = KeyFacts(id: "a", name: "a", projectID: "p", digest: digest, verifier: "v")
        facts.limits = key
        facts.budgets = keyBudgets
        let row = KeyProject(id: "p", name: "p", isEnabled: true, limits: project, budgets: projectBudgets)
        self.keys = self.keys.successor(
            keys: hasKey ? [facts] : [],
            projects: [row],
            limits: self.table,
            now: self.start
        )
    }

    func limits(_ model: String = "fast") throws -> LimitSet {
        try #require(self.keys.entry(id: "a")).limits(for: model)
    }

    func admit(_ demand: Demand = .none, model: String = "fast", at seconds: Int64 = 0) throws -> AdmissionOutcome {
        let now = MonotonicInstant(microseconds: self.start.microseconds + seconds * 1_000_000)
        return self.table.admit(try self.limits(model), demand, at: now, wall: self.wall)
    }

    /// One that must be let in, and is sent.
    func sent(_ demand: Demand = .none, model: String = "fast", at seconds: Int64 = 0) throws -> Admission {
        guard case .admitted(let admission, _) = try self.admit(demand, model: model, at: seconds) else {
            throw Unexpected()
        }
        admission.markSent()
        return admission
    }

    /// One that must not be let in.
    func refusal(_ demand: Demand = .none, model: String = "fast", at seconds: Int64 = 0) throws -> AdmissionRefusal {
        guard case .refused(let refusal) = try self.admit(demand, model: model, at: seconds) else { throw Unexpected() }
        return refusal
    }

    func view(_ id: String = "b") throws -> BudgetView {
        try #require(self.table.view(id, wall: self.wall))
    }

    /// How many of a thousand at once are let in; each ends as told.
    func thousand(_ demand: Demand, end: @escaping @Sendable (Admission) -> Void) async throws -> Int {
        let (limits, table, start, wall) = (try self.limits(), self.table, self.start, self.wall)
        return await withTaskGroup(of: Admission?.self) { group in
            for _ in 0..<1_000 {
                group.addTask {
                    guard case .admitted(let admission, _) = table.admit(limits, demand, at: start, wall: wall) else {
                        return nil
                    }
                    admission.markSent()
                    return admission
                }
            }
            var admitted: [Admission] = []
            for await case .some(let admission) in group { admitted.append(admission) }
            for admission in admitted { end(admission) }
            return admitted.count
        }
    }

    struct Unexpected: Error {}
}

extension BudgetFacts {
    static func test(
        _ id: String,
        _ amount: Int64,
        isHard: Bool = true,
        isUpper: Bool = false,
        boundaries: [Int64] = [0],
        spent: Int64 = 0,
        resetAt: Int64? = nil
    ) -> BudgetFacts {
        BudgetFacts(
            id: id,
            scopeLabel: "key a",
            amountNanoUSD: amount,
            periodName: "daily",
            isHard: isHard,
            isUpperBound: isUpper,
            schedule: BudgetSchedule(boundaries: boundaries),
            spentNanoUSD: spent,
            resetAt: resetAt
        )
    }
}

extension BudgetFacts {
    static func test(
        _ amount: Int64,
        isHard: Bool = true,
        isUpper: Bool = false,
        boundaries: [Int64] = [0],
        spent: Int64 = 0,
        resetAt: Int64? = nil
    ) -> BudgetFacts {
        .test(
            "b",
            amount,
            isHard: isHard,
            isUpper: isUpper,
            boundaries: boundaries,
            spent: spent,
            resetAt: resetAt
        )
    }
}

extension Demand {
    /// Tokens and money of one request.
    static func test(_ expected: Int64 = 0, upper: Int64? = nil, input: Int = 0, output: Int = 0) -> Demand {
        Demand(inputTokens: input, outputTokens: output, expectedNanoUSD: expected, upperNanoUSD: upper)
    }
}
