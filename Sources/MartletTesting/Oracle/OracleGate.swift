import Synchronization

/// A barrier inside a script: the oracle stops there until the test opens it, so that no test has to sleep.
public final class OracleGate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [@Sendable () -> Void] = []
        var arrivals = 0
    }

    private let state = Mutex(State())

    /// A gate, shut at first.
    public init() {}

    /// Opens the gate for good: whoever waits goes on, whoever comes later does not stop.
    public func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for resume in waiting { resume() }
    }

    /// How many connections have come to the gate.
    public var arrivals: Int {
        self.state.withLock { $0.arrivals }
    }

    /// Calls `resume` when the gate opens.
    ///
    /// - Returns: `false` when it is open already; `resume` is then not called.
    func wait(_ resume: @escaping @Sendable () -> Void) -> Bool {
        self.state.withLock { state in
            state.arrivals += 1
            guard !state.isOpen else { return false }
            state.waiting.append(resume)
            return true
        }
    }
}

extension OracleGate: Equatable {
    /// A gate equals only itself.
    public static func == (a: OracleGate, b: OracleGate) -> Bool {
        a === b
    }
}
