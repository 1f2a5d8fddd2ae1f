import Exchange
import Wire

extension Citation {
    /// Reads one citation; any of its members may be missing.
    init(converse value: JSONValue) {
        self.init(url: value["location"]?["web"]?["url"]?.string, title: value["title"]?.string)
        let quotes = value["sourceContent"]?.elements.compactMap { $0["text"]?.string } ?? []
        if !quotes.isEmpty { self.quote = quotes.joined() }
        if self.url == nil, let source = value["source"]?.string, source.hasPrefix("http") { self.url = source }
        self.original = Opaque(format: .converse, type: "citation", json: RawJSON(value))
    }
}
