public import Wire

/// A web search that the vendor runs, as any of the callers' formats asks for it: Chat by `web_search_options`, Responses by
/// its `web_search` tools, Messages by a `web_search_DATE` tool.
public struct WebSearch: Sendable, Equatable {
    /// Domains that are searched; empty for all.
    public var allowedDomains: [String] = []
    /// Domains that are left out.
    public var blockedDomains: [String] = []
    /// Searches at most.
    public var maxUses: Int?
    /// How much of what is found the model reads: `low`, `medium` (as when nothing is said), `high`.
    public var contextSize: String?
    /// Where the user is: an object with some of `city`, `region`, `country`, `timezone`.
    public var place: RawJSON?
    /// Only what the vendor has stored is to be searched (Responses' `external_web_access: false`), which others cannot.
    public var isOffline = false
    /// Settings without a neutral meaning.
    public var others: [String] = []

    /// Reads a tool; `nil` for one that is no web search.
    public init?(_ tool: Tool) {
        guard case .hosted(let type) = tool.kind, type.hasPrefix("web_search") else { return nil }
        guard let original = tool.original else { return }
        let read: WebSearch?? = original.json.read { root in
            var search = WebSearch()
            search.read(root)
            return search
        }
        if let read = read ?? nil { self = read }
    }

    private init() {}

    private mutating func read(_ root: JSONValue) {
        for (key, value) in root.members where !value.isNull {
            switch key.string ?? "" {
            case "type", "name", "cache_control": continue
            case "filters":
                self.allowedDomains = Self.texts(value["allowed_domains"])
                self.blockedDomains = Self.texts(value["blocked_domains"])
            case "allowed_domains": self.allowedDomains = Self.texts(value)
            case "blocked_domains": self.blockedDomains = Self.texts(value)
            case "external_web_access": self.isOffline = value.bool == false
            case "max_uses": self.maxUses = value.int
            case "search_context_size": self.contextSize = value.string
            case "user_location": self.place = Self.place(value)
            case let name: if value.kind != .array || value.count > 0 { self.others.append(name) }
            }
        }
    }

    private static func texts(_ list: JSONValue?) -> [String] { list?.elements.compactMap(\.string) ?? [] }

    /// Chat puts the place one level deeper. The word `approximate`, the only kind there is, is not part of it.
    private static func place(_ location: JSONValue) -> RawJSON? {
        guard location.kind == .object else { return nil }
        let place = location["approximate"].flatMap { $0.kind == .object ? $0 : nil } ?? location
        var writer = JSONWriter()
        writer.object { writer in
            for (key, value) in place.members where !key.equals("type") && value.kind == .string {
                writer.key(key.string ?? "")
                writer.raw(value.bytes)
            }
        }
        return RawJSON(writer)
    }
}

extension WebSearch {
    /// Writes the members of a `user_location`, as Messages and Responses have it.
    public static func write(_ place: RawJSON, to writer: inout JSONWriter) {
        writer.member("type", "approximate")
        _ = place.read { place in
            for (key, value) in place.members {
                writer.key(key.string ?? "")
                writer.raw(value.bytes)
            }
        }
    }
}

extension Tool {
    /// How warnings and refusals name it: Chat's search is a setting beside the tools.
    public var field: RequestField {
        self.original?.type == "web_search_options" ? .named("web_search_options") : .tool(self.index)
    }
}
