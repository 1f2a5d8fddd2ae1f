public import Policy

/// How loaded the data plane is at this moment.
public struct LoadView: Sendable, Equatable {
    /// Requests let in and not over.
    public var requests: Int
    /// Body bytes held for them.
    public var bodyBytes: Int
    /// How much may be in flight.
    public var bound: LoadBound
    /// Requests that wait.
    public var waiting: Int
    /// What memory forbids.
    public var pressure: MemoryPressure
    /// How many were turned away since the start, by reason.
    public var shed: [ShedReason: Int]

    init(_ gate: LoadGate) {
        self.requests = gate.count.requests
        self.bodyBytes = gate.count.bodyBytes
        self.bound = gate.limits.bound
        self.waiting = gate.waiting
        self.pressure = gate.pressure
        self.shed = Dictionary(ShedReason.allCases.map { ($0, gate.shedCount($0)) }) { _, last in last }
    }
}
