import Exchange
import Policy
import Storage
import Upstream

/// What the ledger entries of a key's attempts at a target have in common, made once for many of them.
///
/// It holds keys and targets that may be deleted meanwhile, and with a key its limits and budgets: the loop empties it every second,
/// and when nothing is left to do.
struct SubjectCache {
    /// Holds what it names: another object may come to lie where a forgotten one was.
    private struct Key: Hashable {
        let key: KeyEntry
        let model: Model
        let target: Target
        let operation: Exchange.Operation

        static func == (a: Key, b: Key) -> Bool {
            a.key === b.key && a.target === b.target && a.model === b.model && a.operation == b.operation
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(self.key))
            hasher.combine(ObjectIdentifier(self.target))
            hasher.combine(self.operation)
        }
    }

    private var subjects = RecentCache<Key, LedgerEntry.Subject>(capacity: 256)
    /// What was asked for last is often what comes next: it is found without a hash.
    private var last: (key: Key, subject: LedgerEntry.Subject)?

    /// The subject of an attempt. One with a label, which callers choose, is made each time.
    mutating func subject(
        _ key: KeyEntry,
        _ plan: RoutePlan,
        _ operation: Exchange.Operation,
        label: String
    ) -> LedgerEntry.Subject {
        guard label.isEmpty else { return Self.make(key, plan, operation, label) }
        let known = Key(key: key, model: plan.model, target: plan.target, operation: operation)
        if let last = self.last, last.key == known { return last.subject }
        let subject: LedgerEntry.Subject
        if let found = self.subjects.find(known) {
            subject = found
        } else {
            subject = Self.make(key, plan, operation, label)
            self.subjects.insert(subject, for: known)
        }
        self.last = (known, subject)
        return subject
    }

    private static func make(
        _ key: KeyEntry,
        _ plan: RoutePlan,
        _ operation: Exchange.Operation,
        _ label: String
    ) -> LedgerEntry.Subject {
        LedgerEntry.Subject(
            keyID: key.id,
            projectID: key.project.id,
            operation: operation,
            model: plan.model.name,
            provider: plan.target.provider.name,
            upstreamModel: plan.target.upstreamModel,
            label: label
        )
    }
}
