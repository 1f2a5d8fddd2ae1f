public import Exchange
import Policy
public import Storage

/// A key just made, with the only showing of its secret.
public struct CreatedKey: Sendable {
    /// What is stored.
    public var record: KeyRecord
    /// The whole key.
    public var secret: Secret
}

extension Administration {
    /// Makes a key. Its secret is returned here and never again.
    public func createKey(_ draft: KeyDraft) throws(AdminProblem) -> CreatedKey { try self.createKey(draft, nil) }

    /// Makes a key, of a secret that was prepared if there is one.
    func createKey(_ draft: KeyDraft, _ prepared: PreparedKey?) throws(AdminProblem) -> CreatedKey {
        let name = try NameRules.label(draft.name)
        let project = try self.project(named: draft.project)
        try KeyRules.check(draft.allowedModels, draft.maxOutputTokens, draft.expiresAt, now: self.now)
        try KeyRules.check(allowedFrom: draft.allowedFrom)
        let key = prepared?.key ?? VirtualKey.generate(self.randomness)
        let verifier = if let prepared { prepared.verifier } else { try self.verifier(of: key) }
        let now = self.now
        let record = KeyRecord(
            id: key.id,
            name: name,
            projectID: project.id,
            digest: self.digester.digest(key).bytes,
            verifier: verifier,
            isEnabled: draft.isEnabled,
            expiresAt: draft.expiresAt,
            allowedModels: draft.allowedModels,
            limits: try LimitRules.checked(draft.limits),
            maxOutputTokens: draft.maxOutputTokens,
            isStrict: draft.isStrict,
            allowedFrom: draft.allowedFrom,
            createdAt: now,
            updatedAt: now
        )
        try self.commit { try $0.insertKey(record) }
        return CreatedKey(record: record, secret: Secret(key.text))
    }

    /// One key by id.
    public func key(id: String) throws(AdminProblem) -> KeyRecord {
        guard let key = self.configuration.keys.first(where: { $0.id == id }) else {
            throw AdminProblem(.notFound, "there is no key \(id)")
        }
        return key
    }

    /// Changes a key that was not revoked.
    public func changeKey(id: String, _ change: KeyChange) throws(AdminProblem) -> KeyRecord {
        var key = try self.key(id: id)
        guard key.revokedAt == nil else {
            throw AdminProblem(.conflict, "key \(id) is revoked and stays so; make a new one")
        }
        key.name = try NameRules.label(change.name.applied(to: key.name))
        key.isEnabled = change.isEnabled.applied(to: key.isEnabled)
        key.allowedModels = change.allowedModels.applied(to: key.allowedModels)
        key.limits = try LimitRules.checked(change.limits.applied(to: key.limits))
        key.maxOutputTokens = change.maxOutputTokens.applied(to: key.maxOutputTokens)
        key.expiresAt = change.expiresAt.applied(to: key.expiresAt)
        key.isStrict = change.isStrict.applied(to: key.isStrict)
        key.allowedFrom = change.allowedFrom.applied(to: key.allowedFrom)
        try KeyRules.check(allowedFrom: key.allowedFrom)
        let newExpiry = change.expiresAt == .keep ? nil : key.expiresAt
        try KeyRules.check(key.allowedModels, key.maxOutputTokens, newExpiry, now: self.now)
        return try self.write(key)
    }

    /// Revokes a key for good. Doing it again changes nothing.
    public func revokeKey(id: String) throws(AdminProblem) -> KeyRecord {
        var key = try self.key(id: id)
        guard key.revokedAt == nil else { return key }
        key.revokedAt = self.now
        return try self.write(key)
    }

