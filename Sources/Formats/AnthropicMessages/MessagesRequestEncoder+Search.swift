import Exchange
import Wire

extension MessagesRequestEncoder {
    /// The first version of the vendor's search: every model that searches knows it, on every door that has it.
    private static let searchType = "web_search_20250305"
    /// Google's door wants to be told; the vendor's own takes no notice.
    private static let searchBeta = "web-search-2025-03-05"

    /// Another format's web search as the vendor's own tool; `nil` when it cannot stand for it.
    mutating func search(_ tool: Tool) throws(TranslationRefusal) -> Tool? {
        guard self.capabilities.family.hasPrefix("claude"), let search = WebSearch(tool), !search.isOffline
        else { return nil }
        // A function of this name is the caller's, and so are its calls.
        if self.request.tools.contains(where: { $0.isCallers("web_search") }) { return nil }
        if let size = search.contextSize, size != "medium" {
            try self.report.dropped(tool.field, "search_context_size")
        }
        for name in search.others { try self.report.dropped(tool.field, name) }
        if !self.betas.contains(Self.searchBeta) { self.betas.append(Self.searchBeta) }
        var own = Tool(tool.kind, name: "web_search", index: tool.index)
        own.original = Opaque(format: .messages, type: Self.searchType, json: Self.definition(search))
        return own
    }

    private static func definition(_ search: WebSearch) -> RawJSON {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", self.searchType)
            writer.member("name", "web_search")
            if let uses = search.maxUses { writer.member("max_uses", uses) }
            self.write("allowed_domains", search.allowedDomains, to: &writer)
            // One list or the other.
            if search.allowedDomains.isEmpty { self.write("blocked_domains", search.blockedDomains, to: &writer) }
            if let place = search.place {
                writer.member("user_location") { WebSearch.write(place, to: &$0) }
            }
        }
        return RawJSON(writer)
    }

    private static func write(_ key: StaticString, _ domains: [String], to writer: inout JSONWriter) {
        guard !domains.isEmpty else { return }
        writer.member(key, array: { writer in for domain in domains { writer.string(domain) } })
    }
}

extension Tool {
    private var isHosted: Bool {
        if case .hosted = self.kind { true } else { false }
    }

    /// Whether this is the vendor's tool of this type; one kind of search is as good as another.
    func isHosted(_ type: String) -> Bool {
        guard case .hosted(let own) = self.kind else { return false }
        return own == type || own.hasPrefix("web_search") && type.hasPrefix("web_search")
    }

    /// Whether this is a tool of the caller's own with this name.
    func isCallers(_ name: String) -> Bool { self.name == name && !self.isHosted }
}
