import Exchange
import Storage
import Wire

extension DeclaredDocument {
    /// The document as JSON that reads back as the same document. What is at its default is left out.
    ///
    /// - Parameter withSecrets: Whether credentials are in it.
    /// - Returns: One object; sections without rows are not there.
    public func json(withSecrets: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            self.write(self.projects, "projects", to: &writer) { Self.write($0, to: &$1) }
            self.write(self.providers, "providers", to: &writer) { provider, writer in
                Self.write(provider, withSecrets: withSecrets, to: &writer)
            }
            self.write(self.models, "models", to: &writer) { Self.write($0, to: &$1) }
            self.write(self.budgets, "budgets", to: &writer) { Self.write($0, to: &$1) }
        }
        return writer.bytes
    }

    private func write<Draft>(
        _ drafts: [Draft],
        _ section: String,
        to writer: inout JSONWriter,
        _ write: (Draft, inout JSONWriter) -> Void
    ) {
        guard !drafts.isEmpty else { return }
        writer.key(section)
        writer.array { writer in
            for draft in drafts { writer.object { write(draft, &$0) } }
        }
    }

    private static func write(_ project: ProjectDraft, to writer: inout JSONWriter) {
        writer.member("name", project.name)
        if !project.isEnabled { writer.member("enabled", false) }
        if project.limits != LimitsRecord() { LimitFields.write(project.limits, sparsely: true, to: &writer) }
        if project.bodies != BodyRules() { BodyRulesFields.write(project.bodies, to: &writer) }
    }

    private static func write(_ provider: ProviderDraft, withSecrets: Bool, to writer: inout JSONWriter) {
        writer.member("name", provider.name)
        writer.member("kind", provider.kind)
        if let baseURL = provider.baseURL { writer.member("base_url", baseURL) }
        if withSecrets, let secret = provider.secret {
            writer.member("secret", String(decoding: secret.bytes, as: UTF8.self))
        }
        if !provider.settings.isEmpty {
            writer.member(
                "settings",
                object: { writer in
                    for (name, value) in provider.settings.sorted(by: { $0.key < $1.key }) {
                        writer.key(name)
                        writer.string(value)
                    }
                }
            )
        }
        if !provider.isEnabled { writer.member("enabled", false) }
    }

    private static func write(_ model: ModelDraft, to writer: inout JSONWriter) {
        writer.member("name", model.name)
        writer.member(
            "targets",
            array: { writer in
                for target in model.targets { writer.object { self.write(target, to: &$0) } }
            }
        )
        if model.routing != ModelRoutingRecord() { RoutingFields.write(model.routing, to: &writer) }
        if !model.isEnabled { writer.member("enabled", false) }
    }

    private static func write(_ target: TargetRecord, to writer: inout JSONWriter) {
        let usual = TargetRecord(provider: target.provider, upstreamModel: target.upstreamModel)
        writer.member("provider", target.provider)
        writer.member("upstream_model", target.upstreamModel)
        if target.weight != usual.weight { writer.member("weight", target.weight) }
        if target.priority != usual.priority { writer.member("priority", target.priority) }
        if !target.isEnabled { writer.member("enabled", false) }
        if target.overrides != usual.overrides { RoutingFields.write(target.overrides, to: &writer) }
    }

    private static func write(_ budget: BudgetDraft, to writer: inout JSONWriter) {
        writer.member(
            "scope",
            object: { writer in
                switch budget.scope {
                case .key(let id): writer.member("key", id)
                case .project(let name): writer.member("project", name)
                }
            }
        )
        writer.member("amount_usd", NanoUSD.text(budget.amountNanoUSD))
        writer.member("period", budget.period.rawValue)
        if budget.timeZone != "UTC" { writer.member("time_zone", budget.timeZone) }
        if !budget.isHard { writer.member("kind", BudgetKind.soft.rawValue) }
        if budget.isUpperBound { writer.member("bound", BudgetBound.upper.rawValue) }
    }
}

extension DeclaredDocument {
    /// What a file would have to declare to own these rows: those of one owner, or all that are stored. Credentials are
    /// not in it.
    ///
    /// - Parameters:
    ///   - rows: Stored rows.
    ///   - origin: Whose rows; `nil` for all.
    init(_ rows: StoredConfiguration, ownedBy origin: RecordOrigin? = nil) {
        let names = Dictionary(rows.projects.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        self.projects = rows.projects.filter { $0.origin == origin ?? $0.origin }.map { project in
            var draft = ProjectDraft(name: project.name, isEnabled: project.isEnabled)
            draft.limits = project.limits
            draft.bodies = project.bodies
            return draft
        }
        self.providers = rows.providers.filter { $0.origin == origin ?? $0.origin }.map { provider in
            var draft = ProviderDraft(name: provider.name, kind: provider.kind)
            draft.baseURL = provider.baseURL.isEmpty ? nil : provider.baseURL
            draft.settings = provider.settings
            draft.isEnabled = provider.isEnabled
            return draft
        }
        self.models = rows.models.filter { $0.origin == origin ?? $0.origin }.map { model in
            var draft = ModelDraft(name: model.name, targets: model.targets)
            draft.routing = model.routing
            draft.isEnabled = model.isEnabled
            return draft
        }
        self.budgets = rows.budgets.filter { $0.origin == origin ?? $0.origin }.map { budget in
            var scope = budget.scope
            if case .project(let id) = scope { scope = .project(names[id] ?? id) }
            var draft = BudgetDraft(scope: scope, amountNanoUSD: budget.amountNanoUSD, period: budget.period)
            draft.timeZone = budget.timeZone
            draft.isHard = budget.isHard
            draft.isUpperBound = budget.isUpperBound
            return draft
        }
    }
}
