import Exchange
import Policy

/// A request that was let in: its limits are taken and its money is reserved, all together or none.
struct Admitted {
    /// What was taken; ended once, when the exchange ends.
    let admission: Admission
    /// What is left, for the caller's rate-limit headers.
    let reading: LimitReading

    private init(admission: Admission, reading: LimitReading) {
        self.admission = admission
        self.reading = reading
    }

    /// Takes a request from all limits and budgets of its key and project.
    ///
    /// - Parameters:
    ///   - model: The public model that is asked for.
    ///   - caller: Whose it is.
    ///   - estimate: What it is expected to use.
    ///   - table: The limits of this node.
    ///   - now: The loop's clock.
    ///   - wall: The time that budgets go by, in milliseconds since 1970.
    /// - Returns: The admission with what is left.
    /// - Throws: `.rateLimited` with the time after which the same request would fit; `.budgetExhausted`;
    ///   `.invalidRequest` for what a budget of upper bounds cannot bound.
    static func take(
        _ model: String,
        for caller: Caller,
        _ estimate: Estimate,
        from table: AdmissionTable,
        at now: MonotonicInstant,
        wall: Int64
    ) throws(GatewayFailure) -> Admitted {
        let limits = caller.key.limits(for: model)
        switch table.admit(limits, estimate.demand, at: now, wall: wall) {
        case .admitted(let admission, let reading):
            return Admitted(admission: admission, reading: reading)
        case .refused(let refusal):
            throw refusal.failure(caller.key, wall: wall)
        }
    }

    /// A look before the body is read: refuses what could not be admitted anyway, takes nothing.
    static func look(
        for caller: Caller,
        _ operation: Exchange.Operation,
        in table: AdmissionTable,
        at now: MonotonicInstant,
        wall: Int64
    ) throws(GatewayFailure) {
        let isBilled = TargetPricing.isBilled(operation)
        let refusal = table.peek(caller.key.limits, at: now, wall: wall, includesBudgets: isBilled)
        guard let refusal else { return }
        throw refusal.failure(caller.key, wall: wall)
    }
}

extension LimitReading {
    /// Nothing limits the caller.
    var isEmpty: Bool { self.requests == nil && self.tokens == nil }
}
