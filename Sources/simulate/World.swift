import Ledger
import MartletTesting
import Storage
import Synchronization

/// What outlives the process: the disk and the store, and the moment at which it dies.
final class World: Sendable {
    private struct State {
        var isDead = false
        var armed: (point: JournalPoint, passes: Int)?
        /// By request: whether its attempt is on the disk, once that is known.
        var synced: [Int: Bool] = [:]
    }

    let disk: SimulatedDisk
    let memory: MemoryLedgerStore
    let store: UnreliableStore
    let sync: JournalSync
    private let state = Mutex(State())

    init(_ random: inout SeededRandom) {
        self.disk = SimulatedDisk()
        self.memory = MemoryLedgerStore()
        self.store = UnreliableStore(self.memory)
        self.sync = random.chance(1, in: 3) ? .each : .group
    }

    /// The process has died in the middle of something.
    var isDead: Bool { self.state.withLock { $0.isDead } }

    /// Lets the process die at a point of the journal that it will pass.
    func arm(_ random: inout SeededRandom) {
        let point = JournalPoint.allCases[random.int(0...JournalPoint.allCases.count - 1)]
        let passes = random.int(1...4)
        self.state.withLock { $0.armed = (point, passes) }
    }

    /// The journal's hook.
    func pass(_ point: JournalPoint) {
        let dies = self.state.withLock { state in
            guard let armed = state.armed, armed.point == point, !state.isDead else { return false }
            state.armed?.passes -= 1
            guard armed.passes <= 1 else { return false }
            state.isDead = true
            return true
        }
        if dies { self.stop() }
    }

    /// Nothing that the process still does reaches the disk or the store.
    func stop() {
        self.disk.kill()
        self.store.die()
    }

    /// A new process may start.
    func revive() {
        self.store.revive()
        self.state.withLock { $0 = State() }
    }

    func noteSynced(_ request: Int, _ isSynced: Bool) {
        self.state.withLock { $0.synced[request] = isSynced }
    }

    func takeSynced(_ request: Int) -> Bool? {
        self.state.withLock { $0.synced.removeValue(forKey: request) }
    }
}
