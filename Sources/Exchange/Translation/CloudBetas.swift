/// Beta features of Messages that other companies' clouds take. Anthropic's own door ignores what it does not know; these
/// refuse the whole request, so that only what is listed may reach them.
public enum CloudBetas {
    /// What AWS Bedrock takes in `anthropic_beta`. Source: AWS, Anthropic Claude Messages API, November 2026.
    public static let bedrock: Set<String> = [
        "computer-use-2024-10-22", "computer-use-2025-01-24", "computer-use-2025-11-24",
        "token-efficient-tools-2025-02-19", "interleaved-thinking-2025-05-14", "output-128k-2025-02-19",
        "dev-full-thinking-2025-05-14", "context-1m-2025-08-07", "context-management-2025-06-27", "effort-2025-11-24",
        "tool-search-tool-2025-10-19", "tool-examples-2025-10-29", "fine-grained-tool-streaming-2025-05-14",
    ]
    /// What Google's Vertex AI takes. Source: Google, Claude on Vertex AI, November 2026.
    public static let vertex: Set<String> = [
        "computer-use-2025-01-24", "computer-use-2025-11-24", "token-efficient-tools-2025-02-19",
        "interleaved-thinking-2025-05-14", "output-128k-2025-02-19", "context-1m-2025-08-07",
        "context-management-2025-06-27", "effort-2025-11-24", "tool-search-tool-2025-10-19", "web-search-2025-03-05",
        "fine-grained-tool-streaming-2025-05-14",
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
