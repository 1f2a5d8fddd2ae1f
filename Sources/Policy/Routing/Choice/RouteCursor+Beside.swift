extension RouteCursor {
    /// A target for a second attempt beside one that is slow: one that was not tried and is well. What is sick is no help,
    /// nor what would have to prove first that it is not.
    ///
    /// Takes from the model's budget of hedges; whoever does not send the attempt after all gives that back, and finishes
    /// the permit.
    ///
    /// - Parameters:
    ///   - chooser: As for `next`.
    ///   - now: The node's own clock.
    ///   - obstacle: As for `next`.
    ///   - cost: As for `next`.
    /// - Returns: `nil` when there is no such target, or too many requests have had a second attempt: nothing is taken then,
    ///   and nothing counts as tried.
    public mutating func beside(
        _ chooser: TargetChooser,
        at now: MonotonicInstant,
        obstacle: (Int) -> SkipReason? = { _ in nil },
        cost: (Int) -> Int64? = { _ in nil }
    ) -> RouteChoice? {
        guard case .untried = self.rest(chooser, at: now, obstacle: obstacle), chooser.balance.hedges.take() else {
            return nil
        }
        var cursor = self
        let choice = cursor.next(chooser, at: now, obstacle: obstacle, cost: cost)
        guard let choice, choice.reason != .panic, !choice.permit.isProbe else {
            if let choice { chooser.healths[choice.index].finish(choice.permit, .unused, at: now) }
            chooser.balance.hedges.giveBack()
            return nil
        }
        self = cursor
        return choice
    }
}
