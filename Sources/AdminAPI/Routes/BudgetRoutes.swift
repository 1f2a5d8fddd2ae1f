import Storage
import Wire

/// Budgets: list, show, create, change, reset, delete. Amounts are dollars as decimal text.
enum BudgetRoutes {
    private static let fixed = ["scope", "period", "time_zone"]
    private static let changeable = ["amount_usd", "kind", "bound"]

    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/budgets"
        let administration = services.administration
        return [
            AdminRoute(.get, path, "lists budgets by creation, and how they stand") { call throws(AdminProblem) in
                try await self.list(call, services)
            }.documented(BudgetOperations.list),
            AdminRoute(.post, path, takesBody: true, "creates a budget") { call throws(AdminProblem) in
                let draft = try AdminBody.read(call.body, self.draftFields, self.draft)
                try call.scope(await administration.configuration).check(draft)
                let budget = try await administration.createBudget(draft)
                return try await self.answer(budget, services, status: 201)
            }.documented(BudgetOperations.create),
            AdminRoute(.get, "\(path)/{id}", "shows a budget and how it stands") { call throws(AdminProblem) in
                try await self.answer(try await administration.budget(id: call.id), services)
            }.documented(BudgetOperations.show),
            AdminRoute(.patch, "\(path)/{id}", takesBody: true, "changes a budget") { call throws(AdminProblem) in
                let change = try self.change(call.body)
                try call.scope(await administration.configuration).check(change, ofBudget: call.id)
                let budget = try await administration.changeBudget(id: call.id, change)
                return try await self.answer(budget, services)
            }.documented(BudgetOperations.change),
            AdminRoute(.post, "\(path)/{id}/reset", "begins a budget's period anew") { call throws(AdminProblem) in
                try call.scope(await administration.configuration).check(ofBudget: call.id)
                return try await self.answer(try await administration.resetBudget(id: call.id), services)
            }.documented(BudgetOperations.reset),
            AdminRoute(.delete, "\(path)/{id}", "deletes a budget; its ledger rows stay") {
                call throws(AdminProblem) in
                try call.scope(await administration.configuration).check(ofBudget: call.id)
                try await administration.deleteBudget(id: call.id)
                return .noContent
            }.documented(BudgetOperations.delete),
        ]
    }

    private static func list(_ call: AdminCall, _ services: AdminServices) async throws(AdminProblem) -> AdminAnswer {
        try call.query.allow("limit", "after", "key", "project", "period")
        let configuration = await services.administration.configuration
        let names = Dictionary(configuration.projects.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let budgets = configuration.budgets.filter { budget in
            guard call.principal.sees(budget.scope, in: configuration) else { return false }
            guard call.query.matches("period", budget.period.rawValue) else { return false }
            switch budget.scope {
            case .key(let id): return call.query["project"] == nil && call.query.matches("key", id)
            case .project(let id):
                let isNamed = call.query.matches("project", id) || call.query.matches("project", names[id] ?? "")
                return call.query["key"] == nil && isNamed
            }
        }
        let page = try AdminPage(of: budgets, list: "budgets", query: call.query) {
            "\(Timestamp.text($0.createdAt)) \($0.id)"
        }
        let shown = AdminPage(entries: try await services.show(page.entries), next: page.next)
        return shown.answer { writer, budget in writer.object { budget.write(to: &$0) } }
    }

    private static func answer(
        _ budget: BudgetRecord,
        _ services: AdminServices,
        status: Int = 200
    ) async throws(AdminProblem) -> AdminAnswer {
        let shown = try await services.show([budget])
        return .object(status: status) { writer in
            for budget in shown { budget.write(to: &writer) }
        }
    }

    /// What describes a budget to be made.
    static let draftFields = Self.fixed + Self.changeable

    static func draft(_ body: AdminBody) throws(AdminProblem) -> BudgetDraft {
        guard let scope = try body.object("scope", ["key", "project"], self.scope) else {
            throw body.wrong("scope", "is needed")
        }
        guard let amount = try body.dollars("amount_usd") else { throw body.wrong("amount_usd", "is needed") }
        guard let period: BudgetPeriodKind = try body.choice("period") else {
            throw body.wrong("period", "is needed")
        }
        var draft = BudgetDraft(scope: scope, amountNanoUSD: amount, period: period)
        draft.timeZone = try body.string("time_zone") ?? draft.timeZone
        draft.isHard = (try body.choice("kind") ?? BudgetKind.hard) == .hard
        draft.isUpperBound = (try body.choice("bound") ?? BudgetBound.expected) == .upper
        return draft
    }

    private static func scope(_ body: AdminBody) throws(AdminProblem) -> BudgetScope {
        switch (try body.string("key"), try body.string("project")) {
        case (let id?, nil): return .key(id)
        case (nil, let reference?): return .project(reference)
        case (nil, nil), (.some, .some):
            throw AdminProblem(.invalidField, "scope must name either a key or a project", field: "scope")
        }
    }

    private static func change(_ body: [UInt8]) throws(AdminProblem) -> BudgetChange {
        try AdminBody.read(body, self.changeable + self.fixed) { body throws(AdminProblem) in
            for name in self.fixed where body.root.member(name) != nil {
                throw body.wrong(name, "stays as it is; delete the budget and make another")
            }
            var change = BudgetChange()
            change.amountNanoUSD = try body.change("amount_usd", body.dollars)
            if let kind: BudgetKind = try body.choice("kind") { change.isHard = .set(kind == .hard) }
            if let bound: BudgetBound = try body.choice("bound") { change.isUpperBound = .set(bound == .upper) }
            return change
        }
    }
}
