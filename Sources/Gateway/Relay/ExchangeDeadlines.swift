/// Deadlines that all exchanges go by, or those with one model: an exchange holds on to them, and has no copy of its own.
final class ExchangeDeadlines: Sendable {
    let all: GatewayOptions.Deadlines

    init(_ all: GatewayOptions.Deadlines) {
        self.all = all
    }
}
