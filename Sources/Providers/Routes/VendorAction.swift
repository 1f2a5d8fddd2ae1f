public import Exchange

/// What a vendor is asked to do, whatever the format.
public enum VendorAction: Sendable, Hashable, CaseIterable {
    /// An answer in one piece.
    case generate
    /// An answer as it comes.
    case stream
    /// How many tokens a request has.
    case countTokens
    /// Vectors.
    case embed
}

extension Operation {
    /// What a vendor of another format would be asked to do; `nil` for what no other format has.
    ///
    /// - Parameter streams: Whether the caller wants the answer as it comes.
    /// - Returns: The action.
    public func vendorAction(streams: Bool) -> VendorAction? {
        switch self {
        case .chat, .responses, .messages: streams ? .stream : .generate
        case .countTokens, .responsesInputTokens: .countTokens
        case .embeddings: .embed
        case .completions, .moderations, .responsesCompact, .models: nil
        }
    }
}
