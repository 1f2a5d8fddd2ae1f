/// What one request asks of its limits before it is sent: good guesses, and a true bound where there is one.
/// Numbers below 0 count as 0.
public struct Demand: Sendable, Equatable {
    /// Input tokens, as expected.
    public var inputTokens: Int
    /// Output tokens, as expected.
    public var outputTokens: Int
    /// What it will probably cost at its plan's dearest target.
    public var expectedNanoUSD: Int64
    /// What it cannot cost more than; `nil` when no bound is known.
    public var upperNanoUSD: Int64?
    /// Why there is no bound, for people.
    public var unboundedReason: String?

    /// A request that uses no tokens and costs nothing.
    public static let none = Demand(inputTokens: 0, outputTokens: 0, expectedNanoUSD: 0, upperNanoUSD: 0)

    /// Makes a demand.
    public init(
        inputTokens: Int,
        outputTokens: Int,
        expectedNanoUSD: Int64,
        upperNanoUSD: Int64?,
        unboundedReason: String? = nil
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.expectedNanoUSD = expectedNanoUSD
        self.upperNanoUSD = upperNanoUSD
        self.unboundedReason = unboundedReason
    }
}
