/// How urgently a vendor serves, which its price depends on. Vendors' other names (`default`, `auto`, `standard_only`) are
/// read as one of these where they mean one.
public enum PriceTier: String, Sendable, CaseIterable {
    /// As usual.
    case standard
    /// In a batch, within a day.
    case batch
    /// Slower and cheaper.
    case flex
    /// Faster and dearer.
    case priority

    /// The tier by a vendor's word for it, in whatever case; `nil` for words that leave it open (`auto`), or that mean a
    /// tier which none of these is.
    ///
    /// - Parameter word: `default`, `standard`, `standard_only`, `on_demand` (Groq, Vertex) …
    public init?(vendorWord word: String) {
        switch word.lowercased() {
        case "default", "standard", "standard_only", "on_demand", "on_demand_standard": self = .standard
        case "flex", "on_demand_flex": self = .flex
        case "priority", "fast", "on_demand_priority": self = .priority
        case "batch": self = .batch
        default: return nil
        }
    }
}
