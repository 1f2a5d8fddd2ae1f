import Exchange
import Storage

/// What somebody who is held to projects may do with keys and budgets: only in those projects, and never more than the project
/// itself was given. Whoever is held to nothing is let through.
struct ScopeRules {
    let principal: AdminPrincipal
    let configuration: StoredConfiguration

    /// A key to be made.
    func check(_ draft: KeyDraft) throws(AdminProblem) {
        guard self.principal.isScoped else { return }
        let project = self.configuration.projects.first { $0.name == draft.project || $0.id == draft.project }
        // The same answer as for a project that there is not.
        guard let project, self.principal.sees(project: project.id) else {
            throw .field("project", "must be the name or id of a project")
        }
        try self.check(draft.limits, of: project)
        try GrantRules.check(self.principal, givesUntil: draft.expiresAt, now: .min)
    }

    /// A key to be changed; that it may be seen was checked before.
    func check(_ change: KeyChange, ofKey id: String) throws(AdminProblem) {
        guard self.principal.isScoped, let key = self.configuration.keys.first(where: { $0.id == id }) else { return }
        if let project = self.configuration.projects.first(where: { $0.id == key.projectID }) {
            try self.check(change.limits.applied(to: key.limits), of: project)
        }
        if case .set(let expiry) = change.expiresAt {
            try GrantRules.check(self.principal, givesUntil: expiry, now: .min)
        }
    }

    /// A budget to be made.
    func check(_ draft: BudgetDraft) throws(AdminProblem) {
        guard self.principal.isScoped else { return }
        switch draft.scope {
        case .project(let reference):
            let project = self.configuration.projects.first { $0.name == reference || $0.id == reference }
            guard let project, self.principal.sees(project: project.id) else {
                throw .field("scope.project", "must be the name or id of a project")
            }
            throw Self.ofProject
        case .key(let id):
            let key = self.configuration.keys.first { $0.id == id }
            guard let key, self.principal.sees(project: key.projectID) else {
                throw .field("scope.key", "must be the id of a key")
            }
            try self.check(draft.amountNanoUSD, draft.period, project: key.projectID)
        }
    }

    /// A budget to be changed, begun anew or deleted.
    func check(_ change: BudgetChange = BudgetChange(), ofBudget id: String) throws(AdminProblem) {
        guard self.principal.isScoped, let budget = self.configuration.budgets.first(where: { $0.id == id }) else {
            return
        }
        switch budget.scope {
        case .project: throw Self.ofProject
        case .key(let id):
            guard let key = self.configuration.keys.first(where: { $0.id == id }) else { return }
            let amount = change.amountNanoUSD.applied(to: budget.amountNanoUSD)
            try self.check(amount, budget.period, project: key.projectID)
        }
    }

    private static let ofProject = AdminProblem(
        .grantTooLarge,
        "a project's own budget is given by an admin; you may give its keys theirs",
        field: "scope"
    )

    private func check(_ amount: Int64, _ period: BudgetPeriodKind, project id: String) throws(AdminProblem) {
        let own = self.configuration.budgets.first { $0.scope == .project(id) && $0.period == period }
        guard let own, amount > own.amountNanoUSD else { return }
        throw AdminProblem(
            .grantTooLarge,
            "amount_usd must not be more than the project's \(NanoUSD.text(own.amountNanoUSD))",
            field: "amount_usd"
        )
    }

    private func check(_ limits: LimitsRecord, of project: ProjectRecord) throws(AdminProblem) {
        for (name, path) in Self.limited {
            guard let limit = limits[keyPath: path], let most = project.limits[keyPath: path], limit > most else {
                continue
            }
            throw AdminProblem(
                .grantTooLarge,
                "limits.\(name) must be at most the project's \(most), got \(limit)",
                field: "limits.\(name)"
            )
        }
    }

    private static var limited: [(name: String, path: KeyPath<LimitsRecord, Int?>)] {
        [
            ("requests_per_minute", \.requestsPerMinute), ("tokens_per_minute", \.tokensPerMinute),
            ("concurrent_requests", \.concurrentRequests),
        ]
    }
}

extension AdminCall {
    /// What its caller may do with keys and budgets.
    func scope(_ configuration: StoredConfiguration) -> ScopeRules {
        ScopeRules(principal: self.principal, configuration: configuration)
    }
}
