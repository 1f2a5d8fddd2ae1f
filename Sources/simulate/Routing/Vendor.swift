import Policy

/// How a vendor behaves towards one target for a while.
enum Mood: CaseIterable {
    case well, flaky, failing, hanging, throttling, refusing, unreachable, cutting, filtering

    /// Moods that answer, but serve nobody, and owe the retry budget whatever is tried again.
    static let outages: [Mood] = [.failing, .throttling]
}

/// What becomes of one attempt, decided when it begins. Times are microseconds from there.
struct Fate {
    var content: Int64?
    var end: Int64
    var outcome: AttemptOutcome
    /// `nil` when it serves.
    var failure: AttemptFailure?
    /// Whoever made the attempt never comes back to say how it ended.
    var isLost = false

    /// Whether a vendor received the request.
    var wasSent: Bool { self.failure != .notSent }

    init(_ mood: Mood, _ random: inout SeededRandom) {
        let quick = Int64(random.int(1_000...2_000_000))
        self.content = nil
        self.end = quick
        self.outcome = .succeeded(firstContent: nil, total: .microseconds(quick))
        switch mood {
        case .well: self.serve(&random)
        case .flaky:
            if random.chance(1, in: 2) {
                self.serve(&random)
            } else {
                (self.outcome, self.failure) = (.sickTarget, .unavailable(retryAfter: nil))
            }
        case .failing:
            let wait = random.chance(1, in: 4) ? Duration.seconds(random.int(0...20)) : nil
            (self.outcome, self.failure) = (.sickTarget, .unavailable(retryAfter: wait))
        case .hanging:
            self.end = Int64(random.int(5...60)) * 1_000_000
            (self.outcome, self.failure) = (.sickTarget, .possiblyAccepted)
        case .throttling:
            let wait = random.chance(1, in: 2) ? Duration.seconds(random.int(0...400)) : nil
            (self.outcome, self.failure) = (.throttled(retryAfter: wait), .throttled(retryAfter: wait))
        case .refusing: (self.outcome, self.failure) = (.credential, .credential)
        case .unreachable:
            self.end = random.chance(1, in: 3) ? 5_000_000 : Int64(random.int(100...50_000))
            (self.outcome, self.failure) = (.sickProvider, .notSent)
        case .cutting:
            self.serve(&random)
            if self.content == nil { self.content = self.end / 2 }
            (self.outcome, self.failure) = (.sickTarget, .committed)
        case .filtering:
            (self.outcome, self.failure) =
                random.chance(1, in: 2)
                ? (.callerFault, .callerFault) : (.callerFault, .unsuitable)
        }
    }

    private mutating func serve(_ random: inout SeededRandom) {
        self.end = Int64(random.int(50_000...40_000_000))
        if random.chance(2, in: 3) { self.content = Int64(random.int(10_000...Int(self.end))) }
        let first = self.content.map { Duration.microseconds($0) }
        self.outcome = .succeeded(firstContent: first, total: .microseconds(self.end))
        if random.chance(1, in: 12) { (self.outcome, self.failure) = (.cancelled, .cancelled) }
    }
}
