import Exchange

/// What is kept of bodies, as the JSON text of a `bodies` column. The rules that everybody has are NULL.
enum BodyRulesText {
    static func text(_ rules: BodyRules) throws -> String? {
        guard rules != BodyRules() else { return nil }
        return try jsonText(
            Document(
                mode: rules.mode.rawValue,
                samplePerMillion: rules.samplePerMillion,
                maxBytes: rules.maxBytes,
                redact: rules.redactions.map(\.text)
            )
        )
    }

    /// The next column of a row as rules. A mode or rule of a newer Martlet keeps nothing: what it would mask is not known here.
    static func rules(_ reader: inout RowReader) throws -> BodyRules {
        guard let document = try reader.json(Document.self) else { return BodyRules() }
        var rules = BodyRules()
        let redactions = document.redact.compactMap { BodyRedaction($0) }
        if let mode = BodyRules.Mode(rawValue: document.mode), redactions.count == document.redact.count {
            rules.mode = mode
        }
        rules.samplePerMillion = document.samplePerMillion
        rules.maxBytes = min(max(document.maxBytes, BodyRules.byteRange.lowerBound), BodyRules.byteRange.upperBound)
        rules.redactions = redactions
        return rules
    }

    private struct Document: Codable {
        var mode: String
        var samplePerMillion: Int
        var maxBytes: Int
        var redact: [String]

        enum CodingKeys: String, CodingKey {
            case mode
            case samplePerMillion = "sample_per_million"
            case maxBytes = "max_bytes"
            case redact
        }
    }
}
