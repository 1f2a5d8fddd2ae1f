public import Storage

/// What applying a document does, row by row.
public struct DeclaredPlan: Sendable, Equatable {
    /// One row.
    public struct Change: Sendable, Equatable {
        /// What happens to it.
        public enum Action: String, Sendable {
            /// It is made.
            case create
            /// It is changed, or becomes the file's.
            case change
            /// It goes.
            case delete
        }

        /// What happens to it.
        public var action: Action
        /// `project`, `provider`, `model` or `budget`.
        public var kind: String
        /// Its name; of a budget its owner's name and its period.
        public var name: String
        /// The fields that change, as they are: a JSON object without credentials; `nil` for a row that is made.
        public var before: String?
        /// The same fields afterwards; `nil` for a row that goes.
        public var after: String?
    }

    /// In the order of the kinds.
    public var changes: [Change]
    /// The version that these changes made; `nil` when nothing was written.
    public var version: Int64?

    /// Counts by action.
    public var counts: ConfigurationVersion.Changes {
        func count(_ action: Change.Action) -> Int { self.changes.count { $0.action == action } }
        return ConfigurationVersion.Changes(
            created: count(.create),
            changed: count(.change),
            deleted: count(.delete)
        )
    }
}

extension DeclaredPlan {
    /// What became of rows.
    init(_ before: StoredConfiguration, _ after: StoredConfiguration) {
        let drafts = ConfigurationDiff(before, after).drafts(for: .martlet, at: 0)
        self.changes = drafts.compactMap { draft in
            let parts = draft.action.split(separator: ".")
            guard parts.count == 2 else { return nil }
            let action: Change.Action =
                switch (draft.before, draft.after) {
                case (nil, _): .create
                case (_, nil): .delete
                case (.some, .some): .change
                }
            var name = draft.objectName
            if let budget = (after.budgets + before.budgets).first(where: { $0.id == draft.objectID }) {
                name = Self.name(of: budget, [after, before])
            }
            return Change(
                action: action,
                kind: String(parts[0]),
                name: name,
                before: draft.before,
                after: draft.after
            )
        }
    }

    private static func name(of budget: BudgetRecord, _ states: [StoredConfiguration]) -> String {
        switch budget.scope {
        case .key(let id): return "\(id) \(budget.period.rawValue)"
        case .project(let id):
            let name = states.lazy.compactMap { state in state.projects.first { $0.id == id }?.name }.first
            return "\(name ?? id) \(budget.period.rawValue)"
        }
    }
}
