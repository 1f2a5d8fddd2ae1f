extension BuiltInPrices {
    /// Prices of bedrock, facts of November 2026; `PriceRows` says how a line is read.
    static let bedrockRows = #"""
        ai21.j2-mid-v1|s i12.5 o12.5
        ai21.j2-ultra-v1|s i18.8 o18.8
        ai21.jamba-1-5-large-v1:0|s i2 o8
        ai21.jamba-1-5-mini-v1:0|s i0.2 o0.4
        ai21.jamba-instruct-v1:0|s i0.5 o0.7
        amazon.nova-2-lite-v1:0 global.amazon.nova-2-lite-v1:0|s i0.3 o2.5 r0.075|b i0.15 o1.25|p i0.525 o4.375 r0.13125
        amazon.nova-2-multimodal-embeddings-v1:0|s i0.135 o0
        amazon.nova-2-pro-preview-20251202-v1:0|s i1.25 o10 r0.3125 a1.25 m1.25|b i0.625 o5|p i2.1875 o17.5
        amazon.nova-lite-v1:0 us.amazon.nova-lite-v1:0|s i0.06 o0.24 r0.015|b i0.03 o0.12
        amazon.nova-micro-v1:0 us.amazon.nova-micro-v1:0|s i0.035 o0.14 r0.00875|b i0.0175 o0.07
        amazon.nova-premier-v1:0|s i2.5 o12.5 r0.625|b i1.25 o6.25|p i4.375 o21.875 r1.09375
        amazon.nova-pro-v1:0 us.amazon.nova-pro-v1:0|s i0.8 o3.2 r0.2|b i0.4 o1.6|f i0.4 o1.6 r0.1|p i1.4 o5.6 r0.35
        amazon.titan-embed-g1-text-02 amazon.titan-embed-text-v1 cohere.embed-english-v3 cohere.embed-multilingual-v3 us-gov-east-1/amazon.titan-embed-text-v1 us-gov-west-1/amazon.titan-embed-text-v1|s i0.1 o0
        amazon.titan-embed-image-v1|s i0.8 o0
        amazon.titan-embed-text-v2:0|s i0.02 o0
        amazon.titan-text-express-v1|s i0.2 o0.6
        amazon.titan-text-lite-v1 mistral.mistral-7b-instruct-v0:2 us-east-1/mistral.mistral-7b-instruct-v0:2 us-west-2/mistral.mistral-7b-instruct-v0:2|s i0.15 o0.2
        amazon.titan-text-premier-v1:0 us-gov-east-1/amazon.titan-text-premier-v1:0 us-gov-west-1/amazon.titan-text-premier-v1:0|s i0.5 o1.5
        anthropic.claude-3-5-haiku-20241022-v1:0 eu.anthropic.claude-3-5-haiku-20241022-v1:0 us.anthropic.claude-3-5-haiku-20241022-v1:0|s i0.8 o4 r0.08 w1
        anthropic.claude-3-5-sonnet-20240620-v1:0 anthropic.claude-3-5-sonnet-20241022-v2:0 anthropic.claude-3-7-sonnet-20250219-v1:0 eu.anthropic.claude-3-5-sonnet-20240620-v1:0 eu.anthropic.claude-3-5-sonnet-20241022-v2:0 eu.anthropic.claude-3-7-sonnet-20250219-v1:0 invoke/anthropic.claude-3-5-sonnet-20240620-v1:0 us.anthropic.claude-3-5-sonnet-20240620-v1:0 us.anthropic.claude-3-5-sonnet-20241022-v2:0 us.anthropic.claude-3-7-sonnet-20250219-v1:0|s i3 o15 r0.3 w3.75
        anthropic.claude-3-7-sonnet-20240620-v1:0|s i3.6 o18 r0.36 w4.5
        anthropic.claude-3-opus-20240229-v1:0 eu.anthropic.claude-3-opus-20240229-v1:0 us.anthropic.claude-3-opus-20240229-v1:0|s i15 o75 r1.5 w18.75
        anthropic.claude-fable-5 global.anthropic.claude-fable-5|s i10 o50 r1 w12.5 h20|q0.01
        anthropic.claude-fable-5-1 global.anthropic.claude-fable-5-1|s i10 o50 r0.25 w12.5 h20|q0.01
        anthropic.claude-haiku-4-5-20251001-v1:0 global.anthropic.claude-haiku-4-5-20251001-v1:0|s i1 o5 r0.1 w1.25 h2|b i0.5 o2.5
        anthropic.claude-haiku-4-5@20251001|s i1 o5 r0.1 w1.25 h2
        anthropic.claude-haiku-5-5 global.anthropic.claude-haiku-5-5|s i0.1 o0.5 r0.01 w0.125 h0.2|s100000 i0.5 o2.5 r0.05 w0.625 h1|q0.01
        anthropic.claude-instant-v1 us-east-1/anthropic.claude-instant-v1 us-west-2/anthropic.claude-instant-v1|s i0.8 o2.4
        anthropic.claude-mythos-5-1 global.anthropic.claude-mythos-5-1|s i10 o50 r0.25 w12.5 h20
        anthropic.claude-mythos-preview apac.anthropic.claude-mythos-preview au.anthropic.claude-mythos-preview us.anthropic.claude-mythos-preview|s i27.5 o137.5 r2.75 w34.375 h55
        anthropic.claude-opus-4-1-20250805-v1:0 anthropic.claude-opus-4-20250514-v1:0 eu.anthropic.claude-opus-4-1-20250805-v1:0 eu.anthropic.claude-opus-4-20250514-v1:0 us.anthropic.claude-opus-4-1-20250805-v1:0 us.anthropic.claude-opus-4-20250514-v1:0|s i15 o75 r1.5 w18.75|q0.01
        anthropic.claude-opus-4-5-20251101-v1:0 anthropic.claude-opus-4-6-v1 anthropic.claude-opus-4-7 anthropic.claude-opus-4-8 anthropic.claude-opus-5 global.anthropic.claude-opus-4-5-20251101-v1:0 global.anthropic.claude-opus-4-6-v1 global.anthropic.claude-opus-4-7 global.anthropic.claude-opus-4-8 global.anthropic.claude-opus-5|s i5 o25 r0.5 w6.25 h10|q0.01
        anthropic.claude-opus-5-5 global.anthropic.claude-opus-5-5|s i4 o20 r0.2 w5 h8|q0.01
        anthropic.claude-sonnet-4-20250514-v1:0 apac.anthropic.claude-sonnet-4-20250514-v1:0 eu.anthropic.claude-sonnet-4-20250514-v1:0 global.anthropic.claude-sonnet-4-20250514-v1:0 us.anthropic.claude-sonnet-4-20250514-v1:0|s i3 o15 r0.3 w3.75|s200000 i6 o22.5 r0.6 w7.5|q0.01
        anthropic.claude-sonnet-4-5-20250929-v1:0 global.anthropic.claude-sonnet-4-5-20250929-v1:0|s i3 o15 r0.3 w3.75 h6|s200000 i6 o22.5 r0.6 w7.5 h12|b i1.5 o7.5|q0.01
        anthropic.claude-sonnet-4-6 global.anthropic.claude-sonnet-4-6|s i3 o15 r0.3 w3.75 h6|q0.01
        anthropic.claude-sonnet-5 global.anthropic.claude-sonnet-5|s i2 o10 r0.2 w2.5 h4|q0.01
        anthropic.claude-sonnet-5-5 global.anthropic.claude-sonnet-5-5|s i2 o10 r0.1 w2.5 h4|q0.01
        anthropic.claude-v1 anthropic.claude-v2:1 ap-northeast-1/anthropic.claude-v1 ap-northeast-1/anthropic.claude-v2:1 eu-central-1/anthropic.claude-v1 eu-central-1/anthropic.claude-v2:1 us-east-1/anthropic.claude-v1 us-east-1/anthropic.claude-v2:1 us-west-2/anthropic.claude-v1 us-west-2/anthropic.claude-v2:1|s i8 o24
        ap-northeast-1/anthropic.claude-instant-v1|s i2.23 o7.55
        ap-northeast-1/deepseek.v3.2 ap-south-1/deepseek.v3.2 eu-north-1/deepseek.v3.2 sa-east-1/deepseek.v3.2|s i0.74 o2.22|b i0.37 o1.11|f i0.37 o1.11|p i1.295 o3.885
        ap-northeast-1/minimax.minimax-m2.1 ap-northeast-1/minimax.minimax-m2.5 ap-south-1/minimax.minimax-m2.1 ap-south-1/minimax.minimax-m2.5 eu-central-1/minimax.minimax-m2.1 eu-central-1/minimax.minimax-m2.5 eu-north-1/minimax.minimax-m2.1 eu-north-1/minimax.minimax-m2.5 eu-west-1/minimax.minimax-m2.1 eu-west-1/minimax.minimax-m2.5 sa-east-1/minimax.minimax-m2.1 sa-east-1/minimax.minimax-m2.5|s i0.36 o1.44|b i0.18 o0.72|f i0.18 o0.72|p i0.63 o2.52
        ap-northeast-1/mistral.voxtral-mini-3b-2507|s i0.05 o0.05|b i0.03 o0.03|f i0.03 o0.03|p i0.09 o0.09
        ap-northeast-1/mistral.voxtral-small-24b-2507|s i0.12 o0.36|b i0.06 o0.18|f i0.06 o0.18|p i0.21 o0.63
        ap-northeast-1/moonshotai.kimi-k2-thinking sa-east-1/moonshotai.kimi-k2-thinking|s i0.73 o3.03|f i0.36 o1.52
        ap-northeast-1/moonshotai.kimi-k2.5 ap-south-1/moonshotai.kimi-k2.5 eu-north-1/moonshotai.kimi-k2.5 sa-east-1/moonshotai.kimi-k2.5|s i0.72 o3.6|b i0.36 o1.8|f i0.36 o1.8|p i1.26 o6.3
        ap-northeast-1/qwen.qwen3-coder-next ap-south-1/qwen.qwen3-coder-next ap-southeast-3/qwen.qwen3-coder-next eu-central-1/qwen.qwen3-coder-next eu-south-1/qwen.qwen3-coder-next eu-west-1/qwen.qwen3-coder-next sa-east-1/qwen.qwen3-coder-next|s i0.6 o1.44|f i0.3 o0.72
        ap-northeast-1/qwen.qwen3-next-80b-a3b sa-east-1/qwen.qwen3-next-80b-a3b|s i0.18 o1.45|f i0.09 o0.72|p i0.32 o2.54
        ap-south-1/meta.llama3-70b-instruct-v1:0|s i3.18 o4.2
        ap-south-1/meta.llama3-8b-instruct-v1:0|s i0.36 o0.72
        ap-south-1/moonshotai.kimi-k2-thinking|s i0.71 o2.94|f i0.36 o1.47
        ap-south-1/qwen.qwen3-next-80b-a3b|s i0.18 o1.41|b i0.09 o0.71|f i0.09 o0.71|p i0.32 o2.47
        ap-southeast-2/minimax.minimax-m2.5|s i0.31 o1.24|b i0.155 o0.62|f i0.155 o0.62|p i0.5425 o2.17
        ap-southeast-2/mistral.voxtral-mini-3b-2507|s i0.0412 o0.0412|b i0.0206 o0.0206|f i0.0206 o0.0206|p i0.0721 o0.0721
        ap-southeast-2/mistral.voxtral-small-24b-2507|s i0.103 o0.309|b i0.0515 o0.1545|f i0.0515 o0.1545|p i0.18025 o0.54075
        ap-southeast-2/qwen.qwen3-next-80b-a3b|s i0.1545 o1.236
        ap-southeast-3/deepseek.v3.2 eu.deepseek.v3.2|s i0.74 o2.22|f i0.37 o1.11
        ap-southeast-3/minimax.minimax-m2.1 ap-southeast-3/minimax.minimax-m2.5 eu-south-1/minimax.minimax-m2.1 eu-south-1/minimax.minimax-m2.5|s i0.36 o1.44|f i0.18 o0.72
        ap-southeast-3/moonshotai.kimi-k2.5|s i0.72 o3.6|f i0.36 o1.8
        apac.amazon.nova-2-lite-v1:0|s i0.396 o3.311 r0.099
        apac.amazon.nova-2-pro-preview-20251202-v1:0 eu.amazon.nova-2-pro-preview-20251202-v1:0|s i1.375 o11 r0.34375 a1.375 m1.375
        apac.amazon.nova-lite-v1:0|s i0.063 o0.252 r0.01575
        apac.amazon.nova-micro-v1:0|s i0.037 o0.148 r0.00925
        apac.amazon.nova-pro-v1:0|s i0.84 o3.36 r0.21|f i0.42 o1.68 r0.105
        apac.anthropic.claude-fable-5 au.anthropic.claude-fable-5 us.anthropic.claude-mythos-5|s i11 o55 r1.1 w13.75 h22
        apac.anthropic.claude-haiku-4-5-20251001-v1:0|s i1.1 o5.5 r0.11 w1.375|b i0.55 o2.75
        apac.anthropic.claude-haiku-5-5|s i0.11 o0.55 r0.011 w0.1375 h0.22|s100000 i0.55 o2.75 r0.055 w0.6875 h1.1
        apac.anthropic.claude-opus-4-7 apac.anthropic.claude-opus-4-8 apac.anthropic.claude-opus-5|s i5.5 o27.5 r0.55 w6.875 h11
        apac.anthropic.claude-opus-5-5|s i4.4 o22 r0.22 w5.5 h8.8
        apac.anthropic.claude-sonnet-4-6|s i3.3 o16.5 r0.33 w4.125 h6.6
        apac.anthropic.claude-sonnet-5|s i2.2 o11 r0.22 w2.75 h4.4
        apac.anthropic.claude-sonnet-5-5|s i2.2 o11 r0.11 w2.75 h4.4
        au.anthropic.claude-haiku-4-5-20251001-v1:0 eu.anthropic.claude-haiku-4-5-20251001-v1:0 jp.anthropic.claude-haiku-4-5-20251001-v1:0 us.anthropic.claude-haiku-4-5-20251001-v1:0|s i1.1 o5.5 r0.11 w1.375 h2.2|b i0.55 o2.75
        au.anthropic.claude-haiku-5-5 eu.anthropic.claude-haiku-5-5 jp.anthropic.claude-haiku-5-5 us.anthropic.claude-haiku-5-5|s i0.11 o0.55 r0.011 w0.1375 h0.22|s100000 i0.55 o2.75 r0.055 w0.6875 h1.1|q0.01
        au.anthropic.claude-opus-4-6-v1 au.anthropic.claude-opus-4-7 au.anthropic.claude-opus-4-8 au.anthropic.claude-opus-5 eu.anthropic.claude-opus-4-5-20251101-v1:0 eu.anthropic.claude-opus-4-6-v1 eu.anthropic.claude-opus-4-7 eu.anthropic.claude-opus-4-8 eu.anthropic.claude-opus-5 jp.anthropic.claude-opus-4-7 jp.anthropic.claude-opus-4-8 jp.anthropic.claude-opus-5 us.anthropic.claude-opus-4-5-20251101-v1:0 us.anthropic.claude-opus-4-6-v1 us.anthropic.claude-opus-4-7 us.anthropic.claude-opus-4-8 us.anthropic.claude-opus-5|s i5.5 o27.5 r0.55 w6.875 h11|q0.01
        au.anthropic.claude-opus-5-5 eu.anthropic.claude-opus-5-5 jp.anthropic.claude-opus-5-5 us.anthropic.claude-opus-5-5|s i4.4 o22 r0.22 w5.5 h8.8|q0.01
        au.anthropic.claude-sonnet-4-5-20250929-v1:0 eu.anthropic.claude-sonnet-4-5-20250929-v1:0 jp.anthropic.claude-sonnet-4-5-20250929-v1:0 us.anthropic.claude-sonnet-4-5-20250929-v1:0|s i3.3 o16.5 r0.33 w4.125 h6.6|s200000 i6.6 o24.75 r0.66 w8.25 h13.2|b i1.65 o8.25|q0.01
        au.anthropic.claude-sonnet-4-6 eu.anthropic.claude-sonnet-4-6 jp.anthropic.claude-sonnet-4-6 us.anthropic.claude-sonnet-4-6|s i3.3 o16.5 r0.33 w4.125 h6.6|q0.01
        au.anthropic.claude-sonnet-5 eu.anthropic.claude-sonnet-5 jp.anthropic.claude-sonnet-5 us.anthropic.claude-sonnet-5|s i2.2 o11 r0.22 w2.75 h4.4|q0.01
        au.anthropic.claude-sonnet-5-5 eu.anthropic.claude-sonnet-5-5 jp.anthropic.claude-sonnet-5-5 us.anthropic.claude-sonnet-5-5|s i2.2 o11 r0.11 w2.75 h4.4|q0.01
        ca-central-1/meta.llama3-70b-instruct-v1:0|s i3.05 o4.03
        ca-central-1/meta.llama3-8b-instruct-v1:0|s i0.35 o0.69
        claude-sonnet-4-5-20250929-v1:0|s i3 o15 r0.3 w3.75 h6|s200000 i6 o22.5 r0.6 w7.5 h12|b i1.5 o7.5
        claude_platform/claude-fable-5|s i10 o50 r1 w12.5 h20|b i5 o25 r0.5 w6.25|q0.01
        claude_platform/claude-fable-5-1|s i10 o50 r0.25 w12.5 h20|b i5 o25 r0.125 w6.25|q0.01
        claude_platform/claude-haiku-4-5|s i1 o5 r0.1 w1.25 h2|b i0.5 o2.5 r0.05 w0.625
        claude_platform/claude-haiku-5-5|s i0.1 o0.5 r0.01 w0.125 h0.2|s100000 i0.5 o2.5 r0.05 w0.625 h1|b i0.05 o0.25 r0.005 w0.0625|b100000 i0.25 o1.25 r0.025 w0.3125|q0.01
        claude_platform/claude-opus-4-5 claude_platform/claude-opus-4-6 claude_platform/claude-opus-4-7 claude_platform/claude-opus-4-8 claude_platform/claude-opus-5|s i5 o25 r0.5 w6.25 h10|b i2.5 o12.5 r0.25 w3.125|q0.01
        claude_platform/claude-opus-5-5|s i4 o20 r0.2 w5 h8|b i2 o10 r0.1 w2.5|q0.01
        claude_platform/claude-sonnet-4-5 claude_platform/claude-sonnet-4-6|s i3 o15 r0.3 w3.75 h6|b i1.5 o7.5 r0.15 w1.875|q0.01
        claude_platform/claude-sonnet-5|s i2 o10 r0.2 w2.5 h4|b i1 o5 r0.1 w1.25|q0.01
        claude_platform/claude-sonnet-5-5|s i2 o10 r0.1 w2.5 h4|b i1 o5 r0.05 w1.25|q0.01
        cohere.command-light-text-v14 meta.llama3-8b-instruct-v1:0 us-east-1/meta.llama3-8b-instruct-v1:0 us-gov-west-1/meta.llama3-8b-instruct-v1:0 us-west-1/meta.llama3-8b-instruct-v1:0|s i0.3 o0.6
        cohere.command-text-v14|s i1 o2
        cohere.embed-v4:0 global.cohere.embed-v4:0 us.cohere.embed-v4:0|s i0.12 o0
        deepseek.r1-v1:0 us.deepseek.r1-v1:0|s i1.35 o5.4
        deepseek.v3-v1:0|s i0.58 o1.68
        deepseek.v3.2 us-east-1/deepseek.v3.2 us-east-2/deepseek.v3.2 us-west-2/deepseek.v3.2 us.deepseek.v3.2|s i0.62 o1.85|b i0.31 o0.925|f i0.31 o0.925|p i1.085 o3.2375
        eu-central-1/anthropic.claude-instant-v1|s i2.48 o8.38
        eu-west-1/meta.llama3-70b-instruct-v1:0|s i2.86 o3.78
        eu-west-1/meta.llama3-8b-instruct-v1:0|s i0.32 o0.65
        eu-west-1/qwen.qwen3-next-80b-a3b|s i0.18 o1.41|f i0.09 o0.71|p i0.32 o2.47
        eu-west-2/meta.llama3-70b-instruct-v1:0|s i3.45 o4.55
        eu-west-2/meta.llama3-8b-instruct-v1:0|s i0.39 o0.78
        eu-west-2/minimax.minimax-m2.1 eu-west-2/minimax.minimax-m2.5|s i0.47 o1.86|b i0.235 o0.93|f i0.235 o0.93|p i0.8225 o3.255
        eu-west-2/mistral.voxtral-mini-3b-2507|s i0.06 o0.06|b i0.03 o0.03|f i0.03 o0.03|p i0.11 o0.11
        eu-west-2/mistral.voxtral-small-24b-2507|s i0.16 o0.47|b i0.08 o0.23|f i0.08 o0.23|p i0.28 o0.82
        eu-west-2/nvidia.nemotron-super-3-120b|s i0.23 o1.01|b i0.115 o0.505|f i0.115 o0.505|p i0.4025 o1.7675
        eu-west-2/qwen.qwen3-coder-next|s i0.78 o1.86|b i0.39 o0.93|f i0.39 o0.93|p i1.365 o3.255
        eu-west-2/qwen.qwen3-next-80b-a3b|s i0.23 o1.86|f i0.12 o0.93|p i0.4 o3.26
        eu-west-3/mistral.mistral-7b-instruct-v0:2|s i0.2 o0.26
        eu-west-3/mistral.mistral-large-2402-v1:0|s i5.2 o15.6
        eu-west-3/mistral.mixtral-8x7b-instruct-v0:1|s i0.59 o0.91
        eu.amazon.nova-2-lite-v1:0|s i0.429 o3.597 r0.10725
        eu.amazon.nova-lite-v1:0|s i0.078 o0.312 r0.0195
        eu.amazon.nova-micro-v1:0|s i0.046 o0.184 r0.0115
        eu.amazon.nova-pro-v1:0|s i1.05 o4.2 r0.2625|f i0.525 o2.1 r0.13125
        eu.anthropic.claude-fable-5 us.anthropic.claude-fable-5|s i11 o55 r1.1 w13.75 h22|q0.01
        eu.anthropic.claude-fable-5-1 us.anthropic.claude-fable-5-1|s i11 o55 r0.275 w13.75 h22|q0.01
        eu.meta.llama3-2-1b-instruct-v1:0|s i0.13 o0.13
        eu.meta.llama3-2-3b-instruct-v1:0|s i0.19 o0.19
        eu.mistral.pixtral-large-2502-v1:0 mistral.mistral-large-2407-v1:0 mistral.pixtral-large-2502-v1:0 us.mistral.pixtral-large-2502-v1:0|s i2 o6
        eu.twelvelabs.marengo-embed-2-7-v1:0 eu.twelvelabs.marengo-embed-3-0-v1:0 twelvelabs.marengo-embed-2-7-v1:0 twelvelabs.marengo-embed-3-0-v1:0 us.twelvelabs.marengo-embed-2-7-v1:0 us.twelvelabs.marengo-embed-3-0-v1:0|s o0
        eu.twelvelabs.pegasus-1-2-v1:0 global.twelvelabs.pegasus-1-2-v1:0 global.twelvelabs.pegasus-1-5-v1:0 twelvelabs.pegasus-1-2-v1:0 twelvelabs.pegasus-1-5-v1:0 us.twelvelabs.pegasus-1-2-v1:0 us.twelvelabs.pegasus-1-5-v1:0|s o7.5
        global.moonshotai.kimi-k3|s i3 o15 r0.3 w3.75|f i1.5 o7.5 r0.15 w1.875|p i5.25 o26.25 r0.525 w6.5625
        global.openai.gpt-5.4|s i2.5 o15 r0.25|s272000 i5 o22.5 r0.5
        global.openai.gpt-5.5|s i5 o30 r0.5|s272000 i10 o45 r1
        global.openai.gpt-5.6-luna|s i0.2 o1.2 r0.02 w0.25|s272000 i0.4 o1.8 r0.04 w0.5
        global.openai.gpt-5.6-sol|s i4 o20 r0.4 w5|s272000 i8 o30 r0.8 w10
        global.openai.gpt-5.6-terra|s i2 o12 r0.2 w2.5|s272000 i4 o18 r0.4 w5
        global.openai.gpt-6-astra|s i10 o50 r1 w12.5|s272000 i20 o75 r2 w25
        global.openai.gpt-6-luna openai.gpt-6-luna|s i0.1 o0.5 r0.01 w0.125|s272000 i0.2 o0.75 r0.02 w0.25
        global.openai.gpt-6-sol openai.gpt-6-sol|s i2 o10 r0.2 w2.5|s272000 i4 o15 r0.4 w5
        global.openai.gpt-6.1-sol|s i2 o10 r0.1 w2.5|s272000 i4 o15 r0.2 w5
        global.openai.gpt-6.1-terra|s i1 o5 r0.05 w1.25|s272000 i2 o7.5 r0.1 w2.5
        global.xai.grok-4.6 global.xai.grok-4.7|s i2 o6 r0.5|f i1 o3 r0.25|p i3.5 o10.5 r0.875
        global.zai.glm-5.3|s i1.68 o5.28 r0.312 w2.1|b i0.84 o2.64 r0.156 w1.05|f i0.84 o2.64 r0.156 w1.05|p i2.94 o9.24 r0.546 w3.675
        google.gemma-3-12b-it|s i0.09 o0.29|b i0.05 o0.15|f i0.05 o0.15|p i0.16 o0.51
        google.gemma-3-27b-it|s i0.23 o0.38|b i0.12 o0.19|f i0.12 o0.19|p i0.4 o0.67
        google.gemma-3-4b-it|s i0.04 o0.08|b i0.02 o0.04|f i0.02 o0.04|p i0.07 o0.14
        in.moonshotai.kimi-k3 moonshotai.kimi-k3 us.moonshotai.kimi-k3|s i3.3 o16.5 r0.33 w4.125|f i1.65 o8.25 r0.165 w2.0625|p i5.775 o28.875 r0.5775 w7.21875
        jp.amazon.nova-2-lite-v1:0|s i0.396 o3.311 r0.099|b i0.198 o1.6555|f i0.198 o1.6555 r0.0495|p i0.693 o5.79425 r0.17325
        meta.llama2-13b-chat-v1|s i0.75 o1
        meta.llama2-70b-chat-v1|s i1.95 o2.56
        meta.llama3-1-405b-instruct-v1:0 us.meta.llama3-1-405b-instruct-v1:0|s i2.4 o2.4
        meta.llama3-1-70b-instruct-v1:0 meta.llama3-3-70b-instruct-v1:0 us.meta.llama3-1-70b-instruct-v1:0 us.meta.llama3-3-70b-instruct-v1:0|s i0.72 o0.72|b i0.36 o0.36
        meta.llama3-1-8b-instruct-v1:0 us.meta.llama3-1-8b-instruct-v1:0|s i0.22 o0.22|b i0.11 o0.11
        meta.llama3-2-11b-instruct-v1:0 us.meta.llama3-2-11b-instruct-v1:0|s i0.16 o0.16
        meta.llama3-2-1b-instruct-v1:0 us.meta.llama3-2-1b-instruct-v1:0|s i0.1 o0.1
        meta.llama3-2-3b-instruct-v1:0 us.meta.llama3-2-3b-instruct-v1:0|s i0.15 o0.15
        meta.llama3-2-90b-instruct-v1:0 us.meta.llama3-2-90b-instruct-v1:0|s i0.72 o0.72
        meta.llama3-70b-instruct-v1:0 us-east-1/meta.llama3-70b-instruct-v1:0 us-gov-east-1/meta.llama3-70b-instruct-v1:0 us-gov-west-1/meta.llama3-70b-instruct-v1:0 us-west-1/meta.llama3-70b-instruct-v1:0|s i2.65 o3.5
        meta.llama4-maverick-17b-instruct-v1:0 us.meta.llama4-maverick-17b-instruct-v1:0|s i0.24 o0.97|b i0.12 o0.485
        meta.llama4-scout-17b-instruct-v1:0 us.meta.llama4-scout-17b-instruct-v1:0|s i0.17 o0.66|b i0.085 o0.33
        minimax.minimax-m2|s i0.3 o1.2|b i0.15 o0.6|f i0.15 o0.6|p i0.52 o2.1
        minimax.minimax-m2.1 minimax.minimax-m2.5 us-east-1/minimax.minimax-m2.1 us-east-1/minimax.minimax-m2.5 us-east-2/minimax.minimax-m2.1 us-east-2/minimax.minimax-m2.5 us-west-2/minimax.minimax-m2.1 us-west-2/minimax.minimax-m2.5|s i0.3 o1.2|b i0.15 o0.6|f i0.15 o0.6|p i0.525 o2.1
        mistral.devstral-2-123b|s i0.4 o2|b i0.2 o1|f i0.2 o1|p i0.7 o3.5
        mistral.magistral-small-2509 mistral.mistral-large-3-675b-instruct|s i0.5 o1.5|b i0.25 o0.75|f i0.25 o0.75|p i0.88 o2.63
        mistral.ministral-3-14b-instruct|s i0.2 o0.2|b i0.1 o0.1|f i0.1 o0.1|p i0.35 o0.35
        mistral.ministral-3-3b-instruct|s i0.1 o0.1|b i0.05 o0.05|f i0.05 o0.05|p i0.17 o0.17
        mistral.ministral-3-8b-instruct|s i0.15 o0.15|b i0.07 o0.07|f i0.07 o0.07|p i0.26 o0.26
        mistral.mistral-large-2402-v1:0 us-east-1/mistral.mistral-large-2402-v1:0 us-west-2/mistral.mistral-large-2402-v1:0|s i4 o12
        mistral.mistral-small-2402-v1:0|s i1 o3|b i0.5 o1.5
        mistral.mixtral-8x7b-instruct-v0:1 us-east-1/mistral.mixtral-8x7b-instruct-v0:1 us-west-2/mistral.mixtral-8x7b-instruct-v0:1|s i0.45 o0.7
        mistral.voxtral-mini-3b-2507|s i0.04 o0.04|b i0.02 o0.02|f i0.02 o0.02|p i0.07 o0.07
        mistral.voxtral-small-24b-2507|s i0.1 o0.3|b i0.05 o0.15|f i0.05 o0.15|p i0.17 o0.52
        moonshot.kimi-k2-thinking|s i0.6 o2.5|b i0.3 o1.25|p i1.05 o4.38
        moonshotai.kimi-k2-thinking us-east-1/moonshotai.kimi-k2-thinking us-east-2/moonshotai.kimi-k2-thinking us-west-2/moonshotai.kimi-k2-thinking|s i0.6 o2.5|f i0.3 o1.25
        moonshotai.kimi-k2.5 us-east-1/moonshotai.kimi-k2.5 us-east-2/moonshotai.kimi-k2.5 us-west-2/moonshotai.kimi-k2.5|s i0.6 o3|b i0.3 o1.5|f i0.3 o1.5|p i1.05 o5.25
        nvidia.nemotron-nano-12b-v2|s i0.2 o0.6|b i0.1 o0.3|f i0.1 o0.3|p i0.35 o1.05
        nvidia.nemotron-nano-3-30b|s i0.06 o0.24|b i0.03 o0.12|f i0.03 o0.12|p i0.11 o0.42
        nvidia.nemotron-nano-9b-v2|s i0.06 o0.23|b i0.03 o0.12|f i0.03 o0.12|p i0.11 o0.4
        nvidia.nemotron-super-3-120b|s i0.15 o0.65|b i0.075 o0.325|f i0.075 o0.325|p i0.2625 o1.1375
        openai.gpt-oss-120b-1:0 qwen.qwen3-32b-v1:0 writer.palmyra-vision-7b|s i0.15 o0.6|b i0.075 o0.3|f i0.075 o0.3|p i0.2625 o1.05
        openai.gpt-oss-20b-1:0|s i0.07 o0.3|b i0.035 o0.15|f i0.035 o0.15|p i0.1225 o0.525
        openai.gpt-oss-safeguard-120b|s i0.15 o0.6|b i0.07 o0.3|f i0.07 o0.3|p i0.26 o1.05
        openai.gpt-oss-safeguard-20b|s i0.07 o0.2|b i0.03 o0.1|f i0.03 o0.1|p i0.12 o0.35
        qwen.qwen3-235b-a22b-2507-v1:0|s i0.22 o0.88|b i0.11 o0.44|f i0.11 o0.44
        qwen.qwen3-coder-30b-a3b-v1:0|s i0.15 o0.6|b i0.075 o0.3|p i0.2625 o1.05
        qwen.qwen3-coder-480b-a35b-v1:0|s i0.45 o1.8
        qwen.qwen3-coder-next us-east-1/qwen.qwen3-coder-next|s i0.5 o1.2|b i0.25 o0.6|f i0.25 o0.6|p i0.875 o2.1
        qwen.qwen3-next-80b-a3b|s i0.15 o1.2|f i0.07 o0.6|p i0.26 o2.1
        qwen.qwen3-vl-235b-a22b|s i0.53 o2.66|b i0.26 o1.33|p i0.93 o4.66
        sa-east-1/meta.llama3-70b-instruct-v1:0|s i4.45 o5.88
        sa-east-1/meta.llama3-8b-instruct-v1:0|s i0.5 o1.01
        us-east-1/zai.glm-5 us-west-2/zai.glm-5|s i1 o3.2|b i0.5 o1.6|f i0.5 o1.6|p i1.75 o5.6
        us-east-2/qwen.qwen3-coder-next us-west-2/qwen.qwen3-coder-next|s i0.5 o1.2|f i0.25 o0.6
        us-gov-east-1/amazon.nova-pro-v1:0 us-gov-west-1/amazon.nova-pro-v1:0|s i0.96 o3.84 r0.24
        us-gov-east-1/amazon.titan-embed-text-v2:0|s i0.2 o0
        us-gov-east-1/amazon.titan-text-express-v1|s i1.3 o1.7
        us-gov-east-1/amazon.titan-text-lite-v1 us-gov-west-1/amazon.titan-text-lite-v1|s i0.3 o0.4
        us-gov-east-1/anthropic.claude-fable-5-1 us-gov-west-1/anthropic.claude-fable-5-1 us-gov.anthropic.claude-fable-5-1|s i12 o60 r0.3 w15 h24
        us-gov-east-1/anthropic.claude-haiku-4-5-20251001-v1:0 us-gov-west-1/anthropic.claude-haiku-4-5-20251001-v1:0|s i1.2 o6 r0.12 w1.5 h2.4
        us-gov-east-1/anthropic.claude-haiku-5-5 us-gov-west-1/anthropic.claude-haiku-5-5 us-gov.anthropic.claude-haiku-5-5|s i0.12 o0.6 r0.012 w0.15 h0.24|s100000 i0.6 o3 r0.06 w0.75 h1.2
        us-gov-east-1/anthropic.claude-opus-4-8 us-gov-east-1/anthropic.claude-opus-5 us-gov-west-1/anthropic.claude-opus-4-8 us-gov-west-1/anthropic.claude-opus-5 us-gov.anthropic.claude-opus-4-8 us-gov.anthropic.claude-opus-5|s i6 o30 r0.6 w7.5 h12
        us-gov-east-1/anthropic.claude-opus-5-5 us-gov-west-1/anthropic.claude-opus-5-5 us-gov.anthropic.claude-opus-5-5|s i4.8 o24 r0.24 w6 h9.6
        us-gov-east-1/anthropic.claude-sonnet-4-5-20250929-v1:0 us-gov-east-1/claude-sonnet-4-5-20250929-v1:0 us-gov-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0 us-gov-west-1/claude-sonnet-4-5-20250929-v1:0|s i3.6 o18 r0.36 w4.5 h7.2
        us-gov-east-1/anthropic.claude-sonnet-5 us-gov-west-1/anthropic.claude-sonnet-5 us-gov.anthropic.claude-sonnet-5|s i2.4 o12 r0.24 w3 h4.8
        us-gov-east-1/anthropic.claude-sonnet-5-5 us-gov-west-1/anthropic.claude-sonnet-5-5 us-gov.anthropic.claude-sonnet-5-5|s i2.4 o12 r0.12 w3 h4.8
        us-gov-east-1/meta.llama3-8b-instruct-v1:0|s i0.3 o2.65
        us-gov-east-1/nvidia.nemotron-nano-12b-v2 us-gov-west-1/nvidia.nemotron-nano-12b-v2 us-gov.nvidia.nemotron-nano-12b-v2|s i0.24 o0.72
        us-gov-east-1/nvidia.nemotron-nano-3-30b us-gov-west-1/nvidia.nemotron-nano-3-30b us-gov.nvidia.nemotron-nano-3-30b|s i0.072 o0.288
        us-gov-east-1/nvidia.nemotron-nano-9b-v2 us-gov-west-1/nvidia.nemotron-nano-9b-v2 us-gov.nvidia.nemotron-nano-9b-v2|s i0.072 o0.276
        us-gov-east-1/nvidia.nemotron-super-3-120b us-gov-west-1/nvidia.nemotron-super-3-120b us-gov.nvidia.nemotron-super-3-120b|s i0.18 o0.78
        us-gov-east-1/openai.gpt-oss-120b-1:0 us-gov-west-1/openai.gpt-oss-120b-1:0 us-gov.openai.gpt-oss-120b-1:0|s i0.18 o0.72
        us-gov-east-1/openai.gpt-oss-20b-1:0 us-gov-west-1/openai.gpt-oss-20b-1:0 us-gov.openai.gpt-oss-20b-1:0|s i0.084 o0.36
        us-gov-west-1/amazon.nova-2-multimodal-embeddings-v1:0|s i0.162 o0
        us-gov-west-1/amazon.nova-lite-v1:0|s i0.072 o0.288 r0.018
        us-gov-west-1/amazon.nova-micro-v1:0|s i0.042 o0.168 r0.0105
        us-gov-west-1/amazon.titan-embed-text-v2:0|s i0.11 o0
        us-gov-west-1/amazon.titan-text-express-v1|s i0.8 o1.6
        us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0|s i3.6 o18 r0.36 w4.5 h7.2|s200000 i7.2 o27 r0.72 w9 h14.4
        us-gov.xai.grok-4.6|s i2.64 o7.92 r0.66
        us.amazon.nova-2-lite-v1:0|s i0.33 o2.75 r0.0825|b i0.165 o1.375|f i0.165 o1.375 r0.04125|p i0.5775 o4.8125 r0.144375
        us.amazon.nova-2-pro-preview-20251202-v1:0|s i1.375 o11 r0.34375 a1.375 m1.375|b i0.6875 o5.5|p i2.40625 o19.25
        us.anthropic.claude-mythos-5-1|s i11 o55 r0.275 w13.75 h22
        us.openai.gpt-5.4|s i2.75 o16.5 r0.275|s272000 i5.5 o24.75 r0.55
        us.openai.gpt-5.5|s i5.5 o33 r0.55|s272000 i11 o49.5 r1.1
        us.openai.gpt-5.6-luna|s i0.22 o1.32 r0.022 w0.275|s272000 i0.44 o1.98 r0.044 w0.55
        us.openai.gpt-5.6-sol|s i4.4 o22 r0.44 w5.5|s272000 i8.8 o33 r0.88 w11
        us.openai.gpt-5.6-terra|s i2.2 o13.2 r0.22 w2.75|s272000 i4.4 o19.8 r0.44 w5.5
        us.openai.gpt-6-astra|s i11 o55 r1.1 w13.75|s272000 i22 o82.5 r2.2 w27.5
        us.openai.gpt-6-luna|s i0.11 o0.55 r0.011 w0.1375|s272000 i0.22 o0.825 r0.022 w0.275
        us.openai.gpt-6-sol|s i2.2 o11 r0.22 w2.75|s272000 i4.4 o16.5 r0.44 w5.5
        us.openai.gpt-6.1-sol|s i2.2 o11 r0.11 w2.75|s272000 i4.4 o16.5 r0.22 w5.5
        us.openai.gpt-6.1-terra|s i1.1 o5.5 r0.055 w1.375|s272000 i2.2 o8.25 r0.11 w2.75
        us.writer.palmyra-x4-v1:0 writer.palmyra-x4-v1:0|s i2.5 o10
        us.writer.palmyra-x5-v1:0 writer.palmyra-x5-v1:0|s i0.6 o6
        us.xai.grok-4.6 us.xai.grok-4.7|s i2.2 o6.6 r0.55|f i1.1 o3.3 r0.275|p i3.85 o11.55 r0.9625
        us.zai.glm-5.3|s i1.848 o5.808 r0.3432 w2.31|b i0.924 o2.904 r0.1716 w1.155|f i0.924 o2.904 r0.1716 w1.155|p i3.234 o10.164 r0.6006 w4.0425
        zai.glm-4.7|s i0.6 o2.2|b i0.3 o1.1|f i0.3 o1.1|p i1.05 o3.85
        zai.glm-4.7-flash|s i0.07 o0.4|b i0.035 o0.2|f i0.035 o0.2|p i0.1225 o0.7
        zai.glm-5|s i1 o3.2|b i0.5 o1.6|p i1.75 o5.6
        """#
}
