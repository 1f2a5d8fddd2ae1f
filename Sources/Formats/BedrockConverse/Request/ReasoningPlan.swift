import Exchange

/// How the model is asked to think, in the spelling of its maker.
struct ReasoningPlan {
    enum Thinking: Equatable {
        /// `{"type": "adaptive", "display"?}`
        case adaptive(display: String?)
        /// `{"type": "enabled", "budget_tokens"}`
        case budget(Int)
        /// `{"type": "disabled"}`
        case disabled
    }

    /// Claude's `thinking`.
    var thinking: Thinking?
    /// Claude's `output_config.effort`.
    var effort: String?
    /// Nova's `reasoningConfig.maxReasoningEffort`; `none` to disable.
    var novaEffort: String?
    /// gpt-oss's `reasoning_effort`.
    var openAIEffort: String?
    /// Qwen's `reasoning_config`.
    var qwenEffort: String?

    /// The model thinks, as far as is known.
    var isThinking = false
}

extension ReasoningIntent.Effort {
    /// The nearest grade that is taken: downwards if possible, otherwise the lowest.
    func nearest(in grades: Set<ReasoningIntent.Effort>) -> ReasoningIntent.Effort? {
        grades.filter { $0 <= self }.max() ?? grades.filter { $0 != .none }.min() ?? grades.min()
    }

    /// Thinking tokens that a grade stands for on models that count.
    var budget: Int {
        switch self {
        case .none: 0
        case .minimal: 1024
        case .low: 2048
        case .medium: 8192
        case .high: 24_576
        case .xhigh, .max: 32_000
        }
    }

    /// The grade that a budget stands for on models that grade.
    init(budget: Int) {
        self = budget < 4096 ? .low : budget < 16_384 ? .medium : budget < 32_768 ? .high : .xhigh
    }
}
