import NIOCore
import Policy

/// One request's wait for a place on the road. It belongs to the event loop of its connection, and ends once: with a place,
/// with a refusal, or because the caller has left.
final class PlaceWait {
    private let gate: LoadGate
    private let project: LoadCount.Project
    private let bodyBytes: Int
    private var tell: ((PlaceOutcome) -> Void)?
    private var waiter: FairQueue.Waiter?
    private var timer: Scheduled<Void>?

    init(
        _ gate: LoadGate,
        _ project: LoadCount.Project,
        _ bodyBytes: Int,
        _ tell: @escaping (PlaceOutcome) -> Void
    ) {
        self.gate = gate
        self.project = project
        self.bodyBytes = bodyBytes
        self.tell = tell
    }

    /// It is in the queue.
    func begin(_ waiter: FairQueue.Waiter, on loop: any EventLoop, patience: Duration) {
        self.waiter = waiter
        let gate = self.gate
        self.timer = loop.scheduleTask(in: TimeAmount(patience)) {
            gate.expire(at: MonotonicInstant(nanoseconds: loop.now.uptimeNanoseconds))
        }
    }

    /// The caller has left. A place that is on its way already is given back when it comes.
    func cancel() {
        self.tell = nil
        self.timer?.cancel()
        if let waiter = self.waiter.take() { self.gate.cancel(waiter, of: self.project) }
    }

    func finish(_ outcome: PlaceOutcome) {
        self.timer?.cancel()
        self.waiter = nil
        if let tell = self.tell.take() { return tell(outcome) }
        guard case .admitted = outcome else { return }
        self.gate.release(self.bodyBytes, self.project)
        self.gate.leave(self.project)
    }
}
