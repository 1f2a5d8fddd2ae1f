import Policy

/// A secret for a key that is still to be made, with its verifier.
struct PreparedKey: Sendable {
    var key: VirtualKey
    var verifier: String
}

/// Makes secrets and verifiers of many keys on a thread of its own: each verifier takes tens of milliseconds, for which no other
/// change, a revocation least of all, is to wait.
actor KeyMaker {
    private let executor = StoreExecutor(label: "martlet.key-maker")

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// Makes so many.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - randomness: Where the secrets come from.
    ///   - cost: bcrypt cost of the verifiers.
    /// - Returns: As many as asked for.
    /// - Throws: `.internalError` when a verifier cannot be made; `.unavailable` when nobody waits for them any more.
    func make(_ count: Int, _ randomness: Randomness, cost: Int) throws(AdminProblem) -> [PreparedKey] {
        var made: [PreparedKey] = []
        for _ in 0..<count {
            guard !Task.isCancelled else { throw AdminProblem(.unavailable, "the request was given up") }
            let key = VirtualKey.generate(randomness)
            guard let verifier = BcryptVerifier.hash(key: Array(key.text.utf8), cost: cost) else {
                throw AdminProblem(.internalError, "the key's verifier could not be made")
            }
            made.append(PreparedKey(key: key, verifier: verifier))
        }
        return made
    }
}
