import Synchronization

/// Decides which script serves a request: enqueued ones first, then the test's own function, then the vendor.
final class OracleRouter: Sendable {
    typealias Handler = @Sendable (OracleRequest) -> OracleScript?

    private struct State {
        var queue: [OracleScript] = []
        var pathQueues: [String: [OracleScript]] = [:]
        var connections: [OracleConnectionBehaviour] = []
        var handlers: [Handler] = []
    }

    private let state = Mutex(State())
    private let fallback: Handler

    init(fallback: @escaping Handler) {
        self.fallback = fallback
    }

    func enqueue(_ scripts: [OracleScript], path: String?) {
        self.state.withLock { state in
            if let path {
                state.pathQueues[path, default: []] += scripts
            } else {
                state.queue += scripts
            }
        }
    }

    func enqueueConnection(_ behaviour: OracleConnectionBehaviour) {
        self.state.withLock { $0.connections.append(behaviour) }
    }

    func addHandler(_ handler: @escaping Handler) {
        self.state.withLock { $0.handlers.append(handler) }
    }

    func reset() {
        self.state.withLock { $0 = State() }
    }

    func connectionBehaviour() -> OracleConnectionBehaviour {
        self.state.withLock { $0.connections.isEmpty ? .serve : $0.connections.removeFirst() }
    }

    /// A script that wants to start before the body is there.
    func earlyScript(for request: OracleRequest) -> OracleScript? {
        self.take(request) { $0.startsAtHead }
    }

    func script(for request: OracleRequest) -> OracleScript {
        if let script = self.take(request, where: { _ in true }) { return script }
        for handler in self.state.withLock({ $0.handlers }) {
            if let script = handler(request) { return script }
        }
        return self.fallback(request) ?? OracleRouter.nothing
    }

    private func take(_ request: OracleRequest, where fits: (OracleScript) -> Bool) -> OracleScript? {
        let path = request.path
        return self.state.withLock { state in
            if let first = state.pathQueues[path]?.first, fits(first) {
                state.pathQueues[path]?.removeFirst()
                return first
            }
            guard let first = state.queue.first, fits(first) else { return nil }
            state.queue.removeFirst()
            return first
        }
    }

    static let nothing = OracleScript.json(
        ["error": ["message": "the oracle has no script for this request", "type": "oracle_error"]],
        status: 404
    )
}

/// What the oracle does with a connection as soon as it is accepted.
public enum OracleConnectionBehaviour: Sendable, Equatable {
    /// Serves requests.
    case serve
    /// Closes it in good order.
    case close
    /// Resets it.
    case reset
    /// Reads nothing and answers nothing.
    case ignore
}
