import AdminAPI
import Exchange
import NIOPosix
import Policy
import SQLiteStorage

/// Keeps the master key of a data folder, and rotates it.
///
/// The next key is on the disk, or among the settings, before anything is sealed under it; then new values are sealed under it,
/// and all others are brought under it in one transaction, while both keys open; then it takes the present key's place, and the
/// former one is erased. Wherever a process ends in between, the next one finds both keys and goes on.
actor SecretKeeper: SecretsDesk {
    private let store: SQLiteStore
    private let box: SecretBox
    private let administration: Administration
    private let hook: RotationHook?
    private var keys: MasterKeys
    private var isRunning = false
    /// A next key that was drawn by this process, or found by it.
    private var pending: MasterKey?
    /// The rotation ended with a key that is not yet where the present one is looked for.
    private var isToBeMoved = false

    init(
        _ keys: MasterKeys,
        store: SQLiteStore,
        box: SecretBox,
        administration: Administration,
        hook: RotationHook? = nil
    ) {
        self.keys = keys
        self.store = store
        self.box = box
        self.administration = administration
        self.hook = hook
        self.pending = keys.next
    }

    func standing() async throws(AdminProblem) -> SecretsStanding {
        let store = self.store
        let sealed = try await Self.offLoop { try store.sealedCounts { try SecretBox.keyVersion(of: $0) } }
        return SecretsStanding(
            keyVersion: self.box.keyVersion,
            keySource: self.isToBeMoved ? MasterKeys.nextVariable : self.keys.source,
            sealed: sealed,
            isRotating: self.isRunning || sealed.count > 1 || (self.keys.isInFiles && self.pending != nil),
            advice: self.advice
        )
    }

    private var advice: String {
        if self.isToBeMoved {
            return
                "the key in \(MasterKeys.nextVariable) is in force: give it as \(MasterKey.environmentVariable), and "
                + "\(MasterKeys.nextVariable) no more, before the next start; the former key opens nothing any more"
        }
        if !self.keys.isInFiles, self.pending != nil {
            return "\(MasterKeys.nextVariable) is given: 'martlet secrets rotate' puts it in force"
        }
        return ""
    }

    func rotate(to newKey: Secret?) async throws(AdminProblem) -> SecretsStanding {
        guard !self.isRunning else { throw AdminProblem(.conflict, "the master key is being rotated already") }
        self.isRunning = true
        try await self.rotateAlone(newKey)
        return try await self.standing()
    }

    private func rotateAlone(_ newKey: Secret?) async throws(AdminProblem) {
        defer { self.isRunning = false }
        try await self.finish(self.keys.isInFiles ? try await self.kept(newKey) : try self.given(newKey))
    }

    /// Ends what an earlier process has begun.
    ///
    /// - Returns: What the operator should know.
    func resume() async -> [String] {
        guard let next = self.pending else { return [] }
        switch self.keys.progress {
        case .none: return []
        // A next key among the settings waits for its word.
        case .begun where !self.keys.isInFiles: return [self.advice]
        case .begun, .committed: break
        }
        self.isRunning = true
        defer { self.isRunning = false }
        do throws(AdminProblem) {
            try await self.finish(next)
            return self.isToBeMoved ? [self.advice] : ["a rotation of the master key that was broken off is finished"]
        } catch {
            return ["a rotation of the master key that was broken off could not be finished: \(error.detail)"]
        }
    }
}

// MARK: - Steps

extension SecretKeeper {
    /// The next key, drawn or as given, in its file.
    private func kept(_ newKey: Secret?) async throws(AdminProblem) -> MasterKey {
        if let pending = self.pending {
            guard newKey == nil else {
                throw AdminProblem(
                    .conflict,
                    "a rotation to another key is not finished: finish it first, without new_key"
                )
            }
            return pending
        }
        let next: MasterKey
        do throws(SecretsError) {
            next = try self.key(newKey)
        } catch {
            throw AdminProblem(.invalidField, error.message, field: "new_key")
        }
        guard next.secret != self.keys.current.secret else {
            throw AdminProblem(.invalidField, "new_key must be another key than the present one", field: "new_key")
        }
        let path = self.keys.folder.nextMasterKeyPath
        try await Self.offLoop { try next.keep(path: path) }
        self.pending = next
        return next
    }

    /// A key of the next version, whatever its text says: each key of a folder has a version of its own.
    private func key(_ text: Secret?) throws(SecretsError) -> MasterKey {
        let version = self.box.keyVersion + 1
        guard let text else { return try MasterKey.generate(version: version) }
        let given = try MasterKey(validating: String(decoding: text.bytes, as: UTF8.self), source: "new_key")
        return try MasterKey(bytes: given.secret.bytes, version: version, source: "new_key")
    }

    /// The next key of the settings.
    private func given(_ newKey: Secret?) throws(AdminProblem) -> MasterKey {
        guard newKey == nil, let pending = self.pending else {
            throw AdminProblem(
                .conflict,
                "the master key comes from \(MasterKey.environmentVariable): give the new one to the server as "
                    + "\(MasterKeys.nextVariable) beside it, restart, and rotate again without a key"
            )
        }
        guard !self.isToBeMoved else { throw AdminProblem(.conflict, self.advice) }
        return pending
    }

    private func finish(_ next: MasterKey) async throws(AdminProblem) {
        try self.hook?(.kept)
        let former = self.keys.current.version
        self.box.ring.promote(next)
        try self.hook?(.promoted)
        _ = try await self.administration.rewrapSecrets(from: former)
        try self.hook?(.committed)
        // Who sealed a value just before the promotion may have stored it just now.
        _ = try await self.administration.rewrapSecrets(from: former)
        let store = self.store
        // Readers may be in the way; the log is then emptied later, and holds wraps that only the former key opens.
        _ = try? await Self.offLoop { try store.emptyLog() }
        try await self.replace(next)
        self.box.ring.retireOthers()
    }

    private func replace(_ next: MasterKey) async throws(AdminProblem) {
        guard self.keys.isInFiles else {
            self.isToBeMoved = true
            return
        }
        let folder = self.keys.folder
        try await Self.offLoop {
            try MasterKey.replace(
                path: folder.masterKeyPath,
                by: folder.nextMasterKeyPath,
                keeping: folder.formerMasterKeyPath
            )
        }
        self.keys.moved(to: next)
        self.pending = nil
        try self.hook?(.replaced)
        try await Self.offLoop {
            try MasterKey.erase(path: folder.formerMasterKeyPath, unlessAt: folder.masterKeyPath)
        }
        try self.hook?(.erased)
    }

    private static func offLoop<R: Sendable>(
        _ work: @escaping @Sendable () throws -> R
    ) async throws(AdminProblem) -> R {
        do {
            return try await NIOThreadPool.singleton.runIfActive(work)
        } catch let error as SecretsError {
            throw AdminProblem(.storeFailed, error.message)
        } catch {
            throw AdminProblem(.storeFailed, "\(error)")
        }
    }
}
