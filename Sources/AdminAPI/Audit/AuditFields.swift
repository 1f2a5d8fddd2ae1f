import Exchange
import Storage
import Wire

/// A row's fields as the audit trail shows them: by name, each as JSON, never a secret.
struct AuditFields: Sendable, Equatable {
    private(set) var list: [(name: String, json: [UInt8])] = []

    static func == (a: AuditFields, b: AuditFields) -> Bool {
        a.list.elementsEqual(b.list) { $0.name == $1.name && $0.json == $1.json }
    }

    mutating func add(_ name: String, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        write(&writer)
        self.list.append((name, writer.bytes))
    }

    mutating func add(_ name: String, _ text: String?) {
        self.add(name) { writer in
            if let text { writer.string(text) } else { writer.null() }
        }
    }

    mutating func add(_ name: String, _ number: Int?) {
        self.add(name) { writer in
            if let number { writer.int(number) } else { writer.null() }
        }
    }

    mutating func add(_ name: String, _ value: Bool) { self.add(name) { $0.bool(value) } }

    mutating func add(_ name: String, time: UnixMilliseconds?) { self.add(name, time.map(Timestamp.text)) }

    mutating func add(_ name: String, _ values: [String]?) {
        self.add(name) { writer in
            guard let values else { return writer.null() }
            writer.array { writer in
                for value in values { writer.string(value) }
            }
        }
    }

    mutating func add(_ name: String, _ pairs: [String: String]) {
        self.add(name) { writer in
            writer.object { writer in
                for (key, value) in pairs.sorted(by: { $0.key < $1.key }) {
                    writer.key(key)
                    writer.string(value)
                }
            }
        }
    }

    /// One JSON object of the fields whose names pass.
    func text(where passes: (String) -> Bool = { _ in true }) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, json) in self.list where passes(name) {
                writer.key(name)
                writer.raw(String(decoding: json, as: UTF8.self))
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The names of fields that another state of the row has otherwise.
    func differing(from other: AuditFields) -> Set<String> {
        let theirs = Dictionary(other.list.map { ($0.name, $0.json) }, uniquingKeysWith: { first, _ in first })
        return Set(self.list.filter { theirs[$0.name] != $0.json }.map(\.name))
    }
}

/// A row whose changes enter the audit trail.
protocol AuditedRow: Equatable {
    /// The first part of the action: `key` of `key.changed`.
    static var auditedKind: String { get }
    var id: String { get }
    var auditedName: String { get }
    /// Everything that can be changed about it, secrets as marks that tell one from another.
    var auditFields: AuditFields { get }
}

extension ProjectRecord: AuditedRow {
    static let auditedKind = "project"
    var auditedName: String { self.name }
    var auditFields: AuditFields {
        var fields = AuditFields()
        fields.add("name", self.name)
        fields.add("enabled", self.isEnabled)
        fields.add(self.limits)
        fields.add(member: "bodies") { BodyRulesFields.write(self.bodies, to: &$0) }
        fields.add("origin", self.origin.rawValue)
        return fields
    }
}

extension KeyRecord: AuditedRow {
    static let auditedKind = "key"
    var auditedName: String { self.name }
    var auditFields: AuditFields {
        var fields = AuditFields()
        fields.add("name", self.name)
        fields.add("project_id", self.projectID)
        fields.add("enabled", self.isEnabled)
        fields.add("secret", "…" + self.digest.suffix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        fields.add("retired_secret_until", time: self.retired?.until)
        fields.add("revoked_at", time: self.revokedAt)
        fields.add("expires_at", time: self.expiresAt)
        fields.add("allowed_models", self.allowedModels)
        fields.add(self.limits)
        fields.add("max_output_tokens", self.maxOutputTokens)
        fields.add("strict_translation", self.isStrict)
        fields.add("allowed_from", self.allowedFrom)
        return fields
    }
}

extension ProviderRecord: AuditedRow {
    static let auditedKind = "provider"
    var auditedName: String { self.name }
    var auditFields: AuditFields {
        var fields = AuditFields()
        fields.add("name", self.name)
        fields.add("kind", self.kind)
        fields.add("base_url", self.baseURL)
        fields.add("secret", self.secretMark)
        fields.add("settings", self.settings)
        fields.add("enabled", self.isEnabled)
        fields.add("origin", self.origin.rawValue)
        fields.add("draining", self.isDraining)
        return fields
    }

    /// The credential's last characters as they are shown everywhere, and a mark of the sealed bytes, which are others each
    /// time that a credential is set.
    private var secretMark: String? {
        guard let sealed = self.sealedSecret else { return nil }
        let mark = sealed.suffix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "…\(self.secretHint) (\(mark))"
    }
}

extension ModelRecord: AuditedRow {
    static let auditedKind = "model"
    var auditedName: String { self.name }
    var auditFields: AuditFields {
        var fields = AuditFields()
        fields.add("name", self.name)
        fields.add("enabled", self.isEnabled)
        fields.add("targets") { writer in
            writer.array { writer in
                for target in self.targets { writer.object { ModelRoutes.write(target, to: &$0) } }
            }
        }
        fields.add(member: "routing") { RoutingFields.write(self.routing, to: &$0) }
        fields.add("origin", self.origin.rawValue)
        return fields
    }
}

extension BudgetRecord: AuditedRow {
    static let auditedKind = "budget"
    var auditedName: String {
        switch self.scope {
        case .key(let id), .project(let id): "\(id) \(self.period.rawValue)"
        }
    }
    var auditFields: AuditFields {
        var fields = AuditFields()
        switch self.scope {
        case .key(let id): fields.add("key", id)
        case .project(let id): fields.add("project", id)
        }
        fields.add("amount_usd", NanoUSD.text(self.amountNanoUSD))
        fields.add("period", self.period.rawValue)
        fields.add("time_zone", self.timeZone)
        fields.add("hard", self.isHard)
        fields.add("bound", self.isUpperBound ? "upper" : "expected")
        fields.add("reset_at", time: self.resetAt)
        fields.add("origin", self.origin.rawValue)
        return fields
    }
}

extension AuditFields {
    mutating func add(_ limits: LimitsRecord) {
        self.add(member: "limits") { LimitFields.write(limits, to: &$0) }
    }

    /// A field that writes its name along with its value, as the routes' own writers do.
    mutating func add(member name: String, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.object(write)
        // `{"name":` before it and `}` behind it.
        let value = writer.bytes.dropFirst(name.utf8.count + 4).dropLast()
        self.add(name) { $0.raw(Array(value)) }
    }
}
