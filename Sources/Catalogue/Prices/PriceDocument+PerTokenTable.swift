import Exchange
import Wire

extension PriceDocument {
    /// What came of an import.
    public struct PerTokenImport: Sendable, Equatable {
        /// The prices, by vendor.
        public var document: PriceDocument
        /// The table's models that were left out: of vendors unknown here, or not billed by the token.
        public var skipped: [String]
        /// The table's models that stand for the same model as another entry, with another price; that one counts.
        public var conflicts: [String]
    }

    /// Reads the widely used JSON table of prices per token: an object of models, each with `litellm_provider`,
    /// `input_cost_per_token`, `output_cost_per_token` and their relatives, in dollars a token.
    ///
    /// Fields that price nothing by the token are passed over. Numbers are rounded to the nearest nano-dollar a million,
    /// for the table's own are what binary fractions left of them.
    ///
    /// - Parameter json: The table, whole.
    /// - Returns: The prices, by vendor.
    /// - Throws: `PriceFileError` for the first mistake in any entry: nothing of such a table counts.
    public static func importPerTokenTable(_ json: [UInt8]) throws(PriceFileError) -> PriceDocument {
        try self.readPerTokenTable(json).document
    }

    /// The same, with what was left out.
    ///
    /// - Parameters:
    ///   - json: The table, whole.
    ///   - vendors: The vendors whose prices are wanted; `nil` for all that are known here.
    /// - Returns: The prices and what was left out.
    /// - Throws: `PriceFileError` for the first mistake in any entry: nothing of such a table counts.
    public static func readPerTokenTable(
        _ json: [UInt8],
        vendors: Set<String>? = nil
    ) throws(PriceFileError) -> PerTokenImport {
        try PriceJSON.read(json) { root throws(PriceFileError) in
            guard root.count <= Self.maximumEntries else {
                throw PriceFileError(.tooLarge, "a price table has at most \(Self.maximumEntries) models")
            }
            var table = PerTokenTable(vendors: vendors)
            for (key, value) in root.members {
                let name = key.string ?? ""
                if name != "sample_spec" { try table.add(value, called: name) }
            }
            return PerTokenImport(
                document: try PriceDocument(table.found.values.map(\.entry)),
                skipped: table.skipped,
                conflicts: table.conflicts
            )
        }
    }
}

/// Collects the entries of a per-token table.
private struct PerTokenTable {
    /// An entry and how its model was written.
    struct Found {
        let entry: PriceDocument.Entry
        let isPrefixed: Bool
    }

    let vendors: Set<String>?
    var found: [PriceDocument.Entry.Key: Found] = [:]
    var skipped: [String] = []
    var conflicts: [String] = []

    init(vendors: Set<String>?) {
        self.vendors = vendors
    }

    mutating func add(_ value: JSONValue, called name: String) throws(PriceFileError) {
        guard value.kind == .object else { throw PriceFileError(.badValue, entry: name, "a model must be an object") }
        // Every number is read before anything is passed over: a table with a mistake is not believed at all.
        let sheet = try self.sheet(value, called: name)
        let vendor = value["litellm_provider"]?.string.flatMap(Self.vendor)
        guard let vendor, let price = sheet?.price, self.vendors?.contains(vendor.key) ?? true else {
            self.skipped.append(name)
            return
        }
        let model = vendor.prefixes.lazy.compactMap { name.hasPrefix($0) ? String(name.dropFirst($0.count)) : nil }
            .first
        let entry = PriceDocument.Entry(scope: .vendor(vendor.key), model: model ?? name, terms: .price(price))
        try entry.check()
        guard let other = self.found[entry.key] else {
            self.found[entry.key] = Found(entry: entry, isPrefixed: model != nil)
            return
        }
        // The same model in two spellings: the one that names its vendor counts.
        if other.entry.terms != entry.terms { self.conflicts.append(name) }
        if model != nil, !other.isPrefixed { self.found[entry.key] = Found(entry: entry, isPrefixed: true) }
    }

