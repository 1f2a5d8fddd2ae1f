/// Events that are known to tell nothing beyond what others tell.
enum KnownEvents {
    private static let names: Set<String> = [
        "keepalive", "ping", "response.rate_limits.updated", "response.content_part.added",
        "response.reasoning_summary_part.added", "response.reasoning_summary_part.done",
    ]
    private static let families = [
        "response.web_search_call.", "response.file_search_call.", "response.code_interpreter_call",
        "response.image_generation_call.", "response.mcp_", "response.shell_call", "response.compaction.",
        "response.audio.", "response.tool_search_call.",
    ]

    static func mean(nothing type: String) -> Bool {
        self.names.contains(type) || self.families.contains { type.hasPrefix($0) }
    }
}
