import Exchange
import Policy
import Storage
import Synchronization

@testable import Gateway

/// A store of bodies in memory that fails when it is told to.
final class MemoryBodies: BodyStore {
    private struct State {
        var kept: [KeptBodies] = []
        var isBroken = false
        var capacity = Int.max
        var isPrunable = true
        var makesRoom = false
    }

    private let state = Mutex(State())

    var kept: [KeptBodies] { self.state.withLock { $0.kept } }

    func setBroken(_ isBroken: Bool) { self.state.withLock { $0.isBroken = isBroken } }

    /// Over a number of exchanges there is no room.
    func setCapacity(_ capacity: Int) { self.state.withLock { $0.capacity = capacity } }

    /// Adding drops one at a time while there is no room.
    func setMakesRoom(_ makesRoom: Bool) { self.state.withLock { $0.makesRoom = makesRoom } }

    func append(_ bodies: [KeptBodies], maxBytes: Int?) throws -> BodyAddition {
        let (isBroken, addition): (Bool, BodyAddition) = self.state.withLock { state in
            if state.isBroken { return (true, .noRoom) }
            if state.kept.count + bodies.count <= state.capacity {
                state.kept += bodies
                return (false, .added)
            }
            guard state.makesRoom, !state.kept.isEmpty else { return (false, .noRoom) }
            state.kept.removeFirst()
            return (false, .madeRoom)
        }
        if isBroken { throw StorageError(.unusable, "the disk is full") }
        return addition
    }

    func find(requestID: String, in projects: [String]?) -> KeptBodies? {
        self.kept.last { $0.requestID == requestID && projects?.contains($0.projectID) ?? true }
    }

    func holds(_ bodies: BodySelection) -> Bool { false }
    func mark() -> Int64 { 0 }
    func erase(_ bodies: BodySelection, before mark: Int64) -> Int { 0 }

    /// Drops one at a time while there is no room.
    func prune(before: UnixMilliseconds?, maxBytes: Int?) -> Int {
        self.state.withLock { state in
            guard state.isPrunable, state.kept.count >= state.capacity, !state.kept.isEmpty else { return 0 }
            state.kept.removeFirst()
            return 1
        }
    }

    func setPrunable(_ isPrunable: Bool) { self.state.withLock { $0.isPrunable = isPrunable } }

    /// A vault over it.
    func vault() throws -> BodyVault {
        let box = SecretBox(masterKey: try MasterKey.generate())
        return BodyVault(self) { box }
    }
}
