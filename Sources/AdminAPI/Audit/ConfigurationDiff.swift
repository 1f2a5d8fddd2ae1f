import Storage

/// What one change of the configuration did, row by row: also what went along with it, as budgets do with their key.
struct ConfigurationDiff: Sendable {
    private let before: StoredConfiguration
    private let after: StoredConfiguration

    init(_ before: StoredConfiguration, _ after: StoredConfiguration) {
        self.before = before
        self.after = after
    }

    /// One entry for each row that is new, gone or other than before.
    func drafts(for context: AuditContext, at now: UnixMilliseconds) -> [AuditDraft] {
        let changes =
            self.changes(\.projects) + self.changes(\.providers) + self.changes(\.models) + self.changes(\.keys)
            + self.changes(\.budgets)
        return changes.map { change in
            AuditDraft(
                at: now,
                actor: context.actor,
                origin: context.origin,
                requestID: context.requestID,
                action: change.action,
                objectID: change.id,
                objectName: change.name,
                before: change.before,
                after: change.after
            )
        }
    }

    private typealias Change = (action: String, id: String, name: String, before: String?, after: String?)

    private func changes<Row: AuditedRow>(_ rows: KeyPath<StoredConfiguration, [Row]>) -> [Change] {
        let (old, new) = (self.before[keyPath: rows], self.after[keyPath: rows])
        guard old != new else { return [] }
        let known = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let kept = Set(new.map(\.id))
        let kind = Row.auditedKind
        var changes: [Change] = []
        for row in new where known[row.id] != row {
            guard let earlier = known[row.id] else {
                changes.append(("\(kind).created", row.id, row.auditedName, nil, row.auditFields.text()))
                continue
            }
            let (then, now) = (earlier.auditFields, row.auditFields)
            let names = now.differing(from: then).union(then.differing(from: now))
            changes.append(
                (
                    "\(kind).changed", row.id, row.auditedName, then.text(where: names.contains),
                    now.text(where: names.contains)
                )
            )
        }
        for row in old where !kept.contains(row.id) {
            changes.append(("\(kind).deleted", row.id, row.auditedName, row.auditFields.text(), nil))
        }
        return changes
    }
}
