import Dispatch
import Glibc
import Synchronization

/// Writes log lines behind the back of whoever logs. The queue is bounded in bytes: a line that does not fit is dropped
/// and counted, so that a slow or full disk never slows a request.
final class LogWriter: Sendable {
    private struct Pending {
        var bytes: [UInt8] = []
        var isDraining = false
    }

    private let capacity: Int
    private let sink: @Sendable ([UInt8]) -> Void
    private let queue = DispatchQueue(label: "martlet.log")
    private let pending = Mutex(Pending())
    private let dropped = Atomic<Int>(0)

    /// - Parameters:
    ///   - capacity: Bytes that may wait.
    ///   - sink: Takes whole lines; called on the writer's own thread, and may block.
    init(capacity: Int = 1 << 20, sink: @escaping @Sendable ([UInt8]) -> Void) {
        self.capacity = capacity
        self.sink = sink
    }

    /// Lines that were dropped so far.
    var droppedLines: Int { self.dropped.load(ordering: .relaxed) }

    /// Queues one line, its line end included.
    func write(_ line: [UInt8]) {
        enum Outcome { case queued, queuedFirst, dropped }
        let outcome: Outcome = self.pending.withLock { pending in
            guard pending.bytes.count + line.count <= self.capacity else { return .dropped }
            pending.bytes += line
            guard !pending.isDraining else { return .queued }
            pending.isDraining = true
            return .queuedFirst
        }
        switch outcome {
        case .queued: break
        case .queuedFirst: self.queue.async { self.drain() }
        case .dropped: self.dropped.wrappingAdd(1, ordering: .relaxed)
        }
    }

    /// Waits until everything queued so far was handed to the sink.
    func flush() {
        self.queue.sync { self.drain() }
    }

    /// Waits until everything queued so far was handed to the sink, no longer than the limit: a sink may block for ever.
    ///
    /// - Returns: Whether it was.
    @discardableResult
    func flush(within limit: Duration) -> Bool {
        let done = DispatchSemaphore(value: 0)
        self.queue.async {
            self.drain()
            done.signal()
        }
        let (seconds, attoseconds) = limit.components
        let nanoseconds = Int(clamping: seconds) &* 1_000_000_000 &+ Int(attoseconds / 1_000_000_000)
        return done.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success
    }

    private func drain() {
        while let bytes = self.take() {
            self.sink(bytes)
        }
    }

    private func take() -> [UInt8]? {
        self.pending.withLock { pending in
            guard !pending.bytes.isEmpty else {
                pending.isDraining = false
                return nil
            }
            defer { pending.bytes = [] }
            return pending.bytes
        }
    }
}

extension LogWriter {
    /// A writer to a file descriptor. What cannot be written (a closed pipe) is lost.
    static func descriptor(_ descriptor: CInt, capacity: Int = 1 << 20) -> LogWriter {
        LogWriter(capacity: capacity) { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
