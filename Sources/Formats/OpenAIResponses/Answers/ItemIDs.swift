/// Ids of items, unique to the answer.
struct ItemIDs {
    let seed: String

    /// `msg_SEED_0` for the item at this index.
    func next(_ prefix: String, _ index: Int) -> String { "\(prefix)_\(self.seed)_\(index)" }
}
