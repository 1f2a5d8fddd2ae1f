public import Exchange

extension LedgerEntry {
    /// Facts that many rows share. An entry is copied some times on its way through the journal: all its facts lie in one object, so
    /// that a copy counts one reference.
    public struct Subject: Sendable, Hashable {
        private struct Facts: Sendable, Hashable {
            var keyID: String
            var projectID: String
            var operation: Exchange.Operation
            var model: String
            var provider: String
            var upstreamModel: String
            var label: String

            var texts: [UInt8] {
                var texts: [UInt8] = []
                texts.reserveCapacity(128)
                for text in [
                    self.keyID, self.projectID, self.operation.rawValue, self.model, self.provider, self.upstreamModel,
                    self.label,
                ] {
                    var count = text.utf8.count
                    while count >= 0x80 {
                        texts.append(UInt8(truncatingIfNeeded: count) | 0x80)
                        count >>= 7
                    }
                    texts.append(UInt8(truncatingIfNeeded: count))
                    texts.append(contentsOf: text.utf8)
                }
                return texts
            }
        }

        /// Never changes: a change makes another.
        private final class Shared: Sendable {
            let facts: Facts
            let texts: [UInt8]

            init(_ facts: Facts) {
                self.facts = facts
                self.texts = facts.texts
            }
        }

        private var shared: Shared

        /// Names a subject.
        public init(
            keyID: String,
            projectID: String,
            operation: Exchange.Operation,
            model: String,
            provider: String,
            upstreamModel: String,
            label: String = ""
        ) {
            self.shared = Shared(
                Facts(
                    keyID: keyID,
                    projectID: projectID,
                    operation: operation,
                    model: model,
                    provider: provider,
                    upstreamModel: upstreamModel,
                    label: label
                )
            )
        }

        /// All facts as the journal writes them, made once: key, project, operation, model, provider, its model and label, the UTF-8
        /// of each behind its length, which is written seven bits a byte, low ones first.
        public var texts: [UInt8] { self.shared.texts }

        /// The key's id.
        public var keyID: String {
            get { self.shared.facts.keyID }
            set { self.change { $0.keyID = newValue } }
        }
        /// The project's id.
        public var projectID: String {
            get { self.shared.facts.projectID }
            set { self.change { $0.projectID = newValue } }
        }
        /// What was asked for.
        public var operation: Exchange.Operation {
            get { self.shared.facts.operation }
            set { self.change { $0.operation = newValue } }
        }
        /// The public model.
        public var model: String {
            get { self.shared.facts.model }
            set { self.change { $0.model = newValue } }
        }
        /// The provider that was tried.
        public var provider: String {
            get { self.shared.facts.provider }
            set { self.change { $0.provider = newValue } }
        }
        /// The model's name there.
        public var upstreamModel: String {
            get { self.shared.facts.upstreamModel }
            set { self.change { $0.upstreamModel = newValue } }
        }
        /// The caller's own label for reports (`x-martlet-label`), at most 64 bytes; empty when there is none.
        public var label: String {
            get { self.shared.facts.label }
            set { self.change { $0.label = newValue } }
        }

        private mutating func change(_ change: (inout Facts) -> Void) {
            var facts = self.shared.facts
            change(&facts)
            self.shared = Shared(facts)
        }

        /// Whether both are one object. Equal ones need not be.
        public func isTriviallyIdentical(to other: Subject) -> Bool { self.shared === other.shared }

        /// Whether all facts are equal.
        public static func == (a: Subject, b: Subject) -> Bool {
            a.shared === b.shared || a.shared.facts == b.shared.facts
        }

        /// Mixes all facts in.
        public func hash(into hasher: inout Hasher) { hasher.combine(self.shared.facts) }
    }
}
