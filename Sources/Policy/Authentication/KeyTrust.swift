import Synchronization

/// Whether a key's stored verifier was checked since this process began. One object a key id, carried from table to
/// table.
final class KeyTrust: Sendable {
    /// Where the check stands.
    enum State: UInt8, AtomicRepresentable {
        case unchecked, queued, matched, mismatched
    }

    private let current = Atomic(State.unchecked)

    var state: State { self.current.load(ordering: .relaxed) }

    /// Claims the one check of this process; `false` when it is claimed or done.
    func claimCheck() -> Bool {
        self.state == .unchecked
            && self.current.compareExchange(expected: .unchecked, desired: .queued, ordering: .relaxed).exchanged
    }

    /// Ends a claimed check: `.unchecked` leaves it to the next use.
    func finishCheck(_ outcome: State) {
        self.current.store(outcome, ordering: .relaxed)
    }
}
