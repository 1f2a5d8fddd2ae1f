import Exchange
import Wire

extension WebSearch {
    /// Judges the settings that Google's search has not, and tells the value of `googleSearch`. Source: gemini API reference
    /// and Vertex AI, Grounding with Google Search, November 2026.
    ///
    /// - Parameters:
    ///   - tool: The tool they stand on.
    ///   - isVertex: Vertex AI can leave domains out.
    ///   - report: Gets what is left out.
    /// - Returns: The value.
    /// - Throws: For domains, which the caller relies on; in strict mode for any loss.
    func google(
        _ tool: Tool,
        isVertex: Bool,
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) -> RawJSON {
        if !self.allowedDomains.isEmpty { throw Self.domains("allowed_domains", tool, report) }
        if !self.blockedDomains.isEmpty, !isVertex { throw Self.domains("blocked_domains", tool, report) }
        if self.maxUses != nil { try report.dropped(tool.field, "max_uses") }
        if self.place != nil { try report.dropped(tool.field, "user_location") }
        if let size = self.contextSize, size != "medium" { try report.dropped(tool.field, "search_context_size") }
        for name in self.others { try report.dropped(tool.field, name) }
        guard !self.blockedDomains.isEmpty else { return .emptyObject }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member(
                "excludeDomains",
                array: { writer in for name in self.blockedDomains { writer.string(name) } }
            )
        }
        return RawJSON(writer)
    }

    private static func domains(_ name: String, _ tool: Tool, _ report: TranslationReport) -> TranslationRefusal {
        report.refusal(tool.field, "cannot keep a search to domains", wayOut: "Leave \(name) out.")
    }
}
