import Exchange
import Policy
import Storage

/// Brings the file's rows to what a document says. Runs among changes that are made together.
extension Administration {
    /// What is gone first makes room; what others need comes before them, and goes after them.
    func declare(_ document: DeclaredDocument) throws(AdminProblem) {
        let models = Set(document.models.map { Array($0.name.utf8) })
        for model in self.stored.models where model.origin == .file && !models.contains(Array(model.name.utf8)) {
            try self.deleteModel(id: model.id)
        }
        _ = try Self.each(document.projects, "projects", \.name) { draft throws(AdminProblem) in try self.declare(draft)
        }
        try self.deleteBudgets(beside: document)
        _ = try Self.each(document.providers, "providers", \.name) { draft throws(AdminProblem) in
            try self.declare(draft)
        }
        _ = try Self.each(document.models, "models", \.name) { draft throws(AdminProblem) in try self.declare(draft) }
        _ = try Self.each(document.budgets, "budgets", \.period.rawValue) { draft throws(AdminProblem) in
            try self.declare(draft)
        }
        let providers = Set(document.providers.map(\.name))
        for provider in self.stored.providers where provider.origin == .file && !providers.contains(provider.name) {
            try self.deleteProvider(id: provider.id)
        }
        let projects = Set(document.projects.map(\.name))
        for project in self.stored.projects where project.origin == .file && !projects.contains(project.name) {
            try self.deleteProject(id: project.id)
        }
    }

    private func declare(_ draft: ProjectDraft) throws(AdminProblem) {
        guard let project = self.stored.projects.first(where: { $0.name == draft.name }) else {
            _ = try self.createProject(draft)
            return
        }
        var change = ProjectChange()
        change.isEnabled = .set(draft.isEnabled)
        change.limits = LimitsChange(replacingAllBy: draft.limits)
        change.bodies = BodyRulesChange(replacingAllBy: draft.bodies)
        try self.unlessSame(project, project.origin) { () throws(AdminProblem) in
            try self.changeProject(id: project.id, change)
        }
    }

    private func declare(_ draft: ProviderDraft) throws(AdminProblem) {
        guard let provider = self.stored.providers.first(where: { $0.name == draft.name }) else {
            _ = try self.createProvider(draft)
            return
        }
        guard provider.kind == draft.kind else {
            throw .field("kind", "stays \(provider.kind) for the provider of this name; name the new one otherwise")
        }
        var change = ProviderChange()
        change.baseURL = .set(draft.baseURL ?? "")
        change.settings = .set(draft.settings)
        change.isEnabled = .set(draft.isEnabled)
        if let secret = draft.secret, !self.holds(provider, secret) { change.secret = .set(secret) }
        try self.unlessSame(provider, provider.origin) { () throws(AdminProblem) in
            try self.changeProvider(id: provider.id, change)
        }
    }

    private func declare(_ draft: ModelDraft) throws(AdminProblem) {
        guard let model = self.stored.models.first(where: { $0.name.utf8.elementsEqual(draft.name.utf8) }) else {
            _ = try self.createModel(draft)
            return
        }
        var change = ModelChange()
        change.targets = .set(draft.targets)
        change.routing = RoutingChange(replacingAllBy: draft.routing)
        change.isEnabled = .set(draft.isEnabled)
        try self.unlessSame(model, model.origin) { () throws(AdminProblem) in
            try self.changeModel(id: model.id, change)
        }
    }

    private func declare(_ draft: BudgetDraft) throws(AdminProblem) {
        let scope = self.resolvedScope(draft.scope)
        let same = self.stored.budgets.first { $0.scope == scope && $0.period == draft.period }
        guard let budget = same else {
            _ = try self.createBudget(draft)
            return
        }
        guard budget.timeZone == draft.timeZone else {
            throw .field(
                "time_zone",
                "stays \(budget.timeZone) for this budget: it says which spending counts; delete the budget first"
            )
        }
        var change = BudgetChange()
        change.amountNanoUSD = .set(draft.amountNanoUSD)
        change.isHard = .set(draft.isHard)
        change.isUpperBound = .set(draft.isUpperBound)
        try self.unlessSame(budget, budget.origin) { () throws(AdminProblem) in
            try self.changeBudget(id: budget.id, change)
        }
    }

    private func deleteBudgets(beside document: DeclaredDocument) throws(AdminProblem) {
        let kept = document.budgets.map { (scope: self.resolvedScope($0.scope), period: $0.period) }
        for budget in self.stored.budgets where budget.origin == .file {
            guard !kept.contains(where: { $0.scope == budget.scope && $0.period == budget.period }) else { continue }
            try self.deleteBudget(id: budget.id)
        }
    }

    /// A scope with its project's id, where there is such a project.
    private func resolvedScope(_ scope: BudgetScope) -> BudgetScope {
        guard case .project(let reference) = scope else { return scope }
        let project = self.stored.projects.first { $0.name == reference || $0.id == reference }
        return .project(project?.id ?? reference)
    }

    /// Whether a provider has this credential.
    private func holds(_ provider: ProviderRecord, _ secret: Secret) -> Bool {
        guard let sealed = provider.sealedSecret else { return false }
        let opened = try? self.secretBox.open(sealed, context: .providerSecret(row: provider.id))
        return opened == secret
    }

    /// Makes a change unless it leaves the row as it is: a row that is not touched does not become newer.
    private func unlessSame<Row: AuditedRow>(
        _ row: Row,
        _ origin: RecordOrigin,
        _ change: () throws(AdminProblem) -> Row
    ) throws(AdminProblem) {
        let mark = self.pendingMark
        let changed = try change()
        guard origin == .file, changed.auditFields == row.auditFields else { return }
        self.forgetPending(since: mark)
    }
}

extension AdminProblem {
    /// The problem as one of a row in a document.
    func placed(_ place: String, _ name: String) -> AdminProblem {
        let field = self.field.map { "\(place).\($0)" } ?? place
        let isAboutField = self.field.map { self.detail.hasPrefix($0 + " ") } ?? false
        let detail = isAboutField ? "\(place).\(self.detail)" : "\(place) (\(name.prefix(64))): \(self.detail)"
        return AdminProblem(self.code, detail, field: field)
    }
}