    /// Gives a key another secret, which is returned here and never again. Its id, limits, budgets and history stay.
    ///
    /// - Parameters:
    ///   - id: Which key.
    ///   - graceSeconds: For how long the secret until now is let in as well; 0 for not at all. One that was rotated away
    ///     before is refused from now on in any case.
    /// - Returns: The key with its new secret.
    /// - Throws: `.notFound`; `.conflict` for a key that is revoked; `.invalidField`.
    public func rotateKey(id: String, graceSeconds: Int) throws(AdminProblem) -> CreatedKey {
        var key = try self.key(id: id)
        guard key.revokedAt == nil else {
            throw AdminProblem(.conflict, "key \(id) is revoked and stays so; make a new one")
        }
        guard (0...KeyRules.maximumGraceSeconds).contains(graceSeconds) else {
            throw .field("grace_seconds", "must be 0 to \(KeyRules.maximumGraceSeconds)")
        }
        let new = VirtualKey.generate(self.randomness, id: id)
        guard new.id == id else { throw AdminProblem(.internalError, "the key's id cannot stand in a secret") }
        let now = self.now
        key.retired = graceSeconds == 0 ? nil : .init(digest: key.digest, until: now + Int64(graceSeconds) * 1_000)
        key.digest = self.digester.digest(new).bytes
        key.verifier = try self.verifier(of: new)
        key.updatedAt = now
        let rotated = key
        try self.commit { try $0.rotateKey(rotated) }
        return CreatedKey(record: rotated, secret: Secret(new.text))
    }

    /// Disables a key whose verifier did not match its first use.
    public func disableKey(id: String) throws(AdminProblem) -> KeyRecord {
        var key = try self.key(id: id)
        key.isEnabled = false
        return try self.write(key)
    }

    /// Deletes a key and its budgets; its request records and ledger rows stay.
    public func deleteKey(id: String) throws(AdminProblem) {
        _ = try self.key(id: id)
        try self.commit { try $0.deleteKey(id: id) }
    }

    private func write(_ key: KeyRecord) throws(AdminProblem) -> KeyRecord {
        var key = key
        key.updatedAt = self.now
        let changed = key
        try self.commit { try $0.updateKey(changed) }
        return changed
    }

    private func verifier(of key: VirtualKey) throws(AdminProblem) -> String {
        guard let verifier = BcryptVerifier.hash(key: Array(key.text.utf8), cost: self.verifierCost) else {
            throw AdminProblem(.internalError, "the key's verifier could not be made")
        }
        return verifier
    }

    private func project(named reference: String) throws(AdminProblem) -> ProjectRecord {
        let projects = self.configuration.projects
        guard let project = projects.first(where: { $0.name == reference || $0.id == reference }) else {
            throw .field("project", "must be the name or id of a project")
        }
        return project
    }
}

/// What a key's restrictions may be.
enum KeyRules {
    static let maxOutputTokens = 1...100_000_000
    static let maximumAllowedModels = 1_000
    static let maximumNetworks = 100
    /// Thirty days.
    static let maximumGraceSeconds = 2_592_000
    /// A day.
    static let usualGraceSeconds = 86_400

    static func check(allowedFrom: [String]?) throws(AdminProblem) {
        guard let allowedFrom else { return }
        guard (1...self.maximumNetworks).contains(allowedFrom.count) else {
            throw .field("allowed_from", "must name 1 to \(self.maximumNetworks) networks, or be null for everywhere")
        }
        for (index, text) in allowedFrom.enumerated() where NetworkRange(text) == nil {
            throw .field(
                "allowed_from[\(index)]",
                "must be a network such as 10.0.0.0/8, with no bits behind its prefix"
            )
        }
    }

    static func check(
        _ allowedModels: [String]?,
        _ maxOutputTokens: Int?,
        _ expiresAt: UnixMilliseconds?,
        now: UnixMilliseconds
    ) throws(AdminProblem) {
        if let maxOutputTokens, !self.maxOutputTokens.contains(maxOutputTokens) {
            throw .field("max_output_tokens", "must be 1 to 100000000, or null for no limit")
        }
        if let expiresAt, expiresAt <= now {
            throw .field("expires_at", "must lie in the future, or be null for never")
        }
        guard let allowedModels else { return }
        guard (1...self.maximumAllowedModels).contains(allowedModels.count) else {
            throw .field("allowed_models", "must name 1 to 1000 models, or be null for all")
        }
        for (index, name) in allowedModels.enumerated() {
            _ = try NameRules.modelName(name, field: "allowed_models[\(index)]")
        }
    }
}
