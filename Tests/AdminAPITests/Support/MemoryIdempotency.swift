import Storage
import Synchronization

@testable import AdminAPI

/// Remembers in memory, with a switch that makes it fail.
final class MemoryIdempotency: IdempotencyStore {
    private struct State {
        var records: [IdempotencyRecord] = []
        var bounds: [IdempotencyBounds] = []
        var isBroken = false
    }

    private let state = Mutex(State())

    var records: [IdempotencyRecord] { self.state.withLock { $0.records } }
    var bounds: [IdempotencyBounds] { self.state.withLock { $0.bounds } }
    func setBroken() { self.state.withLock { $0.isBroken = true } }

    private func with<R>(_ body: (inout State) throws -> R) throws -> R {
        try self.state.withLock { state in
            guard !state.isBroken else { throw StorageError(.failed, "the disk is full") }
            return try body(&state)
        }
    }

    func idempotencyRecord(_ digest: [UInt8], since: UnixMilliseconds) throws -> IdempotencyRecord? {
        try self.with { state in state.records.first { $0.digest == digest && $0.createdAt >= since } }
    }

    func putIdempotencyRecord(_ record: IdempotencyRecord, within bounds: IdempotencyBounds) throws {
        try self.with { state in
            state.records.removeAll { $0.digest == record.digest }
            state.records.append(record)
            state.bounds.append(bounds)
        }
    }

    func deleteIdempotencyRecord(_ digest: [UInt8]) throws {
        try self.with { state in state.records.removeAll { $0.digest == digest } }
    }
}
