extension BuiltInPrices {
    /// Prices of mistral, facts of November 2026; `PriceRows` says how a line is read.
    static let mistralRows = #"""
        codestral-2508 codestral-latest mistral-code-fim-latest mistral-code-latest|s i0.3 o0.9 r0.03
        codestral-embed codestral-embed-2505|s i0.15 r0.015
        codestral-mamba-latest mistral-tiny|s i0.25 o0.25 r0.025
        deepseek-v4-1-flash-1017|s i0.3 o1.2 r0.007
        devstral-latest devstral-medium-latest mistral-code-agent-latest|s i0.4 o2 r0.04
        devstral-small-latest mistral-small|s i0.1 o0.3 r0.01
        glm-5-2 zai-glm-5 zai-glm-5-2 zai-glm-5-3 zai-glm-latest|s i1.4 o4.4 r0.14
        labs-leanstral-1-5 labs-leanstral-1-5-1|s i0 o0
        magistral-medium-latest mistral-medium mistral-medium-2604 mistral-medium-3 mistral-medium-3-5 mistral-medium-3.5 mistral-medium-latest mistral-vibe-cli-latest mistral-vibe-cli-with-tools|s i1.5 o7.5 r0.15
        magistral-small-latest mistral-small-2603 mistral-small-latest mistral-vibe-cli-fast|s i0.15 o0.6 r0.015
        ministral-14b-2512 ministral-14b-latest ministral-3-14b-2512|s i0.2 o0.2 r0.02
        ministral-3-3b-2512 ministral-3b-2512 ministral-3b-latest|s i0.1 o0.1 r0.01
        ministral-3-8b-2512 ministral-8b-2512 ministral-8b-latest|s i0.15 o0.15 r0.015
        mistral-embed mistral-embed-2312|s i0.1
        mistral-large-2512 mistral-large-3 mistral-large-latest|s i0.5 o1.5 r0.05
        mistral-large-4 mistral-large-4-0|s i1.36 o4.18 r0.14
        open-mistral-nemo|s i0.3 o0.3 r0.03
        pixtral-large-latest|s i2 o6 r0.2
        voxtral-small-2507 voxtral-small-latest|s i0.1 o0.4 r0.01
        zai-glm-5-3-flash|s i0.15 o0.5 r0.03
        """#
}
