/// In which order a request would be tried at its model's targets, without any turn or place being taken.
public struct RouteForecast: Sendable, Equatable {
    /// One target.
    public struct Step: Sendable, Equatable {
        /// Its place in the model's list of targets.
        public let index: Int
        /// Why it would be passed over; `nil` for one that would be tried.
        public let skip: SkipReason?
    }

    /// Those that would be tried in order, then those passed over as they are listed.
    public let steps: [Step]

    /// Looks ahead.
    ///
    /// - Parameters:
    ///   - chooser: The model's targets.
    ///   - preferred: Where the request's session is.
    ///   - now: The node's own clock.
    ///   - obstacle: As for `RouteCursor.next`.
    ///   - cost: As for `RouteCursor.next`.
    public init(
        _ chooser: TargetChooser,
        preferred: Int? = nil,
        at now: MonotonicInstant,
        obstacle: (Int) -> SkipReason?,
        cost: (Int) -> Int64?
    ) {
        let chooser = chooser.rehearsal
        var reasons = chooser.targets.indices.map { index -> SkipReason? in
            guard chooser.targets[index].weight > 0 else { return .weightZero }
            return obstacle(index) ?? chooser.targets[index].health.obstacle(at: now)
        }
        var order: [Int] = []
        if let preferred, reasons.indices.contains(preferred), reasons[preferred] == nil {
            order.append(preferred)
            reasons[preferred] = .tried
        }
        for group in chooser.groups.indices {
            var eligible = TargetSet()
            for index in chooser.groups[group].members where reasons[index] == nil { eligible.insert(index) }
            while let pick = chooser.choose(group: group, among: eligible, at: now, cost: cost)?.index {
                order.append(pick)
                eligible.remove(pick)
            }
        }
        let skipped = reasons.indices.filter { !order.contains($0) }
        self.steps =
            order.map { Step(index: $0, skip: nil) }
            + skipped.map { Step(index: $0, skip: reasons[$0] ?? .breakerOpen) }
    }
}
