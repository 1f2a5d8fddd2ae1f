import Dispatch
import Glibc
import Synchronization
import Testing

@testable import AdminAPI

@Suite("A thread that gives way")
struct QuietThreadTests {
    private static func wait(_ semaphore: DispatchSemaphore) -> Bool {
        semaphore.wait(timeout: .now() + .seconds(10)) == .success
    }

    @Test("work is run in its order, on one thread, which alone is nicer than the others")
    func order() {
        let thread = QuietThread()
        let seen = Mutex<[(number: Int, thread: pthread_t, niceness: Int32)]>([])
        let done = DispatchSemaphore(value: 0)
        for number in 0..<100 {
            thread.run {
                let niceness = getpriority(Int32(PRIO_PROCESS.rawValue), 0)
                seen.withLock { $0.append((number, pthread_self(), niceness)) }
                if number == 99 { done.signal() }
            }
        }
        #expect(Self.wait(done))
        let all = seen.withLock { $0 }
        #expect(all.map(\.number) == Array(0..<100))
        #expect(Set(all.map(\.thread)).count == 1)
        #expect(all.allSatisfy { $0.niceness >= 10 && $0.thread != pthread_self() })
        #expect(getpriority(Int32(PRIO_PROCESS.rawValue), 0) < 10)
    }

    @Test("what was given is run even when the owner goes meanwhile")
    func owner() {
        let count = Mutex(0)
        let done = DispatchSemaphore(value: 0)
        let go = DispatchSemaphore(value: 0)
        do {
            let thread = QuietThread()
            thread.run { _ = Self.wait(go) }
            for _ in 0..<5 {
                thread.run {
                    count.withLock { $0 += 1 }
                    done.signal()
                }
            }
        }
        go.signal()
        for _ in 0..<5 { #expect(Self.wait(done)) }
        #expect(count.withLock { $0 } == 5)
    }

    @Test("an actor on a quiet executor is one: its work never overlaps")
    func actorWork() async {
        let reader = Reader()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { await reader.add() } }
        }
        #expect(await reader.count == 200)
        #expect(await reader.niceness >= 10)
    }
}

private actor Reader {
    private let executor = StoreExecutor.quiet()
    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }
    private(set) var count = 0

    func add() { self.count += 1 }

    var niceness: Int32 { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }
}
