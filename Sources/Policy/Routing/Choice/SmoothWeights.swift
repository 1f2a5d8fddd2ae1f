/// Smooth weighted round robin: each gets exactly its share, evenly mixed, without chance.
///
/// Each turn every eligible one earns its weight; the one with the highest standing is chosen and pays what all earned.
/// Over as many turns as the weights add up to, each is chosen exactly as often as its weight says. Who is not eligible
/// neither earns nor pays, and finds its standing as it left it.
public struct SmoothWeights: Sendable {
    /// One that takes part.
    public struct Member: Sendable, Equatable {
        /// What it is known by when the weights change.
        public let key: String
        /// Its share, 0…1,000,000; what is outside counts as the nearest. 0 is never chosen.
        public let weight: Int
        fileprivate(set) var standing = 0

        fileprivate init(key: String, weight: Int) {
            self.key = key
            self.weight = min(max(weight, 0), SmoothWeights.heaviest)
        }
    }

    /// The largest weight that counts.
    public static let heaviest = 1_000_000

    /// All that take part, in the order given.
    public private(set) var members: [Member]

    /// Makes a round in which nobody has had a turn.
    public init(_ weights: [(key: String, weight: Int)]) {
        self.members = weights.map { Member(key: $0.key, weight: $0.weight) }
    }

    /// Chooses the next and lets it pay.
    /// - Parameter isEligible: Whether the member at this place takes part in this turn. Called once for each that has a
    ///   weight.
    /// - Returns: Its place; `nil` when none is eligible.
    public mutating func next(where isEligible: (Int) -> Bool) -> Int? {
        var total = 0
        var best: Int?
        for index in self.members.indices where self.members[index].weight > 0 && isEligible(index) {
            self.members[index].standing += self.members[index].weight
            total += self.members[index].weight
            if let known = best, self.members[known].standing >= self.members[index].standing { continue }
            best = index
        }
        if let best { self.members[best].standing -= total }
        return best
    }

    /// The round under other weights. Whoever stays keeps what it is owed or owes, counted in turns: a change takes
    /// effect at once and hands nobody a turn for free.
    public func successor(_ weights: [(key: String, weight: Int)]) -> SmoothWeights {
        var new = SmoothWeights(weights)
        let (oldTotal, newTotal) = (self.total, new.total)
        guard oldTotal > 0 else { return new }
        var standings: [String: Int] = [:]
        for member in self.members where member.standing != 0 { standings[member.key] = member.standing }
        guard !standings.isEmpty else { return new }
        for index in new.members.indices where new.members[index].weight > 0 {
            guard let standing = standings[new.members[index].key] else { continue }
            new.members[index].standing = Self.scale(standing, by: newTotal, over: oldTotal)
        }
        return new
    }

    private var total: Int { self.members.reduce(0) { $0 + $1.weight } }

    /// Rounded to the nearest. A standing is less than the sum of the weights, so that this fits.
    private static func scale(_ standing: Int, by new: Int, over old: Int) -> Int {
        let product = Int128(standing) * Int128(new)
        let half = Int128(old) / 2
        return Int(clamping: (product < 0 ? product - half : product + half) / Int128(old))
    }
}
