import Exchange
import Wire

/// What an output text relies on: `url_citation`, `file_citation` and kin.
enum Annotation {
    /// All of a list; entries that are no objects are skipped.
    static func citations(in list: JSONValue) -> [Citation] {
        list.elements.compactMap { self.citation($0) }
    }

    /// One entry, flat or (as some servers have it) nested under its type.
    static func citation(_ entry: JSONValue) -> Citation? {
        guard entry.kind == .object, let type = entry["type"]?.string else { return nil }
        let body = entry["url_citation"] ?? entry
        var citation = Citation(url: body["url"]?.string, title: body["title"]?.string ?? body["filename"]?.string)
        if let start = body["start_index"]?.int, let end = body["end_index"]?.int, start >= 0, end >= start {
            citation.range = start..<end
        }
        citation.original = Opaque(format: .responses, type: type, json: RawJSON(entry))
        return citation
    }

    /// Writes a citation of any vendor's.
    ///
    /// - Parameters:
    ///   - citation: What is relied on.
    ///   - length: Characters of the text, which all rely on it if the citation does not say which.
    /// - Returns: `nil` for what has no form here: a document without address or file id.
    static func json(_ citation: Citation, length: Int) -> RawJSON? {
        if let original = citation.original, original.format == .responses { return original.json.line }
        guard let url = citation.url else { return nil }
        let range = citation.range ?? 0..<length
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "url_citation")
            writer.member("start_index", range.lowerBound)
            writer.member("end_index", range.upperBound)
            writer.member("title", citation.title ?? url)
            writer.member("url", url)
        }
        return RawJSON(writer)
    }
}
