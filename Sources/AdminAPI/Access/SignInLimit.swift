import Storage
import Synchronization

/// How often sign-ins may be tried, for a name and from an address: a burst, then one every few seconds. What it remembers is
/// bounded: when too many names are tried at once, those that were tried longest ago are forgotten.
final class SignInLimit: Sendable {
    /// What one name or address may do.
    struct Rate: Sendable {
        var burst: Int64
        var millisecondsEach: Int64
    }

    static let user = Rate(burst: 10, millisecondsEach: 10_000)
    static let address = Rate(burst: 30, millisecondsEach: 2_000)
    static let maximumSubjects = 10_000

    /// When a subject would have all of its burst again.
    private let full = Mutex<[String: UnixMilliseconds]>([:])

    /// Counts a try.
    ///
    /// - Returns: `nil` when it may be made, or how many seconds to wait.
    func refusal(user: String, address: String, now: UnixMilliseconds) -> Int? {
        self.full.withLock { full in
            let subjects = [("u " + user, Self.user), ("a " + address, Self.address)]
            var wait: Int64 = 0
            for (name, rate) in subjects {
                let until = max(full[name] ?? 0, now) + rate.millisecondsEach
                wait = max(wait, until - now - rate.burst * rate.millisecondsEach)
            }
            guard wait <= 0 else { return Int(clamping: (wait + 999) / 1_000) }
            for (name, rate) in subjects { full[name] = max(full[name] ?? 0, now) + rate.millisecondsEach }
            if full.count > Self.maximumSubjects { Self.forget(&full, now) }
            return nil
        }
    }

    /// Forgets a name's tries: it was the right password.
    func succeeded(user: String) { self.full.withLock { $0["u " + user] = nil } }

    /// Names and addresses that are remembered.
    var count: Int { self.full.withLock { $0.count } }

    private static func forget(_ full: inout [String: UnixMilliseconds], _ now: UnixMilliseconds) {
        full = full.filter { $0.value > now }
        guard full.count > self.maximumSubjects else { return }
        let kept = full.sorted { $0.value > $1.value }.prefix(self.maximumSubjects / 2)
        full = Dictionary(kept.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
