/// The limiters of one scope: of a key or a project, for all models or one.
struct ScopeLimiters: Sendable {
    let scope: LimitScope
    let requests: RateLimiter?
    let tokens: RateLimiter?
    let concurrency: ConcurrencyLimiter?

    var isEmpty: Bool { self.requests == nil && self.tokens == nil && self.concurrency == nil }

    /// The limiters for some limits: the same objects as before, as long as there is a limit.
    init(
        _ limits: KeyLimits.ModelLimits,
        scope: LimitScope,
        after old: ScopeLimiters?,
        in table: AdmissionTable,
        at now: MonotonicInstant
    ) {
        let rate = { (perMinute: Int?, old: RateLimiter?) -> RateLimiter? in
            guard let rate = perMinute.map(LimitRate.perMinute) else { return nil }
            guard let old else { return RateLimiter(rate, in: table) }
            old.change(to: rate, at: now)
            return old
        }
        self.scope = scope
        self.requests = rate(limits.requestsPerMinute, old?.requests)
        self.tokens = rate(limits.tokensPerMinute, old?.tokens)
        self.concurrency = limits.concurrentRequests.map { limit in
            guard let old = old?.concurrency else { return ConcurrencyLimiter(limit, in: table) }
            old.change(to: limit)
            return old
        }
    }
}

/// Everything that limits one key, or one project.
struct ScopeLimits: Sendable {
    let general: ScopeLimiters
    let models: [ModelName: ScopeLimiters]
    let accounts: [BudgetAccount]

    init(
        _ owner: LimitScope.Owner,
        _ limits: KeyLimits,
        _ budgets: [BudgetFacts],
        after old: ScopeLimits?,
        in table: AdmissionTable,
        at now: MonotonicInstant
    ) {
        self.general = ScopeLimiters(
            limits.general,
            scope: LimitScope(owner),
            after: old?.general,
            in: table,
            at: now
        )
        var models: [ModelName: ScopeLimiters] = [:]
        for (model, limits) in limits.models {
            let name = ModelName(model)
            let scope = LimitScope(owner, model: model)
            models[name] = ScopeLimiters(limits, scope: scope, after: old?.models[name], in: table, at: now)
        }
        self.models = models.filter { !$0.value.isEmpty }
        self.accounts = budgets.map { BudgetAccount($0, in: table) }
    }
}

/// The sets of one key: made when first asked for a model that has limits of its own.
struct KeyLimitSets: Sendable {
    let general: LimitSet
    private let key: ScopeLimits
    private let project: ScopeLimits
    private let models: ModelLimitSets?

    init(key: ScopeLimits, project: ScopeLimits) {
        self.key = key
        self.project = project
        let all = [key.general, project.general].filter { !$0.isEmpty }
        let accounts = key.accounts + project.accounts
        self.general = all.isEmpty && accounts.isEmpty ? .unlimited : LimitSet(all, accounts: accounts)
        self.models = key.models.isEmpty && project.models.isEmpty ? nil : ModelLimitSets()
    }

    func set(for model: String) -> LimitSet {
        guard let models = self.models else { return self.general }
        let name = ModelName(model)
        let (key, project) = (self.key.models[name], self.project.models[name])
        if key == nil && project == nil { return self.general }
        return models.set(name) {
            let all = [self.key.general, key, self.project.general, project].compactMap(\.self)
            return LimitSet(all.filter { !$0.isEmpty }, accounts: self.key.accounts + self.project.accounts)
        }
    }

    /// The models that have limits of their own, of the key or its project, by name.
    var limitedModels: [String] {
        Set(self.key.models.keys).union(self.project.models.keys).map(\.text).sorted()
    }

    /// What outlives the entry.
    var keyScope: ScopeLimits { self.key }
}
