/// The program's own price lists, one for each vendor, each read when it is first asked.
enum BuiltInPrices {
    /// What these lists are called: the month whose facts they hold. To be changed with any of them.
    static let name = "2026-11"

    /// The vendors that have a list.
    static let vendors = [
        "anthropic", "azure", "bedrock", "cerebras", "cohere", "deepseek", "fireworks", "gemini", "groq", "mistral",
        "openai", "perplexity", "together", "vertex", "xai",
    ]

    /// A vendor's list, by model in lower case; empty for a vendor without one.
    static func list(_ vendor: String) -> [String: PriceRows.Row] {
        switch vendor {
        case "anthropic": self.anthropic
        case "azure": self.azure
        case "bedrock": self.bedrock
        case "cerebras": self.cerebras
        case "cohere": self.cohere
        case "deepseek": self.deepseek
        case "fireworks": self.fireworks
        case "gemini": self.gemini
        case "groq": self.groq
        case "mistral": self.mistral
        case "openai": self.openai
        case "perplexity": self.perplexity
        case "together": self.together
        case "vertex": self.vertex
        case "xai": self.xai
        default: [:]
        }
    }

    private static let anthropic = PriceRows.read(Self.anthropicRows)
    private static let azure = PriceRows.read(Self.azureRows)
    private static let bedrock = PriceRows.read(Self.bedrockRows)
    private static let cerebras = PriceRows.read(Self.cerebrasRows)
    private static let cohere = PriceRows.read(Self.cohereRows)
    private static let deepseek = PriceRows.read(Self.deepseekRows)
    private static let fireworks = PriceRows.read(Self.fireworksRows)
    private static let gemini = PriceRows.read(Self.geminiRows)
    private static let groq = PriceRows.read(Self.groqRows)
    private static let mistral = PriceRows.read(Self.mistralRows)
    private static let openai = PriceRows.read(Self.openaiRows)
    private static let perplexity = PriceRows.read(Self.perplexityRows)
    private static let together = PriceRows.read(Self.togetherRows)
    private static let vertex = PriceRows.read(Self.vertexRows)
    private static let xai = PriceRows.read(Self.xaiRows)
}
