extension BuiltInPrices {
    /// Prices of anthropic, facts of November 2026; `PriceRows` says how a line is read.
    static let anthropicRows = #"""
        claude-fable-5 claude-mythos-5|s i10 o50 r1 w12.5 h20|b i5 o25 r0.5 w6.25|q0.01
        claude-fable-5-1 claude-mythos-5-1|s i10 o50 r0.25 w12.5 h20|b i5 o25 r0.125 w6.25|q0.01
        claude-haiku-4-5 claude-haiku-4-5-20251001|s i1 o5 r0.1 w1.25 h2|b i0.5 o2.5 r0.05 w0.625
        claude-haiku-5-5|s i0.1 o0.5 r0.01 w0.125 h0.2|s100000 i0.5 o2.5 r0.05 w0.625 h1|b i0.05 o0.25 r0.005 w0.0625|b100000 i0.25 o1.25 r0.025 w0.3125|q0.01
        claude-mythos-preview|s i10 o50 r1 w12.5 h20|q0.01
        claude-opus-4-5 claude-opus-4-5-20251101 claude-opus-4-6 claude-opus-4-6-20260205 claude-opus-4-7 claude-opus-4-7-20260416 claude-opus-4-8 claude-opus-5|s i5 o25 r0.5 w6.25 h10|b i2.5 o12.5 r0.25 w3.125|q0.01
        claude-opus-5-5|s i4 o20 r0.2 w5 h8|b i2 o10 r0.1 w2.5|q0.01
        claude-sonnet-4-5 claude-sonnet-4-5-20250929 claude-sonnet-4-6|s i3 o15 r0.3 w3.75 h6|b i1.5 o7.5 r0.15 w1.875|q0.01
        claude-sonnet-5|s i2 o10 r0.2 w2.5 h4|b i1 o5 r0.1 w1.25|q0.01
        claude-sonnet-5-5|s i2 o10 r0.1 w2.5 h4|b i1 o5 r0.05 w1.25|q0.01
        """#
}
