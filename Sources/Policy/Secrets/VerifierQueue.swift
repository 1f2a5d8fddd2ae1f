import Exchange
import Synchronization

/// Holds keys against their stored verifiers behind their first use, on one thread of its own.
///
/// The digest admits a key at once; this finds, within moments, a digest that was planted without the key's verifier.
/// It holds at most 1,024 keys; more are dropped, counted, and tried again at their next use. An id is verified once in
/// a process, as long as it is among the last 65,536 ids. Key bytes are overwritten with zeros after use.
public final class VerifierQueue: Sendable {
    /// Most keys waiting.
    public static let capacity = 1_024
    /// Number of ids remembered as verified.
    public static let rememberedIDs = 65_536

    private let core: VerifierCore
    private let worker: WorkerThread

    /// Starts the worker.
    ///
    /// - Parameter onMismatch: Called on the worker's thread with the id of a key that is not its verifier's; it may
    ///   block.
    /// - Throws: `SecretsError` with `.noResources` when there is no thread to be had.
    public convenience init(onMismatch: @escaping @Sendable (_ id: String) -> Void) throws(SecretsError) {
        try self.init(
            capacity: Self.capacity,
            rememberedIDs: Self.rememberedIDs,
            verify: { key, verifier in key.withBytes { BcryptVerifier.verify(key: $0, against: verifier) } },
            onMismatch: onMismatch
        )
    }

    /// Starts the worker with bounds and a verification of the caller's choice.
    init(
        capacity: Int,
        rememberedIDs: Int,
        verify: @escaping @Sendable (_ key: Secret, _ verifier: String) -> Bool,
        onMismatch: @escaping @Sendable (_ id: String) -> Void
    ) throws(SecretsError) {
        let backlog = VerifierBacklog(capacity: capacity, rememberedIDs: rememberedIDs)
        let core = VerifierCore(backlog: backlog, verify: verify, onMismatch: onMismatch)
        self.core = core
        self.worker = try WorkerThread { core.run() }
    }

    deinit {
        self.shutdown()
    }

    /// Queues a key unless its id was queued before. Never waits.
    ///
    /// - Parameters:
    ///   - id: The key's id.
    ///   - key: The whole key. The queue's copy is overwritten after use; the array stays the caller's to forget.
    ///   - verifier: What ``BcryptVerifier/hash(key:cost:)`` made of the key when it was created.
    public func enqueue(id: String, key: [UInt8], verifier: String) {
        key.withUnsafeBytes { self.enqueue(id: id, key: $0, verifier: verifier) }
    }

    /// Queues the key that a buffer holds, which is copied only when the id is new.
    public func enqueue(id: String, key: UnsafeRawBufferPointer, verifier: String) {
        guard !self.core.backlog.withLock({ $0.knows(id) }) else { return }
        let job = VerifierBacklog.Job(id: id, key: Secret(key), verifier: verifier)
        let acceptance = self.core.backlog.withLock { $0.enqueue(job) }
        if acceptance == .queued { self.core.wakeUp.signal() }
    }

    /// Number of keys turned away because there was no room or the queue was shut.
    public var droppedCount: Int { self.core.backlog.withLock { $0.droppedCount } }

    /// Number of keys that waited for the worker at this moment.
    public var waitingCount: Int { self.core.backlog.withLock { $0.waitingCount } }

    /// Drops what waits and joins the worker, after at most one verification. Later keys are dropped. May be repeated.
    public func shutdown() {
        self.stop()
        self.worker.join()
    }

    /// Drops what waits and takes no more, without waiting for the worker.
    func stop() { self.core.shut() }
}

/// What the queue and its worker share.
private final class VerifierCore: Sendable {
    let backlog: Mutex<VerifierBacklog>
    let wakeUp = Semaphore()
    private let verify: @Sendable (Secret, String) -> Bool
    private let onMismatch: @Sendable (String) -> Void

    init(
        backlog: VerifierBacklog,
        verify: @escaping @Sendable (Secret, String) -> Bool,
        onMismatch: @escaping @Sendable (String) -> Void
    ) {
        self.backlog = Mutex(backlog)
        self.verify = verify
        self.onMismatch = onMismatch
    }

    /// The worker's whole life.
    func run() {
        while true {
            self.wakeUp.wait()
            let (job, isShut) = self.backlog.withLock { ($0.next(), $0.isShut) }
            guard !isShut else { return }
            if let job, !self.verify(job.key, job.verifier) { self.onMismatch(job.id) }
        }
    }

    func shut() {
        self.backlog.withLock { $0.shut() }
        self.wakeUp.signal()
    }
}
