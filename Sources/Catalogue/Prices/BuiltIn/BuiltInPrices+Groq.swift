extension BuiltInPrices {
    /// Prices of groq, facts of November 2026; `PriceRows` says how a line is read.
    static let groqRows = #"""
        llama-guard-3-8b|s i0.2 o0.2
        meta-llama/llama-prompt-guard-2-22m|s i0.03 o0.03
        meta-llama/llama-prompt-guard-2-86m|s i0.04 o0.04
        openai/gpt-oss-120b|s i0.15 o0.6 r0.075|q0.005
        openai/gpt-oss-20b|s i0.075 o0.3 r0.0375|q0.005
        openai/gpt-oss-safeguard-20b|s i0.075 o0.3 r0.037|q0.005
        qwen/qwen3.8-27b|s i0.8 o4
        """#
}
