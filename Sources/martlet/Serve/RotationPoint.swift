import AdminAPI
import Glibc

/// A named place in a rotation of the master key, for tests that end there.
enum RotationPoint: String, Sendable, CaseIterable {
    /// The next key is kept; nothing is under it.
    case kept
    /// New values are sealed under the next key, and none was moved.
    case promoted
    /// Every value is under the next key.
    case committed
    /// The next key is in the present one's place, and the former one is still there.
    case replaced
    /// The former key is erased.
    case erased
}

/// Called at every point of a rotation; what it throws ends the rotation there.
typealias RotationHook = @Sendable (RotationPoint) throws(AdminProblem) -> Void

extension RotationPoint {
    /// A hook that kills the process at a point, as `kill -9` would: for scripts/custody.
    static func killer(_ text: String) -> RotationHook? {
        guard let point = RotationPoint(rawValue: text) else { return nil }
        return { passed throws(AdminProblem) in
            if passed == point { kill(getpid(), SIGKILL) }
        }
    }
}
