/// One rate limit: requests or tokens per minute of one scope. The object is the limit's identity: it moves from table
/// to table when keys are reloaded, and its history with it.
final class RateLimiter: Sendable {
    let slot: Int
    private let table: AdmissionTable

    /// Opens a limit, with nothing taken.
    init(_ rate: LimitRate, in table: AdmissionTable) {
        self.table = table
        self.slot = table.register(rate)
    }

    deinit {
        self.table.unregister(rate: self.slot)
    }

    /// Goes on under another rate, keeping what was taken.
    func change(to rate: LimitRate, at now: MonotonicInstant) {
        self.table.change(rate: self.slot, to: rate, at: now)
    }
}

/// One limit of requests in flight at once. As with `RateLimiter`, the object is the identity.
final class ConcurrencyLimiter: Sendable {
    let slot: Int
    private let table: AdmissionTable

    /// Opens a limit, with nothing in flight.
    init(_ limit: Int, in table: AdmissionTable) {
        self.table = table
        self.slot = table.register(concurrency: limit)
    }

    deinit {
        self.table.unregister(concurrency: self.slot)
    }

    /// Goes on under another limit. What is in flight stays in flight.
    func change(to limit: Int) {
        self.table.change(concurrency: self.slot, to: limit)
    }
}
