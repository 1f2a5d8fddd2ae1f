import Synchronization

/// The master keys in use: one that seals, and, while a rotation is under way, others that still open.
///
/// Every copy of a `SecretBox` shares its ring, so that a change of keys reaches all who seal or open at once, and nobody
/// who opens meets a moment without the key needed.
public final class MasterKeyRing: Sendable {
    /// The first one seals.
    private let schedules: Mutex<[MasterKeySchedule]>

    /// A ring of one key.
    public init(_ key: MasterKey) {
        self.schedules = Mutex([MasterKeySchedule(key)])
    }

    /// Has a key open what was sealed under it, without sealing anything.
    public func admit(_ key: MasterKey) {
        let schedule = MasterKeySchedule(key)
        self.schedules.withLock { schedules in
            guard !schedules.contains(where: schedule.isSame) else { return }
            schedules.append(schedule)
        }
    }

    /// Seals under a key from now on; the ones before it still open.
    public func promote(_ key: MasterKey) {
        let schedule = MasterKeySchedule(key)
        self.schedules.withLock { schedules in
            schedules.removeAll(where: schedule.isSame)
            schedules.insert(schedule, at: 0)
        }
    }

    /// Forgets all keys but the one that seals.
    public func retireOthers() {
        self.schedules.withLock { $0.removeSubrange(1...) }
    }

    /// How many keys there are.
    public var count: Int { self.schedules.withLock { $0.count } }

    /// What seals.
    var sealing: MasterKeySchedule { self.schedules.withLock { $0[0] } }

    /// What opens a value; refused when it was sealed under none of the keys.
    func opening(_ envelope: SealedEnvelope) throws(SecretsError) -> MasterKeySchedule {
        let schedules = self.schedules.withLock { $0 }
        if let found = schedules.first(where: { $0.sealed(envelope) }) { return found }
        guard schedules.contains(where: { $0.version == envelope.keyVersion }) else {
            let versions = schedules.map { String($0.version) }.joined(separator: " and ")
            throw SecretsError(
                .wrongKeyVersion,
                "the stored secret needs master key version \(envelope.keyVersion), this is version \(versions)"
            )
        }
        throw SecretsError(.wrongKey, "the stored secret was sealed under another master key")
    }
}

extension MasterKeySchedule {
    /// Whether both come from the same key in the same version.
    func isSame(_ other: MasterKeySchedule) -> Bool {
        self.version == other.version && self.fingerprint == other.fingerprint
    }

    /// Whether a value was sealed under this key.
    func sealed(_ envelope: SealedEnvelope) -> Bool {
        self.version == envelope.keyVersion && self.fingerprint == envelope.fingerprint
    }
}
