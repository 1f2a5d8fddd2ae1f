extension BuiltInPrices {
    /// Prices of gemini, facts of November 2026; `PriceRows` says how a line is read.
    static let geminiRows = #"""
        deep-research-max-preview-04-2026 deep-research-preview-04-2026 deep-research-pro-preview-12-2025|s i2 o12|b i1 o6|q0.035
        gemini-2.5-computer-use-preview-10-2025|s i1.25 o10|s200000 i2.5 o15
        gemini-2.5-flash|s i0.3 o2.5 r0.03 t2.5 a1|b i0.15 o1.25 r0.03 a0.5|f i0.15 o1.25 r0.03 a0.5|p i0.54 o4.5 r0.054 a1.8|q0.035
        gemini-2.5-flash-lite|s i0.1 o0.4 r0.01 t0.4 a0.3|b i0.05 o0.2 r0.01 a0.15|f i0.05 o0.2 r0.01 a0.15|p i0.18 o0.72 r0.018 a0.54|q0.035
        gemini-2.5-pro|s i1.25 o10 r0.125|s200000 i2.5 o15 r0.25|b i0.625 o5 r0.125|b200000 i1.25 o7.5 r0.25|f i0.625 o5 r0.125|p i2.25 o18 r0.225|p200000 i4.5 o27 r0.45|q0.035
        gemini-2.5-pro-preview-tts|s i1 o20 r0.125 a0.7 A20|b i0.5 o10|q0.035
        gemini-3-flash-preview|s i0.5 o3 r0.05 t3 a1|b i0.25 o1.5 r0.05 a0.5|f i0.25 o1.5 r0.05 a0.5|p i0.9 o5.4 r0.09 a1.8|q0.014
        gemini-3.1-flash-lite|s i0.25 o1.5 r0.025 t1.5 a0.5|b i0.125 o0.75 r0.0125 a0.25|f i0.125 o0.75 r0.0125 a0.25|p i0.45 o2.7 r0.045 a0.9|q0.014
        gemini-3.1-flash-lite-preview|s i0.25 o1.5 r0.025 t1.5 a0.5|b i0.125 o0.75 r0.0125 a0.25|f i0.125 o0.75 r0.0125|p i0.45 o2.7 r0.045|q0.014
        gemini-3.1-pro-preview gemini-3.1-pro-preview-customtools|s i2 o12 r0.2|s200000 i4 o18 r0.4|b i1 o6 r0.2|b200000 i2 o9 r0.4|f i1 o6 r0.2|p i3.6 o21.6 r0.36|p200000 i7.2 o32.4 r0.72|q0.014
        gemini-3.5-flash|s i1.5 o9 r0.15 t9 a1.5|b i0.75 o4.5 r0.075|f i0.75 o4.5 r0.08|p i2.7 o16.2 r0.27 a2.7|q0.014
        gemini-3.5-flash-lite|s i0.3 o2.5 r0.03 t2.5|b i0.15 o1.25 r0.02|f i0.15 o1.25 r0.02|p i0.54 o4.5 r0.05|q0.014
        gemini-3.6-flash gemini-3.7-flash gemini-3.8-flash|s i0.75 o3.75 r0.075 t3.75|b i0.375 o1.875 r0.0375|f i0.375 o1.875 r0.0375|p i1.35 o6.75 r0.135|q0.014
        gemini-4-argon|s i2 o10 r0.1 t10|b i1 o5 r0.05|f i1 o5 r0.05|p i3.6 o18 r0.18|q0.014
        gemini-embedding-001|s i0.15 o0|b i0.075
        gemini-embedding-2 gemini-embedding-2-preview|s i0.2 o0 a6.5 m0.45|b i0.1 a3.25 m0.225
        gemini-exp-1114 gemma-3-27b-it learnlm-1.5-pro-experimental|s i0 o0|s128000 i0 o0
        gemini-exp-1206|s i0.3 o2.5 r0.03 t2.5 a1|q0.035
        gemini-flash-latest|s i0.75 o3.75 r0.075 t3.75|b i0.375 o1.875|f i0.375 o1.875 r0.0375|p i1.35 o6.75 r0.135|q0.014
        gemini-flash-lite-latest|s i0.3 o2.5 r0.03 t2.5|b i0.15 o1.25|f i0.15 o1.25 r0.02|p i0.54 o4.5 r0.05|q0.014
        gemini-gemma-2-27b-it gemini-gemma-2-9b-it|s i0.35 o1.05
        gemini-omni-1.1-flash gemini-omni-flash-preview|s i1.5 o9 t9 a1.5
        gemini-pro-latest|s i2 o12 r0.2|s200000 i4 o18 r0.4|b i1 o6|f i1 o6 r0.2|p i3.6 o21.6 r0.36|p200000 i7.2 o32.4 r0.72|q0.014
        gemini-robotics-er-2-preview|s i1 o5 r0.1 t5 a1|b i0.5 o2.5 r0.05|q0.014
        gemini-robotics-er-2-streaming-preview|s i1 o5 a1|q0.014
        gemma-4-26b-a4b-it gemma-4-31b-it lyria-3-clip-preview lyria-3-pro-preview lyria-3.5 lyria-3.5-clip-preview lyria-3.5-pro-preview lyria-realtime-exp|s i0 o0
        """#
}
