import Exchange
import Policy
import Storage
import Synchronization
import Testing

@testable import Gateway

@Suite("Erasing kept bodies")
struct BodyErasingTests {
    /// Erases one exchange with each step, until it is told to stop or to fail.
    private final class Steps: BodyStore {
        let taken = Mutex(0)
        let most: Int
        let fails: Bool
        let goesOn: @Sendable (Int) -> Bool

        init(most: Int, fails: Bool = false, goesOn: @escaping @Sendable (Int) -> Bool = { _ in true }) {
            self.most = most
            self.fails = fails
            self.goesOn = goesOn
        }

        func append(_ bodies: [KeptBodies], maxBytes: Int?) -> BodyAddition { .added }
        func find(requestID: String, in projects: [String]?) -> KeptBodies? { nil }
        func holds(_ bodies: BodySelection) -> Bool { true }
        func mark() -> Int64 { 17 }
        func prune(before: UnixMilliseconds?, maxBytes: Int?) -> Int { 0 }

        func erase(_ bodies: BodySelection, before mark: Int64) throws -> Int {
            #expect(mark == 17 && bodies == .project("p"))
            let number = self.taken.withLock { taken in
                taken += 1
                return taken
            }
            guard self.goesOn(number) else { return 0 }
            guard number <= self.most else {
                if self.fails { throw StorageError(.unusable, "the disk is full") }
                return 0
            }
            return 1
        }
    }

    /// Something to be written.
    private final class Written: Sendable {
        private let state = Mutex(false)
        var isDone: Bool { self.state.withLock { $0 } }

        func write(on thread: BodyThread) {
            // Ends with the work that it waits for.
            Task { try await thread.run { self.state.withLock { $0 = true } } }
        }
    }

    private func vault(_ store: Steps) throws -> BodyVault {
        let box = SecretBox(masterKey: try MasterKey.generate())
        return BodyVault(store) { box }
    }

    @Test("what is to be written meanwhile is written between two steps")
    func between() async throws {
        let thread = BodyThread()
        let written = Written()
        let store = Steps(most: 1_000_000) { number in
            // Behind the step that runs now, and before the end, which comes when this is done.
            if number == 1 { written.write(on: thread) }
            return !written.isDone
        }
        let erasure = await (try self.vault(store)).erase(.project("p"), on: thread)
        #expect(written.isDone && erasure.error == nil)
        #expect(erasure.count > 0 && erasure.count < 1_000_000)
        await thread.shutdown()
    }

    @Test("a failure midway says how far it came")
    func failure() async throws {
        let thread = BodyThread()
        let whole = await (try self.vault(Steps(most: 5))).erase(.project("p"), on: thread)
        #expect(whole.count == 5 && whole.error == nil)
        let half = await (try self.vault(Steps(most: 3, fails: true))).erase(.project("p"), on: thread)
        #expect(half.count == 3 && half.error is StorageError)
        await thread.shutdown()
        let none = await (try self.vault(Steps(most: 3))).erase(.project("p"), on: thread)
        #expect(none.count == 0 && none.error != nil)
    }
}
