extension BuiltInPrices {
    /// Prices of together, facts of November 2026; `PriceRows` says how a line is read.
    static let togetherRows = #"""
        BAAI/bge-base-en-v1.5 together-ai-embedding-up-to-150m|s i0.008 o0
        MiniMaxAI/MiniMax-M2.7 MiniMaxAI/MiniMax-M3|s i0.3 o1.2 r0.06
        MiniMaxAI/MiniMax-M3.1-Flash|s i0.15 o0.6 r0.015
        NousResearch/Nous-Hermes-2-Mixtral-8x7B-DPO mistralai/Mixtral-8x7B-Instruct-v0.1|s i0.6 o0.6
        Prism-ML/Ternary-Bonsai-27B|s i0 o0
        Qwen/QwQ-32B Qwen/Qwen2-VL-72B-Instruct Qwen/Qwen2.5-72B-Instruct Qwen/Qwen2.5-72B-Instruct-Turbo|s i1.2 o1.2
        Qwen/Qwen2-1.5B-Instruct|s i0.02 o0.02
        Qwen/Qwen2-72B-Instruct together-ai-41.1b-80b|s i0.9 o0.9
        Qwen/Qwen2.5-14B-Instruct Qwen/Qwen2.5-Coder-32B-Instruct deepseek-ai/deepseek-coder-33b-instruct google/gemma-2-27b-it together-ai-21.1b-41b|s i0.8 o0.8
        Qwen/Qwen2.5-7B-Instruct-Turbo together-ai-8.1b-21b|s i0.3 o0.3
        Qwen/Qwen2.5-VL-72B-Instruct|s i1.95 o8
        Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8 deepseek-ai/DeepSeek-R1-Distill-Llama-70B|s i2 o2
        Qwen/Qwen3-Coder-Next-FP8|s i0.5 o1.2
        Qwen/Qwen3-Next-80B-A3B-Instruct Qwen/Qwen3-Next-80B-A3B-Thinking|s i0.15 o1.5
        Qwen/Qwen3-VL-32B-Instruct|s i0.5 o1.5
        Qwen/Qwen3-VL-8B-Instruct|s i0.18 o0.68
        Qwen/Qwen3.5-397B-A17B|s i0.6 o3.6 r0.35
        Qwen/Qwen3.5-9B|s i0.17 o0.25
        Qwen/Qwen3.6-Plus|s i0.5 o3
        Qwen/Qwen3.7-Max|s i1.5 o4.5 r0.3
        Qwen/Qwen3.7-Plus|s i0.32 o1.28
        Qwen/Qwen3.8-2.4T-A95B|s i2 o6 r0.25
        Qwen/Qwen3.8-Flash|s i0.15 o0.47
        arcee-ai/trinity-mini|s i0.045 o0.15
        arize-ai/qwen-2-1.5b-instruct together-ai-up-to-4b|s i0.1 o0.1
        deepseek-ai/DeepSeek-R1-0528|s i3 o7
        deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo|s i0.18 o0.18
        deepseek-ai/DeepSeek-R1-Distill-Qwen-14B|s i1.6 o1.6
        deepseek-ai/DeepSeek-V3|s i1.25 o1.25
        deepseek-ai/DeepSeek-V3.1|s i0.6 o1.7
        deepseek-ai/DeepSeek-V4-Flash-0731|s i0.14 o0.28 r0.03
        deepseek-ai/DeepSeek-V4-Pro-0813|s i1.32 o3.96 r0.13
        deepseek-ai/DeepSeek-V4.1-Flash deepseek-ai/DeepSeek-V4.1-Flash-1017|s i0.3 o1.2 r0.006
        google/gemma-4-31B-it|s i0.39 o0.97
        meta-llama/Llama-3-8b-chat-hf meta-llama/Meta-Llama-3-8B-Instruct mistralai/Ministral-3-14B-Instruct-2512 mistralai/Mistral-7B-Instruct-v0.1 mistralai/Mistral-7B-Instruct-v0.3 together-ai-4.1b-8b|s i0.2 o0.2
        meta-llama/Llama-3.1-405B-Instruct|s i3.5 o3.5
        meta-llama/Llama-3.2-1B-Instruct meta-llama/Llama-3.2-3B-Instruct|s i0.06 o0.06
        meta-llama/Llama-3.3-70B-Instruct-Turbo|s i1.04 o1.04
        meta-llama/Llama-4-Scout-17B-16E-Instruct|s i0.18 o0.59
        meta-llama/Meta-Llama-3-70B-Instruct-Turbo meta-llama/Meta-Llama-3.1-70B-Instruct-Turbo nvidia/Llama-3.1-Nemotron-70B-Instruct-HF|s i0.88 o0.88
        meta-models/Muse-Glimmer-30B|s i0.35 o1.5 r0.04
        meta-models/Muse-Spark-Open-816B-A42B|s i1.25 o4.25 r0.15
        mistralai/Mistral-Small-24B-Instruct-2501|s i0.1 o0.3
        moonshotai/Kimi-K2-Instruct|s i1 o3
        moonshotai/Kimi-K2.5-fp4|s i0.5 o2.8
        moonshotai/Kimi-K2.6|s i1.2 o4.5 r0.2
        moonshotai/Kimi-K2.7-Code|s i0.95 o4 r0.19
        moonshotai/Kimi-K3|s i3 o15 r0.3
        nvidia/NVIDIA-Nemotron-3.5-Super-VL|s i0.15 o0.5 r0.02
        nvidia/NVIDIA-Nemotron-Nano-9B-v2|s i0.06 o0.25
        nvidia/nemotron-3-ultra-550b-a55b|s i0.6 o3.6 r0.2
        openai/gpt-oss-120b|s i0.15 o0.6
        openai/gpt-oss-20b|s i0.05 o0.2
        reflection/Beam-1.0-501B-A23B|s i0.4 o1.2 r0.04
        thinkingmachines/Inkling|s i1 o4.05 r0.17
        together-ai-81.1b-110b|s i1.8 o1.8
        together-ai-embedding-151m-to-350m|s i0.016 o0
        together/Tev1-4B-experimental|s i0.042 o0
        zai-org/GLM-4.5-Air-FP8|s i0.2 o1.1
        zai-org/GLM-4.6|s i0.6 o2.2
        zai-org/GLM-4.7|s i0.45 o2
        zai-org/GLM-5|s i1 o3.2
        zai-org/GLM-5.1 zai-org/GLM-5.2 zai-org/GLM-5.3|s i1.4 o4.4 r0.26
        zai-org/GLM-5.3-Flash|s i0.15 o0.5 r0.03
        """#
}
