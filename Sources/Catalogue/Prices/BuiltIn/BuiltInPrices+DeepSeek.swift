extension BuiltInPrices {
    /// Prices of deepseek, facts of November 2026; `PriceRows` says how a line is read.
    static let deepseekRows = #"""
        deepseek-chat|s i0.28 o0.42 r0.028 w0
        deepseek-coder|s i0.14 o0.28 r0.014
        deepseek-flash deepseek-v4-flash deepseek-v4-flash-vision-exp|s i0.3 o1.2 r0.006 w0
        deepseek-r1|s i0.55 o2.19 r0.14
        deepseek-reasoner|s i0.28 o0.42 r0.028
        deepseek-v3|s i0.27 o1.1 r0.07 w0
        deepseek-v3.2|s i0.28 o0.4 r0.028
        deepseek-v4-pro|s i1.32 o3.96 r0.044 w0
        """#
}
