import Exchange
import Policy
import Storage
import Synchronization

@testable import Gateway

/// A store of bodies in memory that fails when it is told to.
final class MemoryBodies: BodyStore {
    private let state = Mutex<(kept: [KeptBodies], isBroken: Bool)>(([], false))

    var kept: [KeptBodies] { self.state.withLock { $0.kept } }

    func setBroken(_ isBroken: Bool) { self.state.withLock { $0.isBroken = isBroken } }

    func append(_ bodies: [KeptBodies]) throws {
        let isBroken = self.state.withLock { state in
            if !state.isBroken { state.kept += bodies }
            return state.isBroken
        }
        if isBroken { throw StorageError(.unusable, "the disk is full") }
    }

    func find(requestID: String, in projects: [String]?) -> KeptBodies? {
        self.kept.last { $0.requestID == requestID && projects?.contains($0.projectID) ?? true }
    }

    func erase(requestID: String, in projects: [String]?) -> Int { 0 }
    func erase(projectID: String) -> Int { 0 }
    func prune(before: UnixMilliseconds?, maxBytes: Int?) -> Int { 0 }

    /// A vault over it.
    func vault() throws -> BodyVault {
        let box = SecretBox(masterKey: try MasterKey.generate())
        return BodyVault(self) { box }
    }
}
