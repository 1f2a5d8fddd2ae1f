extension BuiltInPrices {
    /// Prices of cerebras, facts of November 2026; `PriceRows` says how a line is read.
    static let cerebrasRows = #"""
        gemma-4-31b qwen-3.8-27b|s i0.99 o1.49
        gpt-oss-120b|s i0.35 o0.75
        llama-3.1-70b llama3.1-70b|s i0.6 o0.6
        llama-3.1-8b llama3.1-8b|s i0.1 o0.1
        llama-3.3-70b|s i0.85 o1.2
        qwen-3-32b|s i0.4 o0.8
        """#
}
