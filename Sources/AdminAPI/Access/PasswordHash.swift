import Crypto
import CryptoExtras
import Policy
import Wire

/// A password as it is stored: scrypt's text, with its salt and its cost in it, so that a later cost leaves older ones good.
struct PasswordHash: Sendable, Equatable {
    /// What a guess costs whoever has the store: rounds × block size × 128 bytes of memory, parallelism times over.
    struct Cost: Sendable, Equatable {
        var rounds: Int
        var blockSize: Int
        var parallelism: Int

        /// 32 MiB, and most of a second of one core (RFC 7914; OWASP's password storage cheat sheet, 2026-11).
        static let usual = Cost(rounds: 1 << 15, blockSize: 8, parallelism: 3)
        /// Whether it is one that this program wrote: what stands in the store must not make it run for ever.
        var isSensible: Bool {
            (2...1 << 17).contains(self.rounds) && self.rounds.nonzeroBitCount == 1
                && (1...16).contains(self.blockSize) && (1...8).contains(self.parallelism)
        }
    }

    /// Longer passwords are refused before anything is computed; each byte of what is left counts.
    static let maximumBytes = 128
    static let minimumBytes = 10
    private static let saltBytes = 16
    private static let hashBytes = 32

    private let cost: Cost
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Hashes a password; takes long, so nowhere but on `PasswordHasher`'s threads.
    init?(_ password: [UInt8], cost: Cost, randomness: Randomness) {
        let salt = randomness.bytes(Self.saltBytes)
        guard let hash = Self.derive(password, salt, cost) else { return nil }
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// Reads what `text` gave.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let blockSize = Int(parts[2]),
            let parallelism = Int(parts[3]), let salt = Base64.decode(parts[4].utf8),
            let hash = Base64.decode(parts[5].utf8), salt.count == Self.saltBytes, hash.count == Self.hashBytes
        else { return nil }
        self.cost = Cost(rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        guard self.cost.isSensible else { return nil }
        self.salt = salt
        self.hash = hash
    }

    /// For the store.
    var text: String {
        let numbers = "\(self.cost.rounds)$\(self.cost.blockSize)$\(self.cost.parallelism)"
        return "scrypt$\(numbers)$\(Base64.encode(self.salt, .url))$\(Base64.encode(self.hash, .url))"
    }

    /// Whether a password is the one; takes as long for any.
    func matches(_ password: [UInt8]) -> Bool {
        guard let derived = Self.derive(password, self.salt, self.cost) else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(derived, self.hash) { difference |= a ^ b }
        return difference == 0 && derived.count == self.hash.count
    }

    private static func derive(_ password: [UInt8], _ salt: [UInt8], _ cost: Cost) -> [UInt8]? {
        let key = try? KDF.Scrypt.deriveKey(
            from: password,
            salt: salt,
            outputByteCount: self.hashBytes,
            rounds: cost.rounds,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        )
        return key?.withUnsafeBytes { Array($0) }
    }
}

/// Hashes passwords on threads of its own, two at once at most: who comes third is turned away, and may come again. A flood of
/// sign-ins costs two cores at worst, and nothing of the road's memory.
final class PasswordHasher: Sendable {
    static let maximumAtOnce = 2

    private let slots: SlotCount
    private let threads: [WorkThread]
    let cost: PasswordHash.Cost
    private let randomness: Randomness
    /// What strangers' passwords are compared with, so that a name that there is not takes as long as one that there is.
    private let decoy: PasswordHash?

    init(cost: PasswordHash.Cost = .usual, randomness: Randomness = .system) {
        self.cost = cost
        self.randomness = randomness
        self.slots = SlotCount(Self.maximumAtOnce)
        self.threads = (0..<Self.maximumAtOnce).map { WorkThread(label: "martlet.password-\($0)") }
        let zeros = String(repeating: "A", count: 22)
        let hash = String(repeating: "A", count: 43)
        self.decoy = PasswordHash("scrypt$\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)$\(zeros)$\(hash)")
    }

    /// Hashes a new password.
    ///
    /// - Throws: `.invalidField` for one that is too short or too long, `.tooManyRequests` when two are hashed already.
    func hash(_ password: [UInt8], field: String = "password") async throws(AdminProblem) -> String {
        try Self.check(password, field: field)
        let (cost, randomness) = (self.cost, self.randomness)
        let text = try await self.run { PasswordHash(password, cost: cost, randomness: randomness)?.text }
        guard let text else { throw AdminProblem(.internalError, "the password could not be hashed") }
        return text
    }

    /// Whether a password is the one that was hashed; with no text it never is, and takes as long.
    ///
    /// - Throws: `.tooManyRequests` when two are hashed already.
    func verify(_ password: [UInt8], against text: String?) async throws(AdminProblem) -> Bool {
        let stored = text.flatMap { PasswordHash($0) }
        guard let hash = stored ?? self.decoy else { return false }
        let matches = try await self.run { hash.matches(password) }
        return matches && stored != nil
    }

    /// Whether a password may be had.
    static func check(_ password: [UInt8], field: String) throws(AdminProblem) {
        guard (PasswordHash.minimumBytes...PasswordHash.maximumBytes).contains(password.count) else {
            throw .field(field, "must be \(PasswordHash.minimumBytes) to \(PasswordHash.maximumBytes) bytes")
        }
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(AdminProblem) -> Value {
        guard let slot = self.slots.take() else {
            var problem = AdminProblem(.tooManyRequests, "too many passwords are being checked; try again in a second")
            problem.retryAfterSeconds = 1
            throw problem
        }
        let value = await self.threads[slot].run(work)
        self.slots.give(slot)
        return value
    }
}
