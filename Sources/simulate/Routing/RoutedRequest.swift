import Policy

/// A request under way, as the road would hold it.
struct RoutedRequest {
    let number: Int
    /// The targets as they were when it came; reloads do not touch it.
    let chooser: TargetChooser
    let deadline: Int64
    /// What can never serve it.
    let obstacles: Set<Int>
    let preferred: Int?
    var cursor = RouteCursor()
    var policy: AttemptPolicy
    /// Attempts under way: one, or two where one was slow.
    var flights: [RoutedAttempt] = []
    var hasHedged = false
    /// Attempts that a vendor received.
    var sent = 0
    var wasSick = false

    func obstacle(_ index: Int) -> SkipReason? { self.obstacles.contains(index) ? .unsupported : nil }

    /// Targets that could serve it if they are well.
    var usable: [Int] {
        self.chooser.targets.indices.filter { self.chooser.targets[$0].weight > 0 && !self.obstacles.contains($0) }
    }
}

/// One attempt under way.
struct RoutedAttempt {
    /// Tells it from others of its request.
    let serial: Int
    var choice: RouteChoice
    let fate: Fate
    let isHedge: Bool
}

/// Probes under way: of each half-open stretch of a breaker there may be one.
struct LiveProbes {
    private struct Mark: Hashable {
        let kind: String
        let provider: ProviderIdentity
        /// `nil` for what a provider's targets share.
        let model: String?
        let epoch: UInt64
    }

    private struct Live {
        let request: Int
        let startedAt: MonotonicInstant
    }

    private static let lifetime: Int64 = 60_000_000
    private var live: [Mark: Live] = [:]
    private(set) var count = 0

    mutating func begin(_ permit: AttemptPermit, of health: TargetHealth, by request: Int) throws(Violation) {
        for mark in Self.marks(permit, health) {
            self.count += 1
            if let other = self.live[mark] {
                let age = permit.startedAt.microseconds - other.startedAt.microseconds
                try hold("probe", age >= Self.lifetime, "\(request) and \(other.request) probe the same \(mark.kind)")
            }
            self.live[mark] = Live(request: request, startedAt: permit.startedAt)
        }
    }

    /// The attempt has ended, or was seen to serve.
    mutating func end(_ permit: AttemptPermit, of health: TargetHealth, by request: Int) {
        for mark in Self.marks(permit, health) where self.live[mark]?.request == request {
            self.live[mark] = nil
        }
    }

    private static func marks(_ permit: AttemptPermit, _ health: TargetHealth) -> [Mark] {
        let probed = permit.probed
        let (provider, model) = (health.identity.provider, health.identity.model)
        return [
            probed.target.map { Mark(kind: "target", provider: provider, model: model, epoch: $0) },
            probed.connection.map { Mark(kind: "connection", provider: provider, model: nil, epoch: $0) },
            probed.credential.map { Mark(kind: "credential", provider: provider, model: nil, epoch: $0) },
        ].compactMap { $0 }
    }
}

/// When requests came and when retries were granted, to hold the budget against.
struct RetryLedger {
    private static let second: Int64 = 1_000_000
    private var requests: [Int64] = []
    private var grants: [Int64] = []

    mutating func noteRequest(at now: Int64) {
        self.requests.append(now)
    }

    /// A retry that pays was granted: with it, retries are at most a tenth of the requests of the last ten seconds,
    /// or both together are few.
    mutating func grant(at now: Int64) throws(Violation) {
        self.grants.append(now)
        let start = (now / Self.second - 9) * Self.second
        let requests = self.requests.reversed().prefix { $0 >= start }.count
        let grants = self.grants.reversed().prefix { $0 >= start }.count
        try hold(
            "retries",
            requests + grants <= 11 || grants * 10 <= requests,
            "\(grants) retries among \(requests) requests in ten seconds"
        )
    }
}

extension AttemptFailure {
    /// A further attempt after it is paid from the retry budget.
    var isPaid: Bool {
        switch self {
        case .throttled, .unavailable, .possiblyAccepted: true
        case .notSent, .credential, .unsuitable, .callerFault, .committed, .cancelled: false
        }
    }
}
