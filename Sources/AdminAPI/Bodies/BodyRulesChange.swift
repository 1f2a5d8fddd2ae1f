public import Exchange
import Storage
import Wire

/// Changes to what is kept of bodies. What is not named stays.
public struct BodyRulesChange: Sendable, Equatable {
    /// All goes back to its default before the changes below are made.
    public var resets = false
    /// Replaces the mode.
    public var mode = Change<BodyRules.Mode>.keep
    /// Replaces the sample.
    public var samplePerMillion = Change<Int>.keep
    /// Replaces the cap on each body.
    public var maxBytes = Change<Int>.keep
    /// Replaces all rules of what is masked.
    public var redactions = Change<[BodyRedaction]>.keep

    /// Changes nothing.
    public init() {}

    /// Puts rules in the place of all that there are.
    init(replacingAllBy rules: BodyRules) {
        self.mode = .set(rules.mode)
        self.samplePerMillion = .set(rules.samplePerMillion)
        self.maxBytes = .set(rules.maxBytes)
        self.redactions = .set(rules.redactions)
    }

    func applied(to current: BodyRules) -> BodyRules {
        var rules = self.resets ? BodyRules() : current
        rules.mode = self.mode.applied(to: rules.mode)
        rules.samplePerMillion = self.samplePerMillion.applied(to: rules.samplePerMillion)
        rules.maxBytes = self.maxBytes.applied(to: rules.maxBytes)
        rules.redactions = self.redactions.applied(to: rules.redactions)
        return rules
    }
}

/// The `bodies` of projects, in bodies and answers of the admin API.
enum BodyRulesFields {
    private static let fields = ["mode", "sample", "max_bytes", "redact"]

    /// Reads `bodies` as a change: members that are not there stay, `null` keeps nothing any more.
    static func change(_ body: AdminBody) throws(AdminProblem) -> BodyRulesChange {
        var change = BodyRulesChange()
        guard !body.isNull("bodies") else {
            change.resets = true
            return change
        }
        let read = try body.object("bodies", self.fields) { body throws(AdminProblem) in
            var change = BodyRulesChange()
            change.mode = try body.change("mode") { name throws(AdminProblem) in try body.choice(name) }
            change.samplePerMillion = try body.change("sample") { name throws(AdminProblem) in
                try self.sample(name, body)
            }
            change.maxBytes = try body.change("max_bytes") { name throws(AdminProblem) in
                try self.bytes(name, body)
            }
            change.redactions = try body.change("redact") { name throws(AdminProblem) in
                try self.redactions(name, body)
            }
            return change
        }
        return read ?? change
    }

    private static func sample(_ name: String, _ body: AdminBody) throws(AdminProblem) -> Int? {
        guard let value = body.root.member(name) else { return nil }
        guard let share = value.double, (0...1).contains(share) else {
            throw body.wrong(name, "must be a number from 0 to 1")
        }
        return Int(exactly: (share * 1_000_000).rounded())
    }

    private static func bytes(_ name: String, _ body: AdminBody) throws(AdminProblem) -> Int? {
        guard let count = try body.int(name) else { return nil }
        guard BodyRules.byteRange.contains(count) else {
            let range = BodyRules.byteRange
            throw body.wrong(name, "must be \(range.lowerBound) to \(range.upperBound)")
        }
        return count
    }

    private static func redactions(_ name: String, _ body: AdminBody) throws(AdminProblem) -> [BodyRedaction]? {
        guard let texts = try body.strings(name) else { return nil }
        guard texts.count <= BodyRules.maximumRules else {
            throw body.wrong(name, "must be at most \(BodyRules.maximumRules) rules")
        }
        var rules: [BodyRedaction] = []
        for (index, text) in texts.enumerated() {
            guard let rule = BodyRedaction(text) else {
                throw body.wrong(
                    "\(name)[\(index)]",
                    "must be email, card, field:NAME or path:NAME.NAME"
                )
            }
            rules.append(rule)
        }
        return rules
    }

    /// Writes `bodies` with all its members.
    static func write(_ rules: BodyRules, to writer: inout JSONWriter) {
        writer.member(
            "bodies",
            object: { writer in
                writer.member("mode", rules.mode.rawValue)
                writer.member("sample", Double(rules.samplePerMillion) / 1_000_000)
                writer.member("max_bytes", rules.maxBytes)
                writer.member("redact", rules.redactions.map(\.text))
            }
        )
    }
}
