/// One limit of one key. The object is the limit's identity: it moves from table to table when keys are reloaded, and
/// its history with it.
public final class RequestLimiter: Sendable {
    let slot: Int
    private let table: AdmissionTable

    /// Opens a limit, with nothing taken.
    public init(_ rate: LimitRate, in table: AdmissionTable) {
        self.table = table
        self.slot = table.register(rate)
    }

    deinit {
        self.table.unregister(self.slot)
    }

    /// Goes on under another rate, keeping what was taken.
    public func change(to rate: LimitRate, at now: MonotonicInstant) {
        self.table.change(self.slot, to: rate, at: now)
    }
}
