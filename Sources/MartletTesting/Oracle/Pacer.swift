import NIOCore

/// Wakes many waiting connections of one event loop by one timer: a wait costs an array element, not a timer.
///
/// Confined to its event loop.
final class Pacer {
    private struct Slot {
        var connections: [(connection: OracleConnectionHandler, turn: Int)] = []
    }

    private let eventLoop: any EventLoop
    private let tickNanoseconds: Int64
    private var slots: [Int64: Slot] = [:]
    private var armedFor: Int64?

    init(eventLoop: any EventLoop, tick: Duration) {
        self.eventLoop = eventLoop
        self.tickNanoseconds = max(tick.wholeNanoseconds, 100_000)
    }

    /// Calls `connection.wake(turn)` on this loop, not before `delay` has passed and at most one tick and a bit later.
    func wake(_ connection: OracleConnectionHandler, turn: Int, after delay: Duration) {
        let now = Self.now
        let (due, overflow) = now.addingReportingOverflow(max(delay.wholeNanoseconds, 0))
        guard !overflow else { return }
        let slot = due / self.tickNanoseconds + 1
        self.slots[slot, default: Slot()].connections.append((connection, turn))
        self.arm(for: slot, now: now)
    }

    private static var now: Int64 { OracleLog.now() }

    private func arm(for slot: Int64, now: Int64) {
        if let armedFor = self.armedFor, armedFor <= slot { return }
        self.armedFor = slot
        let delay = max(slot * self.tickNanoseconds - now, 0)
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        self.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) {
            bound.value.tick(slot)
        }
    }

    private func tick(_ slot: Int64) {
        guard self.armedFor == slot else { return }
        self.armedFor = nil
        let now = Self.now
        let due = self.slots.keys.filter { $0 * self.tickNanoseconds <= now }.sorted()
        for key in due {
            for waiting in self.slots.removeValue(forKey: key)?.connections ?? [] {
                waiting.connection.wake(turn: waiting.turn)
            }
        }
        if let next = self.slots.keys.min() { self.arm(for: next, now: now) }
    }
}
