extension PriceBook {
    /// Whose price list counts for a provider.
    ///
    /// - Parameters:
    ///   - kind: The provider's kind, as configuration names it.
    ///   - baseURL: Its address; tells the vendor of a compatible server.
    /// - Returns: A vendor's key (`openai`, `azure`, `mistral`, `sandbox`); `nil` for a server that is nobody's here: its
    ///   prices are the operator's to say.
    public static func vendor(kind: String, baseURL: String) -> String? {
        switch kind {
        case "openai": Self.vendor(host: Self.host(baseURL)) ?? "openai"
        // Foundry bills Claude by Anthropic's list.
        case "anthropic", "azure-anthropic": "anthropic"
        case "azure-openai": "azure"
        case "gemini", "vertex", "bedrock", "sandbox": kind
        case "openai-compatible": Self.vendor(host: Self.host(baseURL))
        default: nil
        }
    }

    private static let hosts: [(suffix: String, vendor: String)] = [
        ("api.openai.com", "openai"), ("api.anthropic.com", "anthropic"), ("openai.azure.com", "azure"),
        ("generativelanguage.googleapis.com", "gemini"), ("api.mistral.ai", "mistral"),
        ("codestral.mistral.ai", "mistral"), ("api.groq.com", "groq"), ("api.together.xyz", "together"),
        ("api.together.ai", "together"), ("api.fireworks.ai", "fireworks"), ("api.deepseek.com", "deepseek"),
        ("api.x.ai", "xai"), ("api.cerebras.ai", "cerebras"), ("api.perplexity.ai", "perplexity"),
        ("api.cohere.com", "cohere"), ("api.cohere.ai", "cohere"),
    ]

    private static func vendor(host: String) -> String? {
        self.hosts.first { host == $0.suffix || host.hasSuffix("." + $0.suffix) }?.vendor
    }

    /// The host of an address, in lower case; empty when there is none.
    private static func host(_ address: String) -> String {
        let address = address.utf8.prefix(2_048)
        var rest = Substring(address).lowercased()[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        rest = rest.prefix { $0 != ":" }
        while rest.last == "." { rest.removeLast() }
        return String(rest)
    }
}
