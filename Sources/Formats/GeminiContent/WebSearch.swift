import Exchange
import Wire

/// A caller's web search, which Google's own search stands for where it is the only tool.
struct WebSearch {
    private let tool: Tool

    init(_ tool: Tool) {
        self.tool = tool
    }

    /// Judges its settings: Google's search has none of them.
    func judge(_ report: inout TranslationReport) throws(TranslationRefusal) {
        let found = self.tool.original?.json.read { Self.settings($0) } ?? []
        for setting in found {
            if setting.hasSuffix("domains") {
                throw report.refusal(
                    .tool(self.tool.index),
                    "cannot keep a search to domains",
                    wayOut: "Leave \(setting) out."
                )
            }
            try report.dropped(.tool(self.tool.index), setting)
        }
    }

    private static func settings(_ root: JSONValue) -> [String] {
        let filters = root["filters"]?.kind == .object ? root["filters"] ?? root : root
        let domains: [StaticString] = ["allowed_domains", "blocked_domains"]
        let others: [StaticString] = ["max_uses", "user_location", "search_context_size"]
        let restricting = domains.filter { (filters[$0]?.count ?? 0) > 0 || (root[$0]?.count ?? 0) > 0 }
        return (restricting + others.filter { !(root[$0]?.isNull ?? true) }).map { "\($0)" }
    }
}
