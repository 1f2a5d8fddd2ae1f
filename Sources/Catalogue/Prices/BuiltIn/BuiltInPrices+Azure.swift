extension BuiltInPrices {
    /// Prices of azure, facts of November 2026; `PriceRows` says how a line is read.
    static let azureRows = #"""
        ada text-embedding-ada-002|s i0.11 o0
        apac/gpt-6.1-sol eu/gpt-6.1-sol|s i2.4 o12 r0.12 w3|s272000 i4.8 o18 r0.24 w6|q0.014
        apac/gpt-6.1-terra eu/gpt-6.1-terra|s i1.2 o6 r0.06 w1.5|s272000 i2.4 o9 r0.12 w3|q0.014
        chat-latest gpt-chat-latest|s i5 o30 r0.5
        codex-mini|s i1.5 o6 r0.375
        command-r-plus|s i3 o15
        computer-use-preview|s i3 o12
        eu/codex-mini us/codex-mini|s i1.65 o6.6 r0.413
        eu/computer-use-preview us/computer-use-preview|s i3.3 o13.2
        eu/gpt-4.1 us/gpt-4.1 us/gpt-4.1-2025-04-14|s i2.2 o8.8 r0.55|b i1.1 o4.4|p i3.85 o15.4 r0.963|q0.014
        eu/gpt-4.1-mini us/gpt-4.1-mini us/gpt-4.1-mini-2025-04-14|s i0.44 o1.76 r0.11|b i0.22 o0.88|p i0.77 o3.08 r0.193|q0.014
        eu/gpt-4.1-nano us/gpt-4.1-nano us/gpt-4.1-nano-2025-04-14|s i0.11 o0.44 r0.028|b i0.055 o0.22
        eu/gpt-4o eu/gpt-4o-2024-11-20 us/gpt-4o us/gpt-4o-2024-11-20|s i2.75 o11 r1.375 w1.38|b i1.375 o5.5
        eu/gpt-4o-2024-05-13 us/gpt-4o-2024-05-13|s i5.5 o16.5|b i2.75 o8.25
        eu/gpt-4o-2024-08-06 us/gpt-4o-2024-08-06|s i2.75 o11 r1.375|b i1.375 o5.5
        eu/gpt-4o-mini eu/gpt-4o-mini-2024-07-18 us/gpt-4o-mini us/gpt-4o-mini-2024-07-18|s i0.165 o0.66 r0.083|b i0.083|q0.014
        eu/gpt-5 eu/gpt-5-2025-08-07 eu/gpt-5.1 us/gpt-5 us/gpt-5-2025-08-07 us/gpt-5.1|s i1.375 o11 r0.1375|b i0.6875 o5.5 r0.06875|p i2.75 o22 r0.275|q0.014
        eu/gpt-5-codex us/gpt-5-codex|s i1.375 o11 r0.138
        eu/gpt-5-mini eu/gpt-5-mini-2025-08-07 us/gpt-5-mini us/gpt-5-mini-2025-08-07|s i0.275 o2.2 r0.0275|b i0.1375 o1.1 r0.01375|p i0.495 o3.96 r0.0495|q0.014
        eu/gpt-5-nano eu/gpt-5-nano-2025-08-07 us/gpt-5-nano us/gpt-5-nano-2025-08-07|s i0.055 o0.44 r0.0055|b i0.0275 o0.22 r0.00275|q0.014
        eu/gpt-5-pro us/gpt-5-pro|s i16.5 o132|b i8.25 o66|q0.014
        eu/gpt-5.1-chat eu/gpt-5.1-codex eu/gpt-5.1-codex-max us/gpt-5.1-chat us/gpt-5.1-codex us/gpt-5.1-codex-max|s i1.375 o11 r0.1375
        eu/gpt-5.1-codex-mini us/gpt-5.1-codex-mini|s i0.275 o2.2 r0.0275
        eu/gpt-5.2 us/gpt-5.2|s i1.925 o15.4 r0.1925|b i0.9625 o7.7 r0.09625|p i3.85 o30.8 r0.385|q0.014
        eu/gpt-5.2-chat eu/gpt-5.2-codex eu/gpt-5.3-chat us/gpt-5.2-chat us/gpt-5.2-codex us/gpt-5.3-chat|s i1.925 o15.4 r0.1925
        eu/gpt-5.2-pro us/gpt-5.2-pro|s i23.1 o184.8|b i11.55 o92.4|q0.014
        eu/gpt-5.3-codex us/gpt-5.3-codex|s i1.925 o15.4 r0.1925|p i3.85 o30.8 r0.385|q0.014
        eu/gpt-5.4 eu/gpt-5.4-2026-03-05 us/gpt-5.4 us/gpt-5.4-2026-03-05|s i2.75 o16.5 r0.275|s272000 i5.5 o24.75 r0.55|b i1.375 o8.25 r0.143|b272000 i2.75 o12.375 r0.275|p i5.5 o33 r0.55
        eu/gpt-5.4-mini us/gpt-5.4-mini|s i0.825 o4.95 r0.0825|b i0.4125 o2.475 r0.04125|p i1.65 o9.9 r0.165|q0.014
        eu/gpt-5.4-nano us/gpt-5.4-nano|s i0.22 o1.375 r0.022|b i0.11 o0.6875 r0.011|q0.014
        eu/gpt-5.4-pro us/gpt-5.4-pro|s i33 o198|s272000 i66 o297|b i16.5 o99|b272000 i33 o148.5|q0.014
        eu/gpt-5.5 eu/gpt-5.5-2026-04-23 eu/gpt-5.5-2026-04-24 us/gpt-5.5 us/gpt-5.5-2026-04-23 us/gpt-5.5-2026-04-24|s i5.5 o33 r0.55|s272000 i11 o49.5 r1.1|b i2.75 o16.5 r0.275|b272000 i5.5 o24.75 r0.55|p i13.75 o82.5 r1.375|q0.014
        eu/gpt-5.6 eu/gpt-5.6-sol us/gpt-5.6 us/gpt-5.6-sol|s i4.4 o22 r0.44 w5.5|s272000 i8.8 o33 r0.88 w11|p i8.8 o44 r0.88 w11|p272000 i17.6 o66 r1.76 w22|q0.014
        eu/gpt-5.6-luna us/gpt-5.6-luna|s i0.22 o1.32 r0.022 w0.275|s272000 i0.44 o1.98 r0.044 w0.55|p i0.44 o2.64 r0.044 w0.55|p272000 i0.88 o3.96 r0.088 w1.1|q0.014
        eu/gpt-5.6-terra us/gpt-5.6-terra|s i2.2 o13.2 r0.22 w2.75|s272000 i4.4 o19.8 r0.44 w5.5|p i4.4 o26.4 r0.44 w5.5|p272000 i8.8 o39.6 r0.88 w11|q0.014
        eu/gpt-6-astra|s i12 o60 r1.2 w15|s272000 i24 o90 r2.4 w30|q0.014
        eu/gpt-6-luna|s i0.12 o0.6 r0.012 w0.15|s272000 i0.24 o0.9 r0.024 w0.3|q0.014
        eu/gpt-6-sol|s i2.4 o12 r0.24 w3|s272000 i4.8 o18 r0.48 w6|q0.014
        eu/o1 eu/o1-2024-12-17 us/o1 us/o1-2024-12-17|s i16.5 o66 r8.25|b i8.25 o33
        eu/o1-mini eu/o1-mini-2024-09-12 eu/o3-mini eu/o3-mini-2025-01-31 us/o1-mini us/o1-mini-2024-09-12 us/o3-mini us/o3-mini-2025-01-31|s i1.21 o4.84 r0.605|b i0.605 o2.42
        eu/o1-preview us/o1-preview|s i16.5 o66 r8.25
        eu/o3 eu/o3-2025-04-16 us/o3 us/o3-2025-04-16|s i2.2 o8.8 r0.55|b i1.1 o4.4|q0.014
        eu/o3-deep-research us/o3-deep-research|s i11 o44 r2.75
        eu/o4-mini eu/o4-mini-2025-04-16 us/o4-mini us/o4-mini-2025-04-16|s i1.21 o4.84 r0.303|b i0.605 o2.42|q0.014
        eu/text-embedding-3-large us/text-embedding-3-large|s i0.143
        eu/text-embedding-3-small us/text-embedding-3-small|s i0.022
        eu/text-embedding-ada-002 us/text-embedding-ada-002|s i0.11
        global-standard/gpt-4o-2024-08-06 global-standard/gpt-4o-2024-11-20 global/gpt-4o-2024-08-06 global/gpt-4o-2024-11-20 gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20|s i2.5 o10 r1.25|b i1.25 o5
        global-standard/gpt-4o-mini|s i0.15 o0.6|q0.014
        global/gpt-5.1 gpt-5 gpt-5-2025-08-07 gpt-5.1 gpt-5.1-2025-11-13|s i1.25 o10 r0.125|b i0.625 o5 r0.0625|p i2.5 o20 r0.25|q0.014
        global/gpt-5.1-codex gpt-5-chat gpt-5-codex gpt-5.1-chat gpt-5.1-codex gpt-5.1-codex-max|s i1.25 o10 r0.125
        global/gpt-5.1-codex-mini gpt-5.1-codex-mini|s i0.25 o2 r0.025
        gpt-3.5-turbo gpt-35-turbo|s i0.5 o1.5
        gpt-35-turbo-16k gpt-35-turbo-16k-0613|s i3 o4
        gpt-4 gpt-4-0613|s i30 o60
        gpt-4-0125-preview gpt-4-1106-preview|s i10 o30
        gpt-4-32k gpt-4-32k-0613|s i60 o120
        gpt-4-turbo gpt-4-turbo-2024-04-09 gpt-4-turbo-vision-preview|s i11 o33
        gpt-4.1 gpt-4.1-2025-04-14|s i2 o8 r0.5|b i1 o4|p i3.5 o14 r0.875|q0.014
        gpt-4.1-mini gpt-4.1-mini-2025-04-14|s i0.4 o1.6 r0.1|b i0.2 o0.8|p i0.7 o2.8 r0.175|q0.014
        gpt-4.1-nano gpt-4.1-nano-2025-04-14|s i0.1 o0.4 r0.025|b i0.05 o0.2
        gpt-4.5-preview|s i75 o150 r37.5|b i37.5 o75
        gpt-4o-2024-05-13|s i5 o15|b i2.5 o7.5
        gpt-4o-audio-preview-2024-12-17 gpt-audio gpt-audio-2025-08-28|s i2.5 o10 a40 A80
        gpt-4o-mini gpt-4o-mini-2024-07-18|s i0.15 o0.6 r0.075|b i0.075 o0.3|q0.014
        gpt-4o-mini-audio-preview-2024-12-17|s i0.15 o0.6 a10 A20
        gpt-5-mini gpt-5-mini-2025-08-07|s i0.25 o2 r0.025|b i0.125 o1 r0.0125|p i0.45 o3.6 r0.045|q0.014
        gpt-5-nano gpt-5-nano-2025-08-07|s i0.05 o0.4 r0.005|b i0.025 o0.2 r0.0025|q0.014
        gpt-5-pro|s i15 o120|b i7.5 o60|q0.014
        gpt-5.1-codex-2025-11-13|s i1.25 o10 r0.125|p i2.5 o20 r0.25
        gpt-5.1-codex-mini-2025-11-13|s i0.25 o2 r0.025|p i0.45 o3.6 r0.045
        gpt-5.2 gpt-5.2-2025-12-11|s i1.75 o14 r0.175|b i0.875 o7 r0.0875|p i3.5 o28 r0.35|q0.014
        gpt-5.2-chat gpt-5.2-codex gpt-5.3-chat|s i1.75 o14 r0.175
        gpt-5.2-pro gpt-5.2-pro-2025-12-11|s i21 o168|b i10.5 o84|q0.014
        gpt-5.3-codex|s i1.75 o14 r0.175|p i3.5 o28 r0.35|q0.014
        gpt-5.4 gpt-5.4-2026-03-05|s i2.5 o15 r0.25|s272000 i5 o22.5 r0.5|b i1.25 o7.5 r0.13|b272000 i2.5 o11.25 r0.25|f i1.25 o7.5|f272000 i2.5 o11.25 r0.25|p i5 o30 r0.5|p272000 i10 o45 r1
        gpt-5.4-mini gpt-5.4-mini-2026-03-17|s i0.75 o4.5 r0.075|b i0.375 o2.25 r0.0375|f i0.375 o2.25 r0.0375|p i1.5 o9 r0.15|q0.014
        gpt-5.4-nano gpt-5.4-nano-2026-03-17|s i0.2 o1.25 r0.02|b i0.1 o0.625 r0.01|f i0.1 o0.625 r0.01|q0.014
        gpt-5.4-pro gpt-5.4-pro-2026-03-05|s i30 o180 r3|s272000 i60 o270 r6|b i15 o90|b272000 i30 o135|f i15 o90|f272000 i30 o135|q0.014
        gpt-5.5 gpt-5.5-2026-04-23 gpt-5.5-2026-04-24|s i5 o30 r0.5|s272000 i10 o45 r1|b i2.5 o15 r0.25|b272000 i5 o22.5 r0.5|f i2.5 r0.25|f272000 i5|p i12.5 o75 r1.25|p272000 i20 o90 r2|q0.014
        gpt-5.5-pro gpt-5.5-pro-2026-04-23|s i30 o180 r3|s272000 i60 o270 r6|q0.014
        gpt-5.6|s i4 o20 r0.4 w5|s272000 i8 o30 r0.8 w10|p i8 o40 r0.8 w10|p272000 i16 o60 r1.6 w20|q0.014
        gpt-5.6-luna gpt-5.6-luna-2026-07-09|s i0.2 o1.2 r0.02 w0.25|s272000 i0.4 o1.8 r0.04 w0.5|f i0.1 o0.6 r0.01 w0.125|f272000 i0.2 o0.9 r0.02 w0.25|p i0.4 o2.4 r0.04 w0.5|p272000 i0.8 o3.6 r0.08 w1|q0.014
        gpt-5.6-sol gpt-5.6-sol-2026-07-09|s i4 o20 r0.4 w5|s272000 i8 o30 r0.8 w10|f i2 o10 r0.2 w2.5|f272000 i4 o15 r0.4 w5|p i8 o40 r0.8 w10|p272000 i16 o60 r1.6 w20|q0.014
        gpt-5.6-terra gpt-5.6-terra-2026-07-09|s i2 o12 r0.2 w2.5|s272000 i4 o18 r0.4 w5|f i1 o6 r0.1 w1.25|f272000 i2 o9 r0.2 w2.5|p i4 o24 r0.4 w5|p272000 i8 o36 r0.8 w10|q0.014
        gpt-6-astra gpt-6-astra-2026-09-03|s i10 o50 r1 w12.5|s272000 i20 o75 r2 w25|f272000 i10 o37.5 r1 w12.5|q0.014
        gpt-6-luna gpt-6-luna-2026-09-22|s i0.1 o0.5 r0.01 w0.125|s272000 i0.2 o0.75 r0.02 w0.25|q0.014
        gpt-6-sol gpt-6-sol-2026-09-22|s i2 o10 r0.2 w2.5|s272000 i4 o15 r0.4 w5|p i4 o20 r0.4 w5|p272000 i8 o30 r0.8 w10|q0.014
        gpt-6.1-sol gpt-6.1-sol-2026-09-29|s i2 o10 r0.1 w2.5|s272000 i4 o15 r0.2 w5|q0.014
        gpt-6.1-terra|s i1 o5 r0.05 w1.25|s272000 i2 o7.5 r0.1 w2.5|q0.014
        gpt-audio-1.5 gpt-audio-1.5-2026-02-23|s i2.5 o10 a32 A64
        gpt-audio-mini gpt-audio-mini-2025-10-06|s i0.6 o2.4 a10 A20
        mistral-large-2402 mistral-large-latest|s i8 o24
        model-router|s i0.14 o0
        o1|s i15 o60 r7.5
        o1-2024-12-17|s i15 o60 r7.5|b i7.5 o30
        o1-mini o1-mini-2024-09-12 o3-mini o3-mini-2025-01-31|s i1.1 o4.4 r0.55|b i0.55 o2.2
        o3 o3-2025-04-16|s i2 o8 r0.5|b i1 o4|q0.014
        o3-deep-research|s i10 o40 r2.5|q0.014
        o3-pro o3-pro-2025-06-10|s i20 o80|b i10 o40|q0.014
        o4-mini o4-mini-2025-04-16|s i1.1 o4.4 r0.275|b i0.55 o2.2|q0.014
        text-embedding-3-large|s i0.143 o0
        text-embedding-3-small|s i0.022 o0
        us-gov/gpt-5.1|s i1.71875 o13.75 r0.171875
        us-gov/o3-mini|s i1.513 o6.05 r0.757
        us-gov/text-embedding-3-large|s i0.163 o0
        us-gov/text-embedding-3-small|s i0.025 o0
        us/gpt-6-astra|s i11 o55 r1.1 w13.75|s272000 i22 o82.5 r2.2 w27.5|q0.014
        us/gpt-6-luna|s i0.11 o0.55 r0.011 w0.1375|s272000 i0.22 o0.825 r0.022 w0.275|q0.014
        us/gpt-6-sol|s i2.2 o11 r0.22 w2.75|s272000 i4.4 o16.5 r0.44 w5.5|p i4.4 o22 r0.44 w5.5|p272000 i8.8 o33 r0.88 w11|q0.014
        us/gpt-6.1-sol|s i2.2 o11 r0.11 w2.75|s272000 i4.4 o16.5 r0.22 w5.5|q0.014
        us/gpt-6.1-terra|s i1.1 o5.5 r0.055 w1.375|s272000 i2.2 o8.25 r0.11 w2.75|q0.014
        us/gpt-chat-latest|s i5.5 o33 r0.55
        """#
}
