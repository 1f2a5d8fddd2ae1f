import Gateway
import Logging
import NIOCore
import Policy
import Storage
import Synchronization

/// Makes and publishes snapshots, one at a time: configuration changes on one thread, prices on another, and time passes.
final class SnapshotPublisher: Sendable {
    private let builder: SnapshotBuilder
    private let snapshots: SnapshotHolder
    private let log: Logger
    private let configuration = Mutex(StoredConfiguration())

    init(_ builder: SnapshotBuilder, _ snapshots: SnapshotHolder, log: Logger) {
        self.builder = builder
        self.snapshots = snapshots
        self.log = log
    }

    /// Puts a configuration in force.
    func publish(_ configuration: StoredConfiguration) {
        self.configuration.withLock { current in
            current = configuration
            self.build(current)
        }
    }

    /// Makes the snapshot anew: something else that it is made of has changed.
    func renew() {
        self.configuration.withLock { self.build($0) }
    }

    private func build(_ configuration: StoredConfiguration) {
        let now = MonotonicInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds)
        let (snapshot, problems) = self.builder.build(configuration, after: self.snapshots.snapshot, at: now)
        for problem in problems { self.log.warning("\(problem)") }
        self.snapshots.publish(snapshot)
    }
}
