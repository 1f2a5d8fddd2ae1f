import Crypto
import Exchange
public import Policy
public import Storage

/// Sees to it that a request that is sent again with the same idempotency key is carried out once.
///
/// What was answered is kept for a day, sealed, because answers may hold the only showing of a secret. A request is written
/// down before it is carried out: when the process ends in between, nobody knows whether it was, and a repetition is told so
/// rather than carried out a second time. A request that was refused changed nothing, so its key is free again.
public actor IdempotencyDesk {
    /// How long answers are kept: a day.
    static let lifetime: UnixMilliseconds = 86_400_000
    /// Requests that are remembered of each actor.
    static let maximumRecords = 1_000
    /// Bytes of answers that are kept of each actor: 16 MiB.
    static let maximumBytes = 16 << 20
    /// Bytes of the longest answer that is kept: half a MiB.
    static let maximumAnswerBytes = 1 << 19
    /// What nobody else digests begins so.
    private static let domain = Array("martlet idempotency 1\n".utf8)

    private let executor = StoreExecutor(label: "martlet.idempotency")
    private let store: any IdempotencyStore
    private let box: SecretBox
    private let digester: KeyDigester
    private let clock: @Sendable () -> UnixMilliseconds
    private var running: Set<[UInt8]> = []

    /// Remembers in a store.
    ///
    /// - Parameters:
    ///   - store: Blocks; only this actor's thread calls it here.
    ///   - box: Seals answers.
    ///   - digester: Digests keys: they are not stored as they came.
    ///   - clock: Unix time in milliseconds.
    public init(
        _ store: any IdempotencyStore,
        box: SecretBox,
        digester: KeyDigester,
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.store = store
        self.box = box
        self.digester = digester
        self.clock = clock
    }

    /// The desk's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// A request that came with a key.
    struct Claim: Sendable {
        var actor: String
        var key: String
        var fingerprint: [UInt8]
    }

    /// What is to be done about it.
    enum Decision: Sendable {
        /// It is new: to be carried out, and its end told.
        case carryOut(IdempotencyRecord)
        /// It was answered so.
        case replay(AdminAnswer)
    }

    /// Looks a request up, and writes it down when it is new.
    ///
    /// - Parameter claim: Who asks for what, with which key.
    /// - Returns: What is to be done.
    /// - Throws: `.conflict` while it is under way and when nobody knows how it ended, `.keyReused` for another request
    ///   with the same key, `.storeFailed`.
    func begin(_ claim: Claim) throws(AdminProblem) -> Decision {
        let (now, digest) = (self.clock(), self.digest(claim))
        guard !self.running.contains(digest) else {
            throw AdminProblem(
                .conflict,
                "a request with this idempotency key is under way",
                field: IdempotencyKey.header
            )
        }
        if let known = try self.reading({ try $0.idempotencyRecord(digest, since: now - Self.lifetime) }) {
            return .replay(try self.answer(known, to: claim))
        }
        let record = IdempotencyRecord(
            digest: digest,
            actor: claim.actor,
            fingerprint: claim.fingerprint,
            createdAt: now
        )
        try self.put(record, now)
        self.running.insert(digest)
        return .carryOut(record)
    }

    /// Keeps what was answered; `nil` for a refusal, which frees the key.
    func end(_ record: IdempotencyRecord, _ answer: AdminAnswer?) {
        self.running.remove(record.digest)
        // The request is done, and its answer must go out as it is. Where nothing can be kept, a repetition finds that it
        // was begun, and is refused.
        guard let answer else {
            try? self.store.deleteIdempotencyRecord(record.digest)
            return
        }
        let bytes = KeptAnswer.bytes(answer)
        guard bytes.count <= Self.maximumAnswerBytes else { return }
        var record = record
        record.sealedAnswer = try? self.box.seal(bytes, context: Self.place(record.digest))
        try? self.put(record, self.clock())
    }

    private func answer(_ known: IdempotencyRecord, to claim: Claim) throws(AdminProblem) -> AdminAnswer {
        guard known.fingerprint == claim.fingerprint else {
            throw AdminProblem(
                .keyReused,
                "this idempotency key came with another request; each request needs a key of its own",
                field: IdempotencyKey.header
            )
        }
        let opened = known.sealedAnswer.flatMap { try? self.box.open($0, context: Self.place(known.digest)) }
        guard let answer = opened.flatMap({ KeptAnswer.answer($0.bytes) }) else {
            throw AdminProblem(
                .conflict,
                "a request with this idempotency key was begun, and its answer is not known; look at what is there before "
                    + "asking again with another key",
                field: IdempotencyKey.header
            )
        }
        return answer
    }

    private func put(_ record: IdempotencyRecord, _ now: UnixMilliseconds) throws(AdminProblem) {
        let bounds = IdempotencyBounds(
            since: now - Self.lifetime,
            maximumRecords: Self.maximumRecords,
            maximumBytes: Self.maximumBytes
        )
        do { try self.store.putIdempotencyRecord(record, within: bounds) } catch { throw Self.failed }
    }

    private func reading<R>(_ body: (any IdempotencyStore) throws -> R) throws(AdminProblem) -> R {
        do { return try body(self.store) } catch { throw Self.failed }
    }

    /// The actor's name with its length before it, so that no two pairs give the same bytes.
    private func digest(_ claim: Claim) -> [UInt8] {
        let actor = Array(claim.actor.utf8)
        let bytes = Self.domain + Array("\(actor.count)\n".utf8) + actor + Array(claim.key.utf8)
        return bytes.withUnsafeBytes { self.digester.digest($0).bytes }
    }

    private static func place(_ digest: [UInt8]) -> SecretContext {
        let row = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return SecretContext(table: "idempotency", row: row, column: "sealed_answer")
    }

    private static let failed = AdminProblem(.storeFailed, "idempotency keys cannot be looked up now")
}
