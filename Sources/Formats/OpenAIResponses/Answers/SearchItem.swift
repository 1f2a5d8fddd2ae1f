import Exchange
import Wire

/// A web search that Claude made, as this format tells it; what was found is in the text's citations.
struct SearchItem {
    private let query: String

    /// Reads a step of the vendor's; `nil` for any other than the call of a search.
    init?(_ opaque: Opaque) {
        guard opaque.format == .messages, opaque.type == "server_tool_use" else { return nil }
        let query = opaque.json.read { step -> String? in
            guard step["name"]?.equals("web_search") ?? false else { return nil }
            return step["input"]?["query"]?.string ?? ""
        }
        guard let query = query ?? nil else { return nil }
        self.query = query
    }

    func json(id: String) -> RawItem {
        RawItem { writer in
            writer.member("id", id)
            writer.member("type", "web_search_call")
            writer.member("status", "completed")
            writer.member(
                "action",
                object: { writer in
                    writer.member("type", "search")
                    writer.member("query", self.query)
                }
            )
        }
    }
}
