import Exchange
import Wire

/// Citations as Messages writes them.
enum MessagesCitation {
    /// Reads one. The text it is attached to is the whole block, so no range is told.
    static func read(_ value: JSONValue) -> Citation {
        var citation = Citation(
            url: value["url"]?.string,
            title: value["title"]?.string ?? value["document_title"]?.string,
            quote: value["cited_text"]?.string
        )
        // One that was made up for the caller has no index of the vendor's, which would refuse it.
        guard !(value["encrypted_index"]?.equals("") ?? false) else { return citation }
        if citation.url == nil, let source = value["source"]?.string, source.hasPrefix("http") { citation.url = source }
        let type = value["type"]?.string ?? ""
        citation.original = Opaque(format: .messages, type: type, json: RawJSON(value))
        return citation
    }

    /// Writes one for a caller; nothing, and false, for a source that has no address.
    static func write(_ citation: Citation, to writer: inout JSONWriter) -> Bool {
        if let original = citation.original, original.format == .messages {
            writer.value(original.json.line)
            return true
        }
        guard let url = citation.url else { return false }
        writer.object { writer in
            writer.member("type", "web_search_result_location")
            writer.member("url", url)
            writer.member("title", citation.title)
            writer.member("encrypted_index", "")
            writer.member("cited_text", citation.quote ?? "")
        }
        return true
    }
}
