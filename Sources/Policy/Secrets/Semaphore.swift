#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Dispatch
#endif

/// A counting semaphore that starts at zero. Waiting blocks the thread: only for threads of our own.
// Invariant behind `@unchecked`: the one field is set in `init` and never again, and what it refers to is made for use by
// many threads and touched through its own functions only.
final class Semaphore: @unchecked Sendable {
    #if canImport(Darwin)
    private let semaphore = DispatchSemaphore(value: 0)

    func signal() { self.semaphore.signal() }

    func wait() { self.semaphore.wait() }
    #else
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        self.semaphore = .allocate(capacity: 1)
        precondition(sem_init(self.semaphore, 0, 0) == 0, "a semaphore that starts at zero is always to be had")
    }

    deinit {
        sem_destroy(self.semaphore)
        self.semaphore.deallocate()
    }

    func signal() {
        // Fails only above the largest count, where a waiter is awake anyway.
        sem_post(self.semaphore)
    }

    func wait() {
        while sem_wait(self.semaphore) != 0 {
            precondition(errno == EINTR, "waiting on a semaphore of ours fails only when a signal interrupts")
        }
    }
    #endif
}
