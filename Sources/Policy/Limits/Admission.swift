import Synchronization

/// Whether a request was let in.
public enum AdmissionOutcome: Sendable {
    /// It may go on; the decision is for the answer's headers, `nil` when nothing limits the key.
    case admitted(Admission, LimitDecision?)
    /// It may not.
    case refused(LimitDecision)
}

/// What one request holds of its key's limits, from admission to the end of its answer.
///
/// It is ended once, by `release` before anything was sent or by `settle` afterwards. Whoever drops it without doing so
/// has a defect: the last net then releases what was not sent, leaves what was sent taken, and counts it.
public final class Admission: Sendable {
    /// How far it has come.
    public enum State: Sendable, Equatable {
        /// Taken; nothing has been sent upstream.
        case held
        /// The first byte went upstream: it counts, whatever becomes of it.
        case sent
        /// Ended after it was sent.
        case settled
        /// Ended before anything was sent, and given back.
        case released
    }

    private let current = Mutex(State.held)
    private let table: AdmissionTable
    private let claims: [LimitClaim]
    private let takenAt: MonotonicInstant

    init(_ table: AdmissionTable, _ claims: [LimitClaim], takenAt: MonotonicInstant) {
        self.table = table
        self.claims = claims
        self.takenAt = takenAt
    }

    deinit {
        switch self.state {
        case .settled, .released: return
        case .sent: self.settle()
        case .held: self.release()
        }
        self.table.noteAbandoned()
    }

    /// How far it has come.
    public var state: State { self.current.withLock { $0 } }

    /// Notes that the first byte goes upstream.
    public func markSent() {
        self.move(from: .held, to: .sent)
    }

    /// Ends it after the answer's body has ended, however it ended. Does nothing when it has ended already.
    public func settle() {
        self.move(from: .sent, to: .settled)
    }

    /// Ends it before anything was sent and gives back what was taken. Does nothing once it was sent or has ended.
    public func release() {
        guard self.move(from: .held, to: .released) else { return }
        self.table.giveBack(self.claims, takenAt: self.takenAt)
    }

    @discardableResult
    private func move(from old: State, to new: State) -> Bool {
        self.current.withLock { state in
            guard state == old else { return false }
            state = new
            return true
        }
    }
}
