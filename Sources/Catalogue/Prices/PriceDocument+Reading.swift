import Exchange
import Wire

extension PriceDocument {
    /// The version of the JSON that documents are written in.
    static let schema = 1
    /// What the rates in it count.
    static let unit = "usd_per_million_tokens"

    /// Reads a document of the project's own schema.
    ///
    /// - Parameter json: The JSON, whole.
    /// - Returns: The document.
    /// - Throws: `PriceFileError` for the first mistake: nothing of a document with a mistake counts.
    public static func parse(_ json: [UInt8]) throws(PriceFileError) -> PriceDocument {
        try PriceJSON.read(json) { root throws(PriceFileError) in
            var reader = PriceFieldReader(root, entry: "")
            guard let schema = reader.take("schema")?.int, schema == Self.schema else {
                throw PriceFileError(.wrongSchema, field: "schema", "schema must be \(Self.schema)")
            }
            guard let unit = reader.take("unit")?.string, unit == Self.unit else {
                throw PriceFileError(.wrongSchema, field: "unit", "unit must be \(Self.unit)")
            }
            guard let list = reader.take("prices"), list.kind == .array else {
                throw PriceFileError(.missingField, field: "prices", "prices must be a list of entries")
            }
            try reader.finish()
            guard list.count <= Self.maximumEntries else {
                throw PriceFileError(.tooLarge, "a price document has at most \(Self.maximumEntries) entries")
            }
            var entries: [Entry] = []
            entries.reserveCapacity(list.count)
            for (index, value) in list.elements.enumerated() {
                entries.append(try Self.entry(value, called: "entry \(index + 1)"))
            }
            return try PriceDocument(entries)
        }
    }

    private static func entry(_ value: JSONValue, called place: String) throws(PriceFileError) -> Entry {
        guard value.kind == .object else { throw PriceFileError(.badValue, entry: place, "an entry must be an object") }
        var reader = PriceFieldReader(value, entry: place)
        let provider = try reader.text("provider")
        let vendor = try reader.text("vendor")
        let model = try reader.text("model")
        let scope: Scope
        switch (provider, vendor) {
        case (let provider?, nil): scope = .provider(provider)
        case (nil, let vendor?): scope = .vendor(vendor)
        case (nil, nil), (_?, _?):
            throw PriceFileError(.missingField, entry: place, field: "provider", "an entry has a provider or a vendor")
        }
        guard let model else {
            throw PriceFileError(.missingField, entry: place, field: "model", "an entry has a model")
        }
        reader.entry = "\(scope.name)/\(model)"
        let entry = Entry(
            scope: scope,
            model: model,
            effectiveFrom: try reader.moment("effective_from"),
            terms: try self.terms(&reader)
        )
        try reader.finish()
        return entry
    }

    private static func terms(_ reader: inout PriceFieldReader) throws(PriceFileError) -> Terms {
        let search = try reader.dollars("web_search", places: 9, limit: Self.maximumWebSearch)
        let markup = try reader.dollars("markup", places: 6, limit: 100_000_000)
        switch (reader.take("rates"), markup) {
        case (nil, let markup?):
            guard search == nil else { throw reader.error(.unknownField, "web_search", "does not go with markup") }
            return .markup(millionths: markup)
        case (let rates?, nil):
            var sheet = PriceSheet(webSearchNanoUSD: search)
            guard rates.kind == .array else { throw reader.error(.badValue, "rates", "must be a list") }
            for line in rates.elements { sheet.lines.append(try self.line(line, reader.entry)) }
            try self.check(sheet, reader)
            guard let price = sheet.price else { throw reader.error(.missingField, "rates", "must not be empty") }
            return .price(price)
        case (nil, nil), (_?, _?):
            throw reader.error(.missingField, "rates", "or markup must be there, one of them")
        }
    }

    private static func line(_ value: JSONValue, _ entry: String) throws(PriceFileError) -> PriceSheet.Line {
        guard value.kind == .object else {
            throw PriceFileError(.badValue, entry: entry, field: "rates", "rates must hold objects")
        }
        var reader = PriceFieldReader(value, entry: entry)
        var line = PriceSheet.Line()
        if let name = try reader.text("tier") {
            guard let tier = PriceTier(rawValue: name) else {
                throw reader.error(.badValue, "tier", "must be standard, batch, flex or priority")
            }
            line.tier = tier
        }
        if let above = reader.take("above_input_tokens") {
            guard let tokens = above.int, (0...1_000_000_000).contains(tokens) else {
                throw reader.error(.badValue, "above_input_tokens", "must be a whole number of tokens")
            }
            line.aboveInputTokens = tokens
        }
        for kind in RateKind.allCases {
            line.rates[kind] = try reader.dollars(kind.rawValue, places: 9, limit: TokenRates.maximum)
        }
        try reader.finish()
        return line
    }

