import Synchronization

/// A key's sets for single models: at most one for each model that has limits of its own.
final class ModelLimitSets: Sendable {
    private let sets = Mutex<[ModelName: LimitSet]>([:])

    func set(_ model: ModelName, _ make: () -> LimitSet) -> LimitSet {
        if let known = self.sets.withLock({ $0[model] }) { return known }
        let made = make()
        return self.sets.withLock { sets in
            if let known = sets[model] { return known }
            sets[model] = made
            return made
        }
    }
}
