extension BuiltInPrices {
    /// Prices of openai, facts of November 2026; `PriceRows` says how a line is read.
    static let openaiRows = #"""
        chat-latest|s i5 o30 r0.5
        computer-use-preview computer-use-preview-2025-03-11|s i3 o12
        daybreak-blue-latest gpt-daybreak-blue-latest|s i4 o20 r0.4 w5|s272000 i8 o30 r0.8 w10
        daybreak-red-latest gpt-5.6-cyber gpt-daybreak-red-latest|s i12.5 o75 r1.25 w15.625|s272000 i25 o112.5 r2.5 w31.25
        ft:gpt-3.5-turbo|s i3 o6|b i1.5 o3
        ft:gpt-3.5-turbo-0125 ft:gpt-3.5-turbo-0613 ft:gpt-3.5-turbo-1106|s i3 o6
        ft:gpt-4-0613 gpt-4|s i30 o60
        ft:gpt-4.1-2025-04-14|s i3 o12 r0.75|b i1.5 o6 r0.5
        ft:gpt-4.1-mini-2025-04-14|s i0.8 o3.2 r0.2|b i0.4 o1.6 r0.1
        ft:gpt-4.1-nano-2025-04-14|s i0.2 o0.8 r0.05|b i0.1 o0.4 r0.025
        ft:gpt-4o-2024-08-06|s i3.75 o15 r1.875|b i2.225 o12.5 r0.9
        ft:gpt-4o-2024-11-20|s i3.75 o15 w1.875
        ft:gpt-4o-mini-2024-07-18|s i0.3 o1.2 r0.15|b i0.15 o0.6 r0.075
        ft:o4-mini-2025-04-16|s i4 o16 r1|b i2 o8 r0.5
        gpt-3.5-turbo|s i0.5 o1.5
        gpt-3.5-turbo-0125|s i0.5 o1.5|b i0.25 o0.75
        gpt-3.5-turbo-1106|s i1 o2|b i1 o2
        gpt-3.5-turbo-16k|s i3 o4
        gpt-4-0613|s i30 o60|b i15 o30
        gpt-4-1106-preview gpt-4-turbo|s i10 o30
        gpt-4-turbo-2024-04-09|s i10 o30|b i5 o15
        gpt-4.1 gpt-4.1-2025-04-14|s i2 o8 r0.5|b i1 o4|p i3.5 o14 r0.875|q0.025
        gpt-4.1-mini gpt-4.1-mini-2025-04-14|s i0.4 o1.6 r0.1|b i0.2 o0.8|p i0.7 o2.8 r0.175|q0.025
        gpt-4.1-nano gpt-4.1-nano-2025-04-14|s i0.1 o0.4 r0.025|b i0.05 o0.2|p i0.2 o0.8 r0.05
        gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20|s i2.5 o10 r1.25|b i1.25 o5|p i4.25 o17 r2.125
        gpt-4o-2024-05-13|s i5 o15|b i2.5 o7.5|p i8.75 o26.25
        gpt-4o-audio-preview-2024-12-17 gpt-4o-audio-preview-2025-06-03|s i2.5 o10 a40 A80
        gpt-4o-mini gpt-4o-mini-2024-07-18|s i0.15 o0.6 r0.075|b i0.075 o0.3|p i0.25 o1 r0.125|q0.025
        gpt-4o-mini-audio-preview-2024-12-17|s i0.15 o0.6 a10 A20
        gpt-4o-mini-search-preview gpt-4o-mini-search-preview-2025-03-11|s i0.15 o0.6 r0.075|b i0.075 o0.3|q0.025
        gpt-4o-search-preview gpt-4o-search-preview-2025-03-11|s i2.5 o10 r1.25|b i1.25 o5|q0.025
        gpt-5 gpt-5-2025-08-07 gpt-5.1 gpt-5.1-2025-11-13|s i1.25 o10 r0.125|b i0.625 o5 r0.0625|f i0.625 o5 r0.0625|p i2.5 o20 r0.25|q0.01
        gpt-5-chat gpt-5-chat-latest gpt-5-codex gpt-5.1-chat-latest gpt-5.1-codex gpt-5.1-codex-max|s i1.25 o10 r0.125
        gpt-5-mini gpt-5-mini-2025-08-07|s i0.25 o2 r0.025|b i0.125 o1 r0.0125|f i0.125 o1 r0.0125|p i0.45 o3.6 r0.045|q0.01
        gpt-5-nano gpt-5-nano-2025-08-07|s i0.05 o0.4 r0.005|b i0.025 o0.2 r0.0025|f i0.025 o0.2 r0.0025|q0.01
        gpt-5-pro gpt-5-pro-2025-10-06|s i15 o120|b i7.5 o60|q0.01
        gpt-5-search-api gpt-5-search-api-2025-10-14|s i1.25 o10 r0.125|q0.01
        gpt-5.1-codex-mini|s i0.25 o2 r0.025
        gpt-5.2 gpt-5.2-2025-12-11|s i1.75 o14 r0.175|b i0.875 o7 r0.0875|f i0.875 o7 r0.0875|p i3.5 o28 r0.35|q0.01
        gpt-5.2-chat-latest gpt-5.2-codex gpt-5.3-chat-latest|s i1.75 o14 r0.175
        gpt-5.2-pro gpt-5.2-pro-2025-12-11|s i21 o168|b i10.5 o84|q0.01
        gpt-5.3-codex|s i1.75 o14 r0.175|p i3.5 o28 r0.35|q0.01
        gpt-5.4 gpt-5.4-2026-03-05|s i2.5 o15 r0.25|s272000 i5 o22.5 r0.5|b i1.25 o7.5 r0.13|b272000 i2.5 o11.25 r0.25|f i1.25 o7.5 r0.13|f272000 i2.5 o11.25 r0.25|p i5 o30 r0.5
        gpt-5.4-mini gpt-5.4-mini-2026-03-17|s i0.75 o4.5 r0.075|b i0.375 o2.25 r0.0375|f i0.375 o2.25 r0.0375|p i1.5 o9 r0.15|q0.01
        gpt-5.4-nano gpt-5.4-nano-2026-03-17|s i0.2 o1.25 r0.02|b i0.1 o0.625 r0.01|f i0.1 o0.625 r0.01|q0.01
        gpt-5.4-pro gpt-5.4-pro-2026-03-05|s i30 o180|s272000 i60 o270|b i15 o90|b272000 i30 o135|f i15 o90|f272000 i30 o135|q0.01
        gpt-5.5 gpt-5.5-2026-04-23|s i5 o30 r0.5|s272000 i10 o45 r1|b i2.5 o15 r0.25|b272000 i5 o22.5 r0.5|f i2.5 o15 r0.25|f272000 i5 o22.5 r0.5|p i12.5 o75 r1.25|q0.01
        gpt-5.5-cyber gpt-5.5-cyber-preview|s i12.5 o75 r1.25
        gpt-5.5-pro gpt-5.5-pro-2026-04-23|s i30 o180|s272000 i60 o270|b i15 o90|b272000 i30 o135|f i15 o90|q0.01
        gpt-5.6 gpt-5.6-sol|s i4 o20 r0.4 w5|s272000 i8 o30 r0.8 w10|b i2 o10 r0.2 w2.5|b272000 i4 o15 r0.4 w5|f i2 o10 r0.2 w2.5|f272000 i4 o15 r0.4 w5|p i8 o40 r0.8 w10|p272000 i16 o60 r1.6 w20|q0.01
        gpt-5.6-luna|s i0.2 o1.2 r0.02 w0.25|s272000 i0.4 o1.8 r0.04 w0.5|b i0.1 o0.6 r0.01 w0.125|b272000 i0.2 o0.9 r0.02 w0.25|f i0.1 o0.6 r0.01 w0.125|f272000 i0.2 o0.9 r0.02 w0.25|p i0.4 o2.4 r0.04 w0.5|p272000 i0.8 o3.6 r0.08 w1|q0.01
        gpt-5.6-terra|s i2 o12 r0.2 w2.5|s272000 i4 o18 r0.4 w5|b i1 o6 r0.1 w1.25|b272000 i2 o9 r0.2 w2.5|f i1 o6 r0.1 w1.25|f272000 i2 o9 r0.2 w2.5|p i4 o24 r0.4 w5|p272000 i8 o36 r0.8 w10|q0.01
        gpt-6-astra|s i10 o50 r1 w12.5|s272000 i20 o75 r2 w25|b i5 o25 r0.5 w6.25|b272000 i10 o37.5 r1 w12.5|f i5 o25 r0.5 w6.25|f272000 i10 o37.5 r1 w12.5|p i20 o100 r2 w25|p272000 i40 o150 r4 w50|q0.01
        gpt-6-astra-law|s i10 o50 r1|q0.01
        gpt-6-luna|s i0.1 o0.5 r0.01 w0.125|s272000 i0.2 o0.75 r0.02 w0.25|b i0.05 o0.25 r0.005 w0.0625|b272000 i0.1 o0.375 r0.01 w0.125|f i0.05 o0.25 r0.005 w0.0625|f272000 i0.1 o0.375 r0.01 w0.125|p i0.2 o1 r0.02 w0.25|p272000 i0.4 o1.5 r0.04 w0.5|q0.01
        gpt-6-rosalind|s i15 o75 r1.5 w18.75|s272000 i30 o112.5 r3 w37.5
        gpt-6-sol|s i2 o10 r0.2 w2.5|s272000 i4 o15 r0.4 w5|b i1 o5 r0.1 w1.25|b272000 i2 o7.5 r0.2 w2.5|f i1 o5 r0.1 w1.25|f272000 i2 o7.5 r0.2 w2.5|p i4 o20 r0.4 w5|p272000 i8 o30 r0.8 w10|q0.01
        gpt-6.1-sol|s i2 o10 r0.1 w2.5|s272000 i4 o15 r0.2 w5|b i1 o5 r0.05 w1.25|b272000 i2 o7.5 r0.1 w2.5|f i1 o5 r0.05 w1.25|f272000 i2 o7.5 r0.1 w2.5|p i4 o20 r0.2 w5|p272000 i8 o30 r0.4 w10|q0.01
        gpt-6.1-terra|s i1 o5 r0.05 w1.25|s272000 i2 o7.5 r0.1 w2.5|b i0.5 o2.5 r0.025 w0.625|b272000 i1 o3.75 r0.05 w1.25|f i0.5 o2.5 r0.025 w0.625|f272000 i1 o3.75 r0.05 w1.25|p i2 o10 r0.1 w2.5|p272000 i4 o15 r0.2 w5|q0.01
        gpt-audio gpt-audio-1.5 gpt-audio-2025-08-28|s i2.5 o10 a32 A64
        gpt-audio-mini gpt-audio-mini-2025-10-06 gpt-audio-mini-2025-12-15|s i0.6 o2.4 a10 A20
        gpt-rosalind-discovery gpt-rosalind-research|s i5 o25 r0.5
        o1 o1-2024-12-17|s i15 o60 r7.5|b i7.5 o30
        o1-pro o1-pro-2025-03-19|s i150 o600|b i75 o300
        o3 o3-2025-04-16|s i2 o8 r0.5|b i1 o4|f i1 o4 r0.25|p i3.5 o14 r0.875|q0.01
        o3-deep-research o3-deep-research-2025-06-26|s i10 o40 r2.5
        o3-mini o3-mini-2025-01-31|s i1.1 o4.4 r0.55|b i0.55 o2.2
        o3-pro o3-pro-2025-06-10|s i20 o80|b i10 o40|q0.01
        o4-mini o4-mini-2025-04-16|s i1.1 o4.4 r0.275|b i0.55 o2.2|f i0.55 o2.2 r0.138|p i2 o8 r0.5|q0.01
        o4-mini-deep-research o4-mini-deep-research-2025-06-26|s i2 o8 r0.5
        text-embedding-3-large|s i0.13 o0|b i0.065 o0
        text-embedding-3-small|s i0.02 o0|b i0.01 o0
        text-embedding-ada-002|s i0.1 o0
        text-embedding-ada-002-v2|s i0.1 o0|b i0.05 o0
        """#
}
