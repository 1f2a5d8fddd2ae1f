extension BuiltInPrices {
    /// Prices of cohere, facts of November 2026; `PriceRows` says how a line is read.
    static let cohereRows = #"""
        cohere/embed-v4.0|s i0.12 o0 m0.47
        cohere/embed-v5.0-fast|s i0.08 o0
        cohere/embed-v5.0-pro|s i0.12 o0
        embed-english-light-v3.0 embed-english-v3.0 embed-multilingual-v3.0|s i0.1 o0
        embed-multilingual-light-v3.0|s i100 o0
        """#
}
