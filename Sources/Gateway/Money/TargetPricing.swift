public import Catalogue
import Exchange
public import Policy

/// What is done with a request for a model that has no price.
public enum UnpricedPolicy: String, Sendable, CaseIterable {
    /// It is refused: nothing is spent that nobody can account for.
    case deny
    /// It costs nothing.
    case free
    /// It is served, and its ledger rows are marked.
    case flag
}

/// What a target costs, and what is known about the sizes of its answers.
public final class TargetPricing: Sendable {
    /// What its tokens cost; `nil` when nobody said.
    public let price: ModelPrice?
    /// The version of the price list that says so; 0 without a price.
    public let version: Int64
    /// What to do without a price.
    public let unpriced: UnpricedPolicy
    /// What was learnt of its answers.
    public let learned: ModelUsage
    /// The most output that the vendor lets one answer have.
    public let largestOutput: Int?
    /// The most tokens that one image can cost; `nil` when there is no saying.
    public let imageBound: Int?
    /// The field of a Chat request that caps its output at this vendor.
    public let chatCapField: String

    /// Prices a target.
    public init(
        price: ModelPrice?,
        version: Int64,
        unpriced: UnpricedPolicy = .deny,
        learned: ModelUsage,
        largestOutput: Int? = nil,
        imageBound: Int? = nil,
        chatCapField: String = "max_completion_tokens"
    ) {
        self.price = price
        self.version = price == nil ? 0 : version
        self.unpriced = unpriced
        self.learned = learned
        self.largestOutput = largestOutput
        self.imageBound = imageBound
        self.chatCapField = chatCapField
    }

    /// A target that costs nothing.
    public static var free: TargetPricing {
        TargetPricing(price: nil, version: 0, unpriced: .free, learned: ModelUsage())
    }

    /// Whether an exchange is kept in the ledger: counting tokens and moderation cost nothing at any vendor.
    static func isBilled(_ operation: Exchange.Operation) -> Bool {
        !operation.countsOnly && operation != .moderations && operation != .models
    }
}
