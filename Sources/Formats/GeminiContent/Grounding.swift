import Exchange
import Wire

/// Gathers what an answer relies on until its text is about to close.
///
/// Gemini counts in UTF-8 bytes of the whole text, citations in characters of a block. Only where all text so far is
/// ASCII are both the same; elsewhere a citation has no range, rather than the text being kept.
struct Grounding {
    private var citations: [Citation] = []
    private var bytes = 0
    private var isASCII = true
    /// Searches of the web that the answer relies on.
    private(set) var queries = 0

    /// A piece of the answer's text passes.
    mutating func saw(_ text: String) {
        self.bytes &+= text.utf8.count
        self.isASCII = self.isASCII && text.utf8.allSatisfy { $0 < 0x80 }
    }

    /// Reads a candidate's sources; the last that are not empty stand.
    mutating func read(_ candidate: JSONValue) {
        var found: [Citation] = []
        if let metadata = candidate["groundingMetadata"] {
            found = Self.supports(metadata)
            if let queries = metadata["webSearchQueries"], queries.count > 0 { self.queries = queries.count }
        }
        if let metadata = candidate["citationMetadata"] {
            let sources = metadata["citationSources"] ?? metadata["citations"]
            if let sources { found += sources.elements.compactMap { Self.source($0) } }
        }
        if !found.isEmpty { self.citations = found }
    }

    /// Gives out the citations, in the open text; without one they wait.
    mutating func cite(in blocks: BlockSequence, into events: inout [AnswerEvent]) {
        guard let index = blocks.openText else { return }
        for var citation in self.citations {
            if !self.isASCII || blocks.textCount > 1 || (citation.range?.upperBound ?? 0) > self.bytes {
                citation.range = nil
            }
            events.append(.citation(index, citation))
        }
        self.citations = []
    }

    private static func supports(_ metadata: JSONValue) -> [Citation] {
        guard let chunks = metadata["groundingChunks"], let supports = metadata["groundingSupports"] else { return [] }
        let pages = chunks.elements.map { $0["web"] ?? $0["retrievedContext"] ?? $0["maps"] }
        var citations: [Citation] = []
        for support in supports.elements {
            guard let segment = support["segment"], let indices = support["groundingChunkIndices"] else { continue }
            for index in indices.elements {
                guard let position = index.int, pages.indices.contains(position), let page = pages[position] else {
                    continue
                }
                var citation = Citation(url: page["uri"]?.string, title: page["title"]?.string)
                citation.range = Self.range(segment)
                citations.append(citation)
            }
        }
        return citations
    }

    private static func source(_ source: JSONValue) -> Citation? {
        guard let url = source["uri"]?.string, !url.isEmpty else { return nil }
        var citation = Citation(url: url, title: source["title"]?.string)
        citation.range = Self.range(source)
        return citation
    }

    private static func range(_ segment: JSONValue) -> Range<Int>? {
        let start = segment["startIndex"]?.int ?? 0
        guard let end = segment["endIndex"]?.int, start >= 0, end > start else { return nil }
        return start..<end
    }
}
