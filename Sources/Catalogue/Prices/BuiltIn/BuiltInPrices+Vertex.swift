extension BuiltInPrices {
    /// Prices of vertex, facts of November 2026; `PriceRows` says how a line is read.
    static let vertexRows = #"""
        claude-3-5-haiku claude-3-5-haiku@20241022|s i1 o5
        claude-3-5-sonnet claude-3-5-sonnet@20240620 claude-3-sonnet claude-3-sonnet@20240229|s i3 o15
        claude-3-haiku claude-3-haiku@20240307|s i0.25 o1.25
        claude-3-opus claude-3-opus@20240229|s i15 o75
        claude-fable-5 claude-fable-5@default|s i10 o50 r1 w12.5 h20|b i5 o25 r0.5 w6.25|q0.01
        claude-fable-5-1 claude-fable-5-1@default|s i10 o50 r0.25 w12.5 h20|b i5 o25 r0.125 w6.25|q0.01
        claude-haiku-4-5 claude-haiku-4-5@20251001|s i1 o5 r0.1 w1.25 h2|b i0.5 o2.5 r0.05 w0.625|q0.01
        claude-haiku-5-5 claude-haiku-5-5@default|s i0.1 o0.5 r0.01 w0.125 h0.2|s100000 i0.5 o2.5 r0.05 w0.625 h1|b i0.05 o0.25 r0.005 w0.0625|q0.01
        claude-opus-4-5 claude-opus-4-5@20251101 claude-opus-4-6 claude-opus-4-6@default claude-opus-4-7 claude-opus-4-7@default claude-opus-4-8 claude-opus-4-8@default claude-opus-5 claude-opus-5@default|s i5 o25 r0.5 w6.25 h10|b i2.5 o12.5 r0.25 w3.125|q0.01
        claude-opus-5-5 claude-opus-5-5@default|s i4 o20 r0.2 w5 h8|b i2.5 o12.5 r0.1 w2.5|q0.01
        claude-sonnet-4-5 claude-sonnet-4-5@20250929|s i3 o15 r0.3 w3.75 h6|s200000 i6 o22.5 r0.6 w7.5 h12|b i1.5 o7.5 r0.15 w1.88|q0.01
        claude-sonnet-4-6 claude-sonnet-4-6@default|s i3 o15 r0.3 w3.75 h6|b i1.5 o7.5 r0.15 w1.88|q0.01
        claude-sonnet-5 claude-sonnet-5@default|s i2 o10 r0.2 w2.5 h4|b i1 o5|q0.01
        claude-sonnet-5-5 claude-sonnet-5-5@default|s i2 o10 r0.1 w2.5 h4|b i1 o5 r0.05 w1.25|q0.01
        deep-research-pro-preview-12-2025|s i2 o12 r0.2 M120|b i1 o6 r0.1
        gemini-2.5-computer-use-preview-10-2025|s i1.25 o10|s200000 i2.5 o15
        gemini-2.5-flash|s i0.3 o2.5 r0.03 t2.5 a1|b i0.15 o1.25 a0.5|f i0.15 o1.25 r0.03|p i0.54 o4.5 r0.054 a1.8|q0.035
        gemini-2.5-flash-lite|s i0.1 o0.4 r0.01 t0.4 a0.3|b i0.05 o0.2 a0.05|f i0.05 o0.2 r0.01|p i0.18 o0.72 r0.018 a0.54|q0.035
        gemini-2.5-flash-lite-preview-09-2025|s i0.1 o0.4 r0.01 t0.4 a0.3|q0.035
        gemini-2.5-flash-preview-09-2025|s i0.3 o2.5 r0.03 t2.5 a1|q0.035
        gemini-2.5-pro|s i1.25 o10 r0.125|s200000 i2.5 o15 r0.25 w0.25|b i0.625 o5|b200000 i1.25 o7.5|f i0.625 o5 r0.125|p i2.25 o18 r0.225|p200000 i4.5 o27 r0.45|q0.035
        gemini-2.5-pro-preview-tts|s i1 o20 r0.125 a0.7 A20|b i0.5|q0.035
        gemini-3-flash-preview|s i0.5 o3 r0.05 t3 a1|b i0.25 o1.5 a0.5|f i0.25 o1.5|p i0.9 o5.4 r0.09 a1.8|q0.014
        gemini-3.1-flash-lite|s i0.25 o1.5 r0.025 t1.5 a0.5|b i0.125 o0.75 r0.0125 a0.25|f i0.125 o0.75 r0.0125|p i0.45 o2.7 r0.045 a0.9|q0.014
        gemini-3.1-flash-lite-preview|s i0.25 o1.5 r0.025 t1.5 a0.5|q0.014
        gemini-3.1-pro-preview|s i2 o12 r0.2|s200000 i4 o18 r0.4 w0.25|b i1 o6|b200000 i2 o9|f i1 o6|p i3.6 o21.6 r0.36|p200000 i7.2 o32.4 r0.72|q0.014
        gemini-3.1-pro-preview-customtools|s i2 o12 r0.2|s200000 i4 o18 r0.4 w0.25|b i1 o6|q0.014
        gemini-3.5-flash|s i1.5 o9 r0.15 t9 a1.5|b i0.75 o4.5 r0.075|f i0.75 o4.5 r0.075|p i2.7 o16.2 r0.27 a2.7|q0.014
        gemini-3.5-flash-lite|s i0.3 o2.5 r0.03 t2.5|b i0.15 o1.25 r0.015|f i0.15 o1.25 r0.015|p i0.54 o4.5 r0.054|q0.014
        gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash|s i0.75 o3.75 r0.075 t3.75|b i0.375 o1.875 r0.0375|f i0.375 o1.875 r0.0375|p i1.35 o6.75 r0.135|q0.014
        gemini-3.8-flash-cyber|s i1.5 o7.5 r0.15 t7.5|b i0.75 o3.75 r0.075|f i0.75 o3.75 r0.075|p i2.7 o13.5 r0.27
        gemini-flash-experimental|s i0 o0
        gemini-omni-flash-preview|s i1.5 o9 t9 a1.5
        gemini-robotics-er-1.5-preview|s i0.3 o2.5 r0 t2.5 a1
        gemini-robotics-er-2-preview|s i1 o5 r0.1 t5 a1|b i0.5 o2.5 r0.05|q0.014
        """#
}
