public import Exchange

extension ProviderConfiguration {
    /// This provider, as a vendor's room needs to know it.
    ///
    /// - Parameters:
    ///   - model: The vendor's own name of the model.
    ///   - format: The format it is asked in.
    ///   - capabilities: What the model can do.
    /// - Returns: The target; its `seed` is for the exchange to fill in.
    public func translationTarget(
        model: String,
        format: FormatID,
        capabilities: ModelCapabilities
    ) -> TranslationTarget {
        var target = TranslationTarget(
            provider: self.name,
            model: model,
            capabilities: capabilities,
            reasoningOwner: self.reasoningOwner(format, capabilities)
        )
        target.gemini.isVertex = self.kind == .vertex
        target.chat.isOpenAI = self.kind == .openAI || self.kind == .azureOpenAI
        target.chat.includesUsage = self.includesUsage
        return target
    }

    /// Claude signs alike on every cloud, and so does Gemini; what OpenAI's models encrypt is an account's own.
    private func reasoningOwner(_ format: FormatID, _ capabilities: ModelCapabilities) -> String {
        if format == .messages || capabilities.family.hasPrefix("claude") { return ReasoningState.anthropic }
        return format == .gemini ? ReasoningState.gemini : self.name
    }
}
