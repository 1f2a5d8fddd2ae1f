import Synchronization

/// Whether the process should be given work, as a list of named conditions. Told by the parts themselves, so that asking
/// never waits for one.
public final class Readiness: Sendable {
    /// How one condition stands.
    public enum State: Sendable, Equatable {
        /// All is well.
        case ready
        /// Not ready, and why; the reason is for operators and holds no secret.
        case waiting(String)
    }

    private struct Conditions {
        var states: [String: State]
        var isDraining = false
        var notes: [String: String] = [:]
    }

    private let conditions: Mutex<Conditions>

    /// Waits for the conditions named.
    public init(waitingFor names: [String] = []) {
        let states = Dictionary(names.map { ($0, State.waiting("starting")) }, uniquingKeysWith: { first, _ in first })
        self.conditions = Mutex(Conditions(states: states))
    }

    /// Tells how a condition stands.
    public func set(_ name: String, _ state: State) {
        self.conditions.withLock { $0.states[name] = state }
    }

    /// Says something about a part that leaves the process ready.
    ///
    /// - Parameters:
    ///   - name: The part.
    ///   - text: For whoever asks, without secrets or names of tenants; `nil` takes it back.
    public func note(_ name: String, _ text: String?) {
        self.conditions.withLock { $0.notes[name] = text }
    }

    /// What is to be said of parts, by name.
    public var notes: [(name: String, text: String)] {
        self.conditions.withLock { $0.notes }.map { (name: $0.key, text: $0.value) }.sorted { $0.name < $1.name }
    }

    /// From now on the process is not ready, whatever the conditions say.
    public func beginDraining() {
        self.conditions.withLock { $0.isDraining = true }
    }

    /// Whether the process is on its way out.
    public var isDraining: Bool { self.conditions.withLock { $0.isDraining } }

    /// Whether all conditions hold and the process is not draining.
    public var isReady: Bool {
        self.conditions.withLock { conditions in
            !conditions.isDraining && conditions.states.values.allSatisfy { $0 == .ready }
        }
    }

    /// Every condition with its state, by name; draining is one of them while it lasts.
    public var report: [(name: String, state: State)] {
        let conditions = self.conditions.withLock { $0 }
        var lines = conditions.states.map { (name: $0.key, state: $0.value) }
        if conditions.isDraining {
            lines.append((name: "draining", state: .waiting("shutting down")))
        }
        return lines.sorted { $0.name < $1.name }
    }
}
