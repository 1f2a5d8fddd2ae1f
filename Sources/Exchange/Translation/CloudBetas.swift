extension ModelCapabilities {
    /// Whether a cloud takes the version 2026-10-21 of Messages for this model: for Claude 4.7 and later, which are those that
    /// take no sampling settings, just as that version has none. Source: AWS and Google on Claude's parameters, November
    /// 2026.
    public var takesLaterMessages: Bool { self.family.hasPrefix("claude") && self.sampling == .none }
}

/// Beta features of Messages that other companies' clouds take. Anthropic's own door ignores what it does not know; these
/// refuse the whole request, so that only what is listed may reach them.
public enum CloudBetas {
    /// What Claude takes in `anthropic_beta` by InvokeModel on AWS Bedrock.
    ///
    /// Models that think adaptively refuse the betas of their elders (`interleaved-thinking`, `effort`, `tool-search-tool`),
    /// for they do all that by themselves. Short on purpose: one name too many is a 400 for every request, one too few is
    /// a feature that its caller misses. Source: AWS's pages on Claude's parameters, thinking and compaction, and reports
    /// of refusals, November 2026.
    ///
    /// - Parameter isAdaptive: The model thinks adaptively (4.6 and later).
    /// - Returns: The names.
    public static func bedrock(isAdaptive: Bool) -> Set<String> {
        isAdaptive
            ? [
                "computer-use-2025-11-24", "compact-2026-01-12", "thinking-binding-controls-2026-08-01",
                "thinking-display-updates-2026-08-18",
            ]
            : [
                "computer-use-2024-10-22", "computer-use-2025-01-24", "computer-use-2025-11-24",
                "interleaved-thinking-2025-05-14", "context-1m-2025-08-07", "context-management-2025-06-27",
                "effort-2025-11-24", "tool-search-tool-2025-10-19", "fine-grained-tool-streaming-2025-05-14",
            ]
    }

    /// What Claude takes by Converse, whose own fields leave no room for what the others switch on.
    ///
    /// - Parameter isAdaptive: The model thinks adaptively (4.6 and later).
    /// - Returns: The names.
    public static func converse(isAdaptive: Bool) -> Set<String> {
        let kept: Set<String> = [
            "interleaved-thinking-2025-05-14", "context-1m-2025-08-07", "effort-2025-11-24",
            "fine-grained-tool-streaming-2025-05-14", "thinking-binding-controls-2026-08-01",
            "thinking-display-updates-2026-08-18",
        ]
        return self.bedrock(isAdaptive: isAdaptive).intersection(kept)
    }

    /// What Google's Vertex AI takes. Source: reports of other gateways, November 2026.
    public static let vertex: Set<String> = [
        "computer-use-2025-01-24", "computer-use-2025-11-24", "interleaved-thinking-2025-05-14",
        "context-1m-2025-08-07", "context-management-2025-06-27", "compact-2026-01-12", "tool-search-tool-2025-10-19",
        "web-search-2025-03-05", "thinking-binding-controls-2026-08-01", "thinking-display-updates-2026-08-18",
    ]

    /// The names in a header's comma-separated lists that are allowed, in order, each once.
    ///
    /// - Parameters:
    ///   - values: Values of `anthropic-beta`, one a header line.
    ///   - allowed: What may pass.
    /// - Returns: What is left.
    public static func filter(_ values: [String], allowing allowed: Set<String>) -> [String] {
        var kept: [String] = []
        for value in values {
            for name in value.split(separator: ",") {
                let name = String(name.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
                if allowed.contains(name), !kept.contains(name) { kept.append(name) }
            }
        }
        return kept
    }
}
