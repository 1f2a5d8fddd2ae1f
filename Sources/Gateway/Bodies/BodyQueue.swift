import Exchange
import Storage
import Synchronization
public import Telemetry

/// The bodies of an exchange that is over, as they were on the wire.
public struct FinishedBodies: Sendable {
    let requestID: String
    let projectID: String
    let at: UnixMilliseconds
    let isStream: Bool
    let rules: BodyRules
    /// The beginning of each body, and how long it was.
    var request: [UInt8] = []
    var requestBytes = 0
    var answer: [UInt8] = []
    var answerBytes = 0
    /// The answer is a stream of events.
    var isEventStream = false
    /// The caller was sent all of it.
    var isAnswerWhole = false

    var heldBytes: Int { self.request.count + self.answer.count }
}

/// Bodies on their way from the loops to their store: bounded by count and by bytes, those of exchanges in flight included, so
/// that a slow disk costs bodies, which are counted, and never memory or the road's time.
public final class BodyQueue: Sendable {
    private let capacity: Int
    private let maxBytes: Int
    /// What samples are drawn with.
    let salt: UInt64
    private let waiting = Mutex<[FinishedBodies]>([])
    private let held = Atomic<Int>(0)
    private let dropped: Counter

    /// A queue.
    ///
    /// - Parameters:
    ///   - capacity: Exchanges that wait at most.
    ///   - maxBytes: Bytes of bodies that are held at most, in flight and waiting.
    ///   - salt: What samples are drawn with; nobody outside is to know it.
    ///   - registry: Where the drop counter lives.
    public init(
        capacity: Int = 5_000,
        maxBytes: Int = 64 << 20,
        salt: UInt64 = .random(in: .min ... .max),
        registry: MetricRegistry
    ) {
        self.capacity = capacity
        self.maxBytes = maxBytes
        self.salt = salt
        self.dropped = registry.counter(
            "martlet_bodies_dropped_total",
            help: "Exchanges whose bodies were not kept because too many were held or waiting, or their store was full."
        )
    }

    /// Takes room for bytes; without room nothing is taken.
    func hold(_ count: Int) -> Bool {
        guard self.held.add(count, ordering: .relaxed).newValue > self.maxBytes else { return true }
        self.held.subtract(count, ordering: .relaxed)
        return false
    }

    func release(_ count: Int) { self.held.subtract(count, ordering: .relaxed) }

    /// Takes bodies whose bytes are held already.
    func submit(_ bodies: FinishedBodies) {
        let isTaken = self.waiting.withLock { waiting in
            guard waiting.count < self.capacity else { return false }
            waiting.append(bodies)
            return true
        }
        guard !isTaken else { return }
        self.release(bodies.heldBytes)
        self.drop()
    }

    func drop(_ count: Int = 1) { self.dropped.add(count) }

    /// Takes up to `limit` off the queue, oldest first. They are held until they are released.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - maxBytes: No more is taken when so many bytes are.
    /// - Returns: One at least, when any waits.
    func take(limit: Int, maxBytes: Int = .max) -> [FinishedBodies] {
        self.waiting.withLock { waiting in
            var (count, bytes) = (0, 0)
            while count < min(limit, waiting.count), bytes < maxBytes {
                bytes += waiting[count].heldBytes
                count += 1
            }
            let batch = Array(waiting.prefix(count))
            waiting.removeFirst(count)
            return batch
        }
    }

    /// Bytes held, in flight and waiting.
    var heldBytes: Int { self.held.load(ordering: .relaxed) }
}

/// Gathers the bodies of one admitted request on its event loop. Whoever holds it last has ended the exchange: then they go to
/// the queue, once, whatever ended it.
final class BodyCapture {
    /// So much is looked at for a shape.
    private static let shapeBytes = 1 << 20

    private let queue: BodyQueue
    private let limit: Int
    private var bodies: FinishedBodies
    private var isDropped = false

    /// - Parameters:
    ///   - bodies: Whose they are, by which rules.
    ///   - request: The request's body.
    ///   - queue: Where they go.
    init(_ bodies: FinishedBodies, request: UnsafeRawBufferPointer, queue: BodyQueue) {
        self.bodies = bodies
        self.queue = queue
        self.limit = bodies.rules.mode == .full ? bodies.rules.maxBytes : Self.shapeBytes
        self.bodies.requestBytes = request.count
        if let part = self.room(for: request, beside: 0) { self.bodies.request.append(contentsOf: part) }
    }

    /// Adds what goes to the caller.
    func add(_ bytes: UnsafeRawBufferPointer, isEventStream: Bool) {
        self.bodies.answerBytes += bytes.count
        self.bodies.isEventStream = isEventStream
        guard let part = self.room(for: bytes, beside: self.bodies.answer.count) else { return }
        self.bodies.answer.append(contentsOf: part)
    }

    /// Adds the line that ends an event, which the vendor left out.
    func endEvent() {
        withUnsafeBytes(of: (UInt8(ascii: "\n"), UInt8(ascii: "\n"))) { self.add($0, isEventStream: true) }
    }

    /// The answer has ended as it should: its last word is one.
    func complete() { self.bodies.isAnswerWhole = true }

    private func room(for bytes: UnsafeRawBufferPointer, beside count: Int) -> Slice<UnsafeRawBufferPointer>? {
        guard !self.isDropped, count < self.limit, !bytes.isEmpty else { return nil }
        let part = bytes.prefix(self.limit - count)
        if self.queue.hold(part.count) { return part }
        self.isDropped = true
        self.queue.release(self.bodies.heldBytes)
        self.bodies.request = []
        self.bodies.answer = []
        return nil
    }

    deinit {
        if self.isDropped { self.queue.drop() } else { self.queue.submit(self.bodies) }
    }
}
