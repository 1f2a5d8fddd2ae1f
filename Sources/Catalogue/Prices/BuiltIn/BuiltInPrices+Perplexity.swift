extension BuiltInPrices {
    /// Prices of perplexity, facts of November 2026; `PriceRows` says how a line is read.
    static let perplexityRows = #"""
        anthropic/claude-fable-5|s i10 o50 r1
        anthropic/claude-fable-5-1|s i10 o50 r0.25
        anthropic/claude-haiku-4-5|s i1 o5 r0.1
        anthropic/claude-haiku-5-5|s i0.1 o0.5 r0.01
        anthropic/claude-opus-4-5 anthropic/claude-opus-4-6 anthropic/claude-opus-4-7 anthropic/claude-opus-4-8 anthropic/claude-opus-5|s i5 o25 r0.5
        anthropic/claude-opus-5-5|s i4 o20 r0.2
        anthropic/claude-sonnet-4-5 anthropic/claude-sonnet-4-6 perplexity/kimi-k3|s i3 o15 r0.3
        anthropic/claude-sonnet-5 anthropic/claude-sonnet-5-5|s i2 o10 r0.2
        codellama-34b-instruct|s i0.35 o1.4
        codellama-70b-instruct llama-2-70b-chat pplx-70b-chat|s i0.7 o2.8
        google/gemini-3-flash-preview|s i0.5 o3 r0.05
        google/gemini-3.1-flash-lite|s i0.25 o1.5 r0.025
        google/gemini-3.1-pro-preview|s i2 o12 r0.2|s200000 i4 o18 r0.4
        google/gemini-3.5-flash|s i1.5 o9 r0.15
        google/gemini-3.5-flash-lite|s i0.3 o2.5 r0.03
        google/gemini-3.6-flash|s i1.5 o7.5 r0.15
        google/gemini-3.7-flash google/gemini-3.8-flash|s i0.75 o3.75 r0.075
        llama-3.1-70b-instruct|s i1 o1
        llama-3.1-8b-instruct|s i0.2 o0.2
        mistral-7b-instruct mixtral-8x7b-instruct pplx-7b-chat sonar-small-chat|s i0.07 o0.28
        openai/gpt-5 openai/gpt-5.1|s i1.25 o10 r0.125
        openai/gpt-5-mini|s i0.25 o2 r0.025
        openai/gpt-5-nano|s i0.05 o0.4 r0.005
        openai/gpt-5.2|s i1.75 o14 r0.175
        openai/gpt-5.3-codex|s i3.5 o28 r0.35
        openai/gpt-5.4|s i2.5 o15 r0.25|s272000 i5 o22.5
        openai/gpt-5.4-mini|s i0.75 o4.5 r0.075
        openai/gpt-5.4-nano|s i0.2 o1.25 r0.02
        openai/gpt-5.5|s i5 o30 r0.5|s272000 i10 o45
        openai/gpt-5.6-luna|s i0.2 o1.2 r0.02|s272000 i0.4 o1.8 r0.04
        openai/gpt-5.6-sol|s i4 o20 r0.4|s272000 i8 o30 r0.8
        openai/gpt-5.6-terra|s i2 o12 r0.2|s272000 i4 o18 r0.4
        openai/gpt-6-astra|s i10 o50 r1 w12.5
        openai/gpt-6-luna|s i0.1 o0.5 r0.01|s272000 i0.2 o0.75 r0.02
        openai/gpt-6-sol|s i2 o10 r0.2|s272000 i4 o15 r0.4
        openai/gpt-6.1-sol|s i2 o10 r0.1|s272000 i4 o15 r0.2
        perplexity/deepseek-v4-flash-0731|s i0.13 o0.26 r0.028
        perplexity/deepseek-v4-pro-0813|s i1.32 o3.96 r0.044
        perplexity/glm-5.2|s i1.4 o4.4 r0.14
        perplexity/glm-5.3|s i1.4 o4.4 r0.26
        perplexity/glm-5.3-flash|s i0.15 o0.5 r0.03
        perplexity/kimi-k2.7-code|s i0.95 o4 r0.19
        perplexity/nemotron-3-ultra-550b-a55b|s i0.25 o2.5 r0.25
        perplexity/nemotron-3.5-lightning-30b-a3b|s i0.0115 o0.17 r0.00115
        perplexity/sonar|s i0.25 o2.5 r0.0625
        pplx-70b-online|s i0 o2.8
        pplx-7b-online sonar-small-online|s i0 o0.28
        pplx-embed-context-v1-0.6b|s i0.008 o0
        pplx-embed-context-v1-4b|s i0.05 o0
        pplx-embed-v1-0.6b|s i0.004 o0
        pplx-embed-v1-4b|s i0.03 o0
        sonar|s i1 o1|q0.012
        sonar-deep-research|s i2 o8 t3|q0.005
        sonar-medium-chat|s i0.6 o1.8
        sonar-medium-online|s i0 o1.8
        sonar-pro|s i3 o15|q0.014
        sonar-reasoning|s i1 o5|q0.014
        sonar-reasoning-pro|s i2 o8|q0.014
        xai/grok-4.20-multi-agent xai/grok-4.20-non-reasoning xai/grok-4.20-reasoning xai/grok-4.3|s i1.25 o2.5 r0.2|s200000 i2.5 o5
        xai/grok-4.5|s i2 o6 r0.3|s200000 i4 o12 r0.6
        xai/grok-4.6 xai/grok-4.7|s i2 o6 r0.5|s200000 i4 o12 r1
        """#
}
