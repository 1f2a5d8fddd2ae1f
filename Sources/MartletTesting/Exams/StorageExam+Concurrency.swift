import Dispatch
import Storage
import Synchronization

/// Several threads at once.
extension StorageExam {
    static let concurrencyQuestions = [
        StorageExam("parallel writers lose nothing and repeat nothing") { store in
            try Self.inParallel(8) { worker in
                for batch in 0..<10 {
                    try store.append((0..<10).map { Sample.request("\(worker)-\(batch)-\($0)") })
                }
            }
            let stored = try Self.everything(store)
            try expectEqual(stored.count, 800, "records")
            try expectEqual(Set(stored.map(\.record.id)).count, 800, "different ids")
            let sequences = stored.map(\.sequence)
            try expectEqual(zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 }, true, "order")
            for worker in 0..<8 {
                let own = stored.map(\.record.id).filter { $0.hasPrefix("\(worker)-") }
                let expected = (0..<10).flatMap { batch in (0..<10).map { "\(worker)-\(batch)-\($0)" } }
                try expectEqual(own, expected, "the order of writer \(worker)")
            }
        },
        StorageExam("readers never see part of a batch") { store in
            try Self.inParallel(4) { worker in
                for round in 0..<20 {
                    guard worker == 0 else {
                        let count = try store.list(RequestQuery(limit: 200)).count
                        try expectEqual(count % 7, 0, "records seen")
                        continue
                    }
                    try store.append((0..<7).map { Sample.request("\(round)-\($0)") })
                }
            }
        },
        StorageExam("a configuration read is consistent while models and providers change") { store in
            try Self.inParallel(4) { worker in
                for round in 0..<20 {
                    guard worker == 0 else {
                        let models = try store.loadConfiguration().models
                        let isWhole = models.allSatisfy { $0.targets.map { Int64($0.weight) } == [$0.updatedAt] }
                        try expectEqual(isWhole, true, "whole models")
                        continue
                    }
                    var model = Sample.model()
                    model.updatedAt = Int64(round)
                    model.targets = [TargetRecord(provider: "p", upstreamModel: "m", weight: round)]
                    if round == 0 { try store.insertModel(model) } else { try store.updateModel(model) }
                }
            }
        },
        StorageExam("of many that insert the same name exactly one succeeds") { store in
            let winners = Mutex(0)
            try Self.inParallel(8) { worker in
                do {
                    let id = "prj_\(worker)"
                    try store.insertProject(ProjectRecord(id: id, name: "same", createdAt: 1, updatedAt: 1))
                    winners.withLock { $0 += 1 }
                } catch let error as StorageError where error.code == .conflict {
                    return
                }
            }
            try expectEqual(winners.withLock { $0 }, 1, "winners")
            try expectEqual(try store.loadConfiguration().projects.count, 1, "projects")
        },
        StorageExam("of many that write an absent setting all read the same value") { store in
            let seen = Mutex<Set<[UInt8]>>([])
            try Self.inParallel(8) { worker in
                try store.setSetting("seed", to: [UInt8(worker)], ifAbsent: true)
                let value = try store.setting("seed") ?? []
                seen.withLock { _ = $0.insert(value) }
            }
            try expectEqual(seen.withLock { $0.count }, 1, "values")
        },
        StorageExam("a project is never deleted from under a key") { store in
            for round in 0..<20 {
                let project = Sample.project("p\(round)")
                try store.insertProject(project)
                try Self.inParallel(2) { worker in
                    do {
                        if worker == 0 { try store.deleteProject(id: project.id) }
                        if worker == 1 { try store.insertKey(Sample.key("k\(round)", project: project.id)) }
                    } catch let error as StorageError where error.code != .failed {
                        return
                    }
                }
            }
            let configuration = try store.loadConfiguration()
            let owners = Set(configuration.keys.map(\.projectID))
            try expectEqual(owners, Set(configuration.projects.map(\.id)), "owners of keys")
        },
    ]

    /// Runs `body` on so many threads and throws the first error.
    static func inParallel(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: count) { worker in
            do { try body(worker) } catch { failure.withLock { $0 = $0 ?? error } }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private static func everything(_ store: Store) throws -> [StoredRequest] {
        var query = RequestQuery(limit: 200)
        query.after = 0
        var all: [StoredRequest] = []
        while case let page = try store.list(query), let last = page.last {
            all += page
            query.after = last.sequence
        }
        return all
    }
}
