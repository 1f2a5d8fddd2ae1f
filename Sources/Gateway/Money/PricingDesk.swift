public import Catalogue
import Exchange
public import Policy
import Providers
public import Storage
import Upstream

/// Answers, while a snapshot is built, what targets cost and what may be spent.
public struct PricingDesk: Sendable {
    private let book: @Sendable () -> PriceBook?
    private let unpriced: UnpricedPolicy
    private let estimator: UsageEstimator
    private let now: @Sendable () -> Int64
    private let facts: @Sendable (StoredConfiguration) -> [(budget: BudgetRecord, facts: BudgetFacts)]

    /// A desk.
    ///
    /// - Parameters:
    ///   - book: The price list in force.
    ///   - unpriced: What is done about models that it does not know.
    ///   - estimator: What was learnt of targets; it outlives snapshots.
    ///   - now: Milliseconds since 1970.
    ///   - budgets: Periods and present spending of budgets.
    public init(
        book: @escaping @Sendable () -> PriceBook?,
        unpriced: UnpricedPolicy,
        estimator: UsageEstimator,
        now: @escaping @Sendable () -> Int64,
        budgets: @escaping @Sendable (StoredConfiguration) -> [(budget: BudgetRecord, facts: BudgetFacts)]
    ) {
        self.book = book
        self.unpriced = unpriced
        self.estimator = estimator
        self.now = now
        self.facts = budgets
    }

    /// Nothing costs anything, and nothing is limited: for tools and tests.
    public static var free: PricingDesk {
        PricingDesk(
            book: { nil },
            unpriced: .free,
            estimator: UsageEstimator(),
            now: { 0 },
            budgets: { _ in [] }
        )
    }

    func budgets(_ configuration: StoredConfiguration) -> [BudgetScope: [BudgetFacts]] {
        guard !configuration.budgets.isEmpty else { return [:] }
        return Dictionary(grouping: self.facts(configuration), by: \.budget.scope).mapValues { $0.map(\.facts) }
    }

    func pricing(_ provider: Provider, model: String, _ capabilities: ModelCapabilities) -> TargetPricing {
        let configuration = provider.configuration
        let kind = configuration.kind.rawValue
        let book = self.book()
        let vendor = PriceBook.vendor(kind: kind, baseURL: configuration.baseURL)
        return TargetPricing(
            price: book.flatMap { self.price($0, vendor, configuration, model) },
            version: book?.version ?? 0,
            unpriced: configuration.settings["unpriced"].flatMap(UnpricedPolicy.init) ?? self.unpriced,
            learned: self.estimator.model(provider: configuration.name, upstreamModel: model),
            largestOutput: capabilities.maxOutputTokens,
            imageBound: vendor.flatMap(Self.imageBound),
            chatCapField: kind == "openai" || kind == "azure-openai" ? "max_completion_tokens" : "max_tokens"
        )
    }

    private func price(
        _ book: PriceBook,
        _ vendor: String?,
        _ configuration: ProviderConfiguration,
        _ model: String
    ) -> ModelPrice? {
        let now = self.now()
        if let price = book.price(vendor: vendor, provider: configuration.name, model: model, at: now) { return price }
        let base = (try? ConfiguredCapabilities(settings: configuration.settings))?.baseModel(of: model) ?? model
        guard base != model else { return nil }
        return book.price(vendor: vendor, provider: configuration.name, model: base, at: now)
    }

    /// The most tokens of one image, by the vendors' own descriptions of how they count; the dearest model of each.
    private static func imageBound(_ vendor: String) -> Int? {
        switch vendor {
        // Small models charge an image as up to 48,169 tokens.
        case "openai", "azure": 50_000
        // Up to 4,784 tokens for the largest images that newer models look at.
        case "anthropic": 5_000
        case "gemini", "vertex": 5_000
        default: nil
        }
    }
}
