extension ReasoningIntent {
    /// What the caller said it with, for warnings: the grade if there is one, then the budget, then the switch.
    public var field: RequestField.Parameter {
        if self.effort != nil { return .reasoningEffort }
        return self.budget != nil ? .reasoningBudget : .reasoning
    }
}
