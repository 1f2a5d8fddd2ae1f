import Synchronization

/// Which target serves which session, so that a vendor's prompt cache is found again.
///
/// A session is placed as any request is, and then stays while its target can serve and its cache is worth more than
/// the imbalance. That is: its target may have twice its fair share of what the group has in flight, and once more the
/// share for every 4,096 tokens of the session that the vendor has cached, up to 16 times. A session whose encrypted
/// reasoning only one credential can read stays with that for as long as it is there. Requests without a session never
/// come here, so that their balance stays exact.
public final class AffinityTable: Sendable {
    private struct Entry: Sendable {
        let targetKey: String
        /// The provider's row whose credential the session depends on.
        let pin: ProviderIdentity?
        let cachedTokens: Int
        let seenAt: MonotonicInstant
    }

    private final class Shard: Sendable {
        let entries: Mutex<RecentMap<SessionDigest, Entry>>

        init(capacity: Int) {
            self.entries = Mutex(RecentMap(capacity: capacity))
        }
    }

    private static let shardCount = 16
    private static let tokensPerShare = 4_096
    /// So little in flight is no load.
    private static let idle = 4

    private let shards: [Shard]
    private let lifetime: Duration
    private let shares: ClosedRange<Int>

    /// Makes an empty table.
    /// - Parameters:
    ///   - capacity: How many sessions are remembered; those that were seen least recently go first.
    ///   - lifetime: How long one is remembered without a request.
    ///   - shares: How many fair shares of what is in flight a session's target may have: with nothing in its cache, and
    ///     with as much as there can be.
    public init(
        capacity: Int = 65_536,
        lifetime: Duration = .seconds(3_600),
        shares: ClosedRange<Int> = 2...16
    ) {
        let each = max(1, capacity / Self.shardCount)
        self.shards = (0..<Self.shardCount).map { _ in Shard(capacity: each) }
        self.lifetime = lifetime
        self.shares = shares
    }

    /// How many sessions are remembered.
    public var count: Int { self.shards.reduce(0) { sum, shard in sum + shard.entries.withLock { $0.count } } }

    /// Says where a session's next request goes.
    /// - Parameters:
    ///   - session: The session.
    ///   - chooser: The model's targets.
    ///   - now: The node's own clock.
    ///   - obstacle: As for `RouteCursor.next`.
    /// - Returns: For `stay` the place to give the cursor as `preferred`.
    public func decide(
        _ session: SessionDigest,
        _ chooser: TargetChooser,
        at now: MonotonicInstant,
        obstacle: (Int) -> SkipReason? = { _ in nil }
    ) -> AffinityDecision {
        guard let entry = self.shard(session).entries.withLock({ $0.use(session) }),
            now.since(entry.seenAt) < self.lifetime
        else { return .place }
        guard let index = chooser.targets.firstIndex(where: { $0.key == entry.targetKey && $0.weight > 0 }) else {
            return self.repin(entry, chooser, at: now, obstacle) ?? .moved(.gone)
        }
        let health = chooser.targets[index].health
        if let pin = entry.pin, pin != health.identity.provider {
            return self.repin(entry, chooser, at: now, obstacle) ?? .moved(.credential)
        }
        if obstacle(index) != nil { return self.repin(entry, chooser, at: now, obstacle) ?? .moved(.unsuitable) }
        if health.obstacle(at: now) != nil { return self.repin(entry, chooser, at: now, obstacle) ?? .moved(.sick) }
        if entry.pin != nil { return .stay(index) }
        if Self.isFallback(index, chooser, at: now, obstacle) { return .moved(.recovered) }
        if self.isOverloaded(index, chooser, cachedTokens: entry.cachedTokens) { return .moved(.imbalance) }
        return .stay(index)
    }

    /// Notes who has served a session.
    /// - Parameters:
    ///   - session: The session.
    ///   - target: The target.
    ///   - cachedTokens: Input tokens that the vendor read from its cache or has put there.
    ///   - isPinned: Whether the answer holds what only this credential can read again.
    ///   - now: The node's own clock.
    public func note(
        _ session: SessionDigest,
        servedBy target: RouteTarget,
        cachedTokens: Int,
        isPinned: Bool = false,
        at now: MonotonicInstant
    ) {
        let entry = Entry(
            targetKey: target.key,
            pin: isPinned ? target.health.identity.provider : nil,
            cachedTokens: max(0, cachedTokens),
            seenAt: now
        )
        self.shard(session).entries.withLock { $0.set(session, entry) }
    }

    /// Where a session was served last, and how much of it is in the cache there; `nil` when it is not remembered.
    public func home(of session: SessionDigest, at now: MonotonicInstant) -> (targetKey: String, cachedTokens: Int)? {
        guard let entry = self.shard(session).entries.withLock({ $0.peek(session) }),
            now.since(entry.seenAt) < self.lifetime
        else { return nil }
        return (entry.targetKey, entry.cachedTokens)
    }

    /// Forgets a session.
    public func forget(_ session: SessionDigest) {
        self.shard(session).entries.withLock { $0.remove(session) }
    }

    private func shard(_ session: SessionDigest) -> Shard {
        self.shards[Int(session.low % UInt64(Self.shardCount))]
    }

    /// Another target under the credential that the session depends on.
    private func repin(
        _ entry: Entry,
        _ chooser: TargetChooser,
        at now: MonotonicInstant,
        _ obstacle: (Int) -> SkipReason?
    ) -> AffinityDecision? {
        guard let pin = entry.pin else { return nil }
        let index = chooser.targets.indices.first { index in
            let target = chooser.targets[index]
            return target.weight > 0 && target.health.identity.provider == pin && obstacle(index) == nil
                && target.health.obstacle(at: now) == nil
        }
        return index.map { .stay($0) }
    }

    /// Whether a group that comes before the target's can serve.
    private static func isFallback(
        _ index: Int,
        _ chooser: TargetChooser,
        at now: MonotonicInstant,
        _ obstacle: (Int) -> SkipReason?
    ) -> Bool {
        for group in chooser.groups where group.priority < chooser.targets[index].priority {
            for member in group.members
            where obstacle(member) == nil && chooser.targets[member].health.obstacle(at: now) == nil { return true }
        }
        return false
    }

    /// Whether a target has more in flight than what is worth staying for.
    private func isOverloaded(_ index: Int, _ chooser: TargetChooser, cachedTokens: Int) -> Bool {
        let own = chooser.targets[index]
        guard own.health.inFlight > Self.idle,
            let group = chooser.groups.first(where: { $0.priority == own.priority }), group.members.count > 1
        else { return false }
        var (inFlight, weight) = (0, 0)
        for member in group.members {
            inFlight += max(0, chooser.targets[member].health.inFlight)
            weight += min(chooser.targets[member].weight, SmoothWeights.heaviest)
        }
        let (shares, isTooMany) = self.shares.lowerBound.addingReportingOverflow(cachedTokens / Self.tokensPerShare)
        let allowed = isTooMany ? self.shares.upperBound : min(shares, self.shares.upperBound)
        // own / inFlight > shares * ownWeight / weight, without a division.
        let ownWeight = min(own.weight, SmoothWeights.heaviest)
        return Int128(own.health.inFlight) * Int128(weight) > Int128(allowed) * Int128(ownWeight) * Int128(inFlight)
    }
}