    /// What a person writes must be complete where nothing could be inferred from.
    private static func check(_ sheet: PriceSheet, _ reader: PriceFieldReader) throws(PriceFileError) {
        let base = sheet.lines.first { $0.tier == .standard && $0.aboveInputTokens == 0 }
        guard let base else {
            throw reader.error(.missingField, "rates", "must have the standard tier, above 0 tokens")
        }
        for kind in [RateKind.input, .output] where base.rates[kind] == nil {
            throw reader.error(.missingField, kind.rawValue, "is missing in the standard tier")
        }
        for (index, line) in sheet.lines.enumerated() {
            guard line.rates[.input] != nil else {
                throw reader.error(.missingField, "input", "is missing in a tier or step")
            }
            let isRepeated = sheet.lines[..<index].contains {
                $0.tier == line.tier && $0.aboveInputTokens == line.aboveInputTokens
            }
            guard !isRepeated else { throw reader.error(.duplicate, "rates", "has a tier and size twice") }
        }
    }
}

/// Takes an object's fields one after the other and refuses what is left.
struct PriceFieldReader {
    private let object: JSONValue
    private var taken = 0
    private var names: [String] = []
    /// What the object is called in messages.
    var entry: String

    init(_ object: JSONValue, entry: String) {
        self.object = object
        self.entry = entry
    }

    /// A field's value, as it is.
    mutating func take(_ name: String) -> JSONValue? {
        self.names.append(name)
        guard let value = self.object.member(name) else { return nil }
        self.taken += 1
        return value
    }

    /// A text.
    mutating func text(_ name: String) throws(PriceFileError) -> String? {
        guard let value = self.take(name) else { return nil }
        guard let text = value.string else { throw self.error(.badValue, name, "must be text, got \(value.kindName)") }
        return text
    }

    /// A moment.
    mutating func moment(_ name: String) throws(PriceFileError) -> Int64? {
        guard let text = try self.text(name) else { return nil }
        guard let moment = PriceDate.read(text) else {
            throw self.error(.badValue, name, "must be a day like 2026-12-01 or a second like 2026-12-01T09:30:00Z")
        }
        return moment
    }

    /// A number that is a whole count of 10^-`places` and at most `limit` of them.
    mutating func dollars(_ name: String, places: Int, limit: Int64) throws(PriceFileError) -> Int64? {
        guard let value = self.take(name) else { return nil }
        return try self.number(value, name, places: places, limit: limit, beyond: .refuse)
    }

    /// The same from a value.
    func number(
        _ value: JSONValue,
        _ name: String,
        places: Int,
        limit: Int64,
        beyond: PriceDecimal.Beyond
    ) throws(PriceFileError) -> Int64 {
        guard let text = value.numberText else {
            throw self.error(.badValue, name, "must be a number, got \(value.kindName)")
        }
        do throws(PriceDecimal.Problem) {
            return try PriceDecimal.read(text, places: places, limit: limit, beyond: beyond)
        } catch {
            switch error {
            case .malformed: throw self.error(.badValue, name, "must be a number")
            case .negative: throw self.error(.badValue, name, "must not be negative")
            case .tooLarge:
                throw self.error(.badValue, name, "must be at most \(PriceDecimal.text(limit, places: places))")
            case .tooFine: throw self.error(.badValue, name, "must have at most \(places) decimal places")
            }
        }
    }

    /// Refuses a field that was not asked for.
    func finish() throws(PriceFileError) {
        guard self.taken < self.object.count else { return }
        for (key, _) in self.object.members {
            let name = key.string ?? ""
            if !self.names.contains(name) { throw self.error(.unknownField, name, "is no field of a price document") }
        }
    }

    func error(_ code: PriceFileError.Code, _ field: String, _ what: String) -> PriceFileError {
        PriceFileError(code, entry: self.entry, field: field, "\(field) \(what)")
    }
}
