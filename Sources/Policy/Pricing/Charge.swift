public import Catalogue

/// What an exchange costs.
public struct Charge: Sendable, Equatable {
    /// The cost, in nano-dollars, rounded up once.
    public var nanoUSD: Int64 = 0
    /// What reading from the vendor's cache saved against the same tokens uncached, in nano-dollars, rounded down.
    public var cacheSavingsNanoUSD: Int64 = 0
    /// The cost did not fit and was held to the largest number: somebody's counts are absurd.
    public var isClamped = false
    /// Searches were made and the price does not say what one costs: they are not in `nanoUSD`.
    public var lacksSearchPrice = false

    /// Nothing.
    public init() {}
}

/// One line of a charge's explanation.
public struct ChargeLine: Sendable, Equatable {
    /// What was used.
    public enum Subject: Sendable, Equatable {
        /// Tokens of a kind.
        case tokens(RateKind)
        /// The vendor's own web searches.
        case webSearches
    }

    /// What was used.
    public let subject: Subject
    /// How many tokens or searches.
    public let count: Int
    /// Nano-dollars a million tokens, or nano-dollars a search.
    public let rate: Int64
    /// Its part of the cost, in nano-dollars. The parts of a charge add up to it exactly: what rounding leaves over is in
    /// the first line that it makes a difference to.
    public let nanoUSD: Int64
}
