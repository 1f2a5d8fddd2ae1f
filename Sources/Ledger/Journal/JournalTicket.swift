public import Storage

/// An attempt whose reservation is in the journal. It ends by `Journal.settle` or `Journal.release`; ending it again, or
/// anything after its end, does nothing.
public struct JournalTicket: Sendable, Equatable {
    /// Which attempt.
    public let attempt: AttemptID
    /// Where the journal keeps its state.
    let slot: Int
    /// Tells it from earlier and later users of the slot.
    let generation: UInt64
}
