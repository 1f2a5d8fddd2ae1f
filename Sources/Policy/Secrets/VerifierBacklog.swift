import Exchange

/// What a ``VerifierQueue`` decides, without its thread: which keys wait, which were seen, when the worker ends.
struct VerifierBacklog: Sendable {
    /// One key to be held against its verifier.
    struct Job: Sendable {
        let id: String
        let key: Secret
        let verifier: String
    }

    /// What the queue did with a key.
    enum Acceptance: Equatable {
        /// It waits; wake the worker.
        case queued
        /// Its id is waiting or was verified already.
        case known
        /// There was no room, or the queue is shut.
        case dropped
    }

    private var waiting: BoundedFIFO<Job>
    private var known: Set<String> = []
    private var oldestKnown: BoundedFIFO<String>
    private(set) var droppedCount = 0
    private(set) var isShut = false

    init(capacity: Int, rememberedIDs: Int) {
        self.waiting = BoundedFIFO(capacity: capacity)
        self.oldestKnown = BoundedFIFO(capacity: max(rememberedIDs, capacity, 1))
    }

    var waitingCount: Int { self.waiting.count }

    /// Whether a key with this id would be `.known`.
    func knows(_ id: String) -> Bool { self.known.contains(id) }

    /// Takes in a key unless its id is known. A dropped id stays unknown, so that its next use tries again.
    mutating func enqueue(_ job: Job) -> Acceptance {
        guard !self.known.contains(job.id) else { return .known }
        guard !self.isShut, self.waiting.append(job) else {
            self.droppedCount &+= 1
            return .dropped
        }
        self.remember(job.id)
        return .queued
    }

    /// The next key to verify.
    mutating func next() -> Job? { self.waiting.popFirst() }

    /// Takes in no more, and forgets what waits.
    mutating func shut() {
        self.isShut = true
        self.waiting.removeAll()
    }

    private mutating func remember(_ id: String) {
        if self.oldestKnown.isFull, let oldest = self.oldestKnown.popFirst() { self.known.remove(oldest) }
        self.known.insert(id)
        _ = self.oldestKnown.append(id)
    }
}