    /// The rates, or `nil` when the entry has none by the token.
    private func sheet(_ value: JSONValue, called name: String) throws(PriceFileError) -> PriceSheet? {
        let reader = PriceFieldReader(value, entry: name)
        var sheet = PriceSheet()
        for (key, value) in value.members where !value.isNull {
            let key = key.string ?? ""
            if key == "search_context_cost_per_query" {
                sheet.webSearchNanoUSD = try Self.search(value, reader)
                continue
            }
            guard let field = PerTokenField(key) else { continue }
            let rate = try reader.number(value, key, places: 15, limit: TokenRates.maximum, beyond: .round)
            sheet.set(field, rate)
        }
        let base = sheet.lines.first { $0.tier == .standard && $0.aboveInputTokens == 0 }
        guard base?.rates[.input] != nil else { return nil }
        // A tier or step that prices no input hangs in the air.
        sheet.lines.removeAll { $0.rates[.input] == nil }
        return sheet
    }

    /// The dearest of the sizes that a search may have.
    private static func search(_ value: JSONValue, _ reader: PriceFieldReader) throws(PriceFileError) -> Int64? {
        guard value.kind == .object else {
            throw reader.error(.badValue, "search_context_cost_per_query", "must be an object, got \(value.kindName)")
        }
        var dearest: Int64?
        for (key, value) in value.members where !value.isNull {
            let price = try reader.number(
                value,
                key.string ?? "",
                places: 9,
                limit: PriceDocument.maximumWebSearch,
                beyond: .round
            )
            dearest = max(dearest ?? 0, price)
        }
        return dearest
    }

    /// The vendor's key here, and what the table writes before its models.
    private static func vendor(_ name: String) -> (key: String, prefixes: [String])? {
        switch name {
        case "openai", "text-completion-openai": ("openai", ["openai/"])
        case "anthropic", "gemini", "groq", "mistral", "xai", "deepseek", "cerebras", "perplexity":
            (name, ["\(name)/"])
        case "azure", "azure_text": ("azure", ["azure/"])
        case "bedrock", "bedrock_converse": ("bedrock", ["bedrock_converse/", "bedrock/"])
        case "cohere", "cohere_chat": ("cohere", ["cohere_chat/", "cohere/"])
        case "together_ai": ("together", ["together_ai/"])
        case "fireworks_ai", "fireworks_ai-embedding-models": ("fireworks", ["fireworks_ai/"])
        case let name where name.hasPrefix("vertex_ai"): ("vertex", ["vertex_ai/"])
        default: nil
        }
    }
}

extension PriceSheet {
    /// Sets a rate in the line of its tier and size.
    fileprivate mutating func set(_ field: PerTokenField, _ rate: Int64) {
        let index = self.lines.firstIndex {
            $0.tier == field.tier && $0.aboveInputTokens == field.aboveInputTokens
        }
        if let index {
            self.lines[index].rates[field.kind] = rate
        } else {
            let tokens = field.aboveInputTokens
            self.lines.append(Line(tier: field.tier, aboveInputTokens: tokens, rates: [field.kind: rate]))
        }
    }
}

/// What a field of the table prices: `cache_read_input_token_cost_above_200k_tokens_priority`.
private struct PerTokenField {
    let kind: RateKind
    let tier: PriceTier
    let aboveInputTokens: Int

    /// Reads a field's name; `nil` for one that prices no tokens.
    init?(_ name: String) {
        var name = name[...]
        var tier = PriceTier.standard
        for (suffix, meant) in [("_flex", PriceTier.flex), ("_priority", .priority), ("_batches", .batch)]
        where name.hasSuffix(suffix) {
            name = name.dropLast(suffix.count)
            tier = meant
        }
        var above = 0
        if name.hasSuffix("_tokens"), let mark = name.ranges(of: "_above_").last {
            let size = name[mark.upperBound...].dropLast("_tokens".count)
            guard size.last == "k", let thousands = Int(size.dropLast()), (1...100_000).contains(thousands) else {
                return nil
            }
            above = thousands * 1_000
            name = name[..<mark.lowerBound]
        }
        guard let kind = Self.kind(name) else { return nil }
        self.kind = kind
        self.tier = tier
        self.aboveInputTokens = above
    }

    private static func kind(_ name: Substring) -> RateKind? {
        switch name {
        case "input_cost_per_token": .input
        case "output_cost_per_token": .output
        case "cache_read_input_token_cost": .cacheRead
        case "cache_creation_input_token_cost": .cacheWrite5m
        case "cache_creation_input_token_cost_above_1hr": .cacheWrite1h
        case "output_cost_per_reasoning_token": .reasoning
        case "input_cost_per_audio_token": .audioInput
        case "output_cost_per_audio_token": .audioOutput
        case "input_cost_per_image_token": .imageInput
        case "output_cost_per_image_token": .imageOutput
        default: nil
        }
    }
}
