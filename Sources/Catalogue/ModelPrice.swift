/// What tokens cost, in nano-dollars: 1,000 for each is one dollar a million.
public struct ModelPrice: Sendable, Equatable {
    /// For a token of input.
    public var inputNanoUSD: Int64
    /// For a token of output.
    public var outputNanoUSD: Int64

    /// A price.
    public init(inputNanoUSD: Int64, outputNanoUSD: Int64) {
        self.inputNanoUSD = inputNanoUSD
        self.outputNanoUSD = outputNanoUSD
    }

    /// The sandbox's models: one dollar a million tokens in, five out. Nobody is billed; it makes limits, budgets and views
    /// of spending real before there is an account at any vendor.
    public static let sandbox = ModelPrice(inputNanoUSD: 1_000, outputNanoUSD: 5_000)

    /// The price of a model at a kind of provider; `nil` where none is known.
    ///
    /// - Parameter kind: The provider's kind, as configuration names it.
    /// - Returns: The sandbox's constant; prices of vendors are not known yet.
    public static func known(providerKind kind: String) -> ModelPrice? {
        kind == "sandbox" ? .sandbox : nil
    }
}
