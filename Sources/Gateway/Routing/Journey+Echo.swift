import Exchange
import Policy

// A request that fails in the same way at two targets is as likely to be the cause as they are: it counts against the first
// alone.

/// How an attempt failed, as far as two of one request are compared.
struct AttemptFault: Equatable {
    /// Its place in the model's list of targets.
    let target: Int
    /// The first digit of the vendor's status; 0 when there was none.
    let statusClass: Int
    let kind: GatewayFailure.Kind

    func isEcho(of other: AttemptFault) -> Bool {
        self.target != other.target && self.statusClass == other.statusClass && self.kind == other.kind
    }
}

extension Journey {
    /// Remembers how an attempt failed.
    ///
    /// - Returns: Whether the request failed so at another target before.
    func echoes(_ exchange: ActiveExchange, at target: Int, _ end: AttemptEnd, _ failure: GatewayFailure) -> Bool {
        guard case .sickTarget = end.outcome else { return false }
        let fault = AttemptFault(target: target, statusClass: exchange.upstreamStatus / 100, kind: failure.kind)
        let isEcho = self.faults.contains { fault.isEcho(of: $0) }
        self.faults.append(fault)
        return isEcho
    }
}
