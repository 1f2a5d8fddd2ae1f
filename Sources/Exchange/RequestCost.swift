public import Wire

/// What a request holds besides text that makes it cost more, or more than can be said beforehand; gathered by the
/// rooms while they inspect a body.
public struct RequestCost: Sendable, Equatable {
    /// Images in the request, by value or by reference.
    public private(set) var mediaCount = 0
    /// Bytes of the body that are media in base64, and so no text.
    public private(set) var inlineMediaBytes = 0
    /// The first thing found whose tokens have no bound that could be priced, in words for the caller: `a tool that the
    /// vendor runs`. Never a value of the request.
    public private(set) var unbounded: String?
    /// Something is to be written to the vendor's cache for longer than the shortest lifetime.
    public private(set) var writesCacheOneHour = false
    /// The tier asked for; `nil` where the vendor chooses.
    public private(set) var requestedTier: PriceTier?

    /// A request of nothing but text.
    public init() {}

    /// Notes something without a bound; the first one stays.
    public mutating func unbound(_ what: StaticString) {
        if self.unbounded == nil { self.unbounded = "\(what)" }
    }

    /// Notes the tier asked for: one that has no price of its own has no bound.
    ///
    /// - Parameter value: The vendor's word; anything that is no string is the vendor's to refuse.
    public mutating func tier(_ value: JSONValue?) {
        guard let word = value?.string, word != "auto" else { return }
        self.requestedTier = PriceTier(vendorWord: word)
        if self.requestedTier == nil { self.unbound("a service tier without a price") }
    }

    /// Notes the faster answers of Anthropic's, which no tier of the price lists names.
    public mutating func speed(_ value: JSONValue?) {
        guard value?.equals("fast") ?? false else { return }
        self.requestedTier = .priority
        self.unbound("answers at fast speed, which have no price")
    }

    /// Counts an image by its address, which may hold it (`data:`); `nil` for one that is known by an id.
    public mutating func image(url: JSONValue?) {
        self.mediaCount &+= 1
        guard let url, url.kind == .string else { return }
        let start = url.bytes.dropFirst()
        guard start.starts(with: "data:".utf8) else { return }
        self.inlineMediaBytes &+= url.contentRange.count
        if !start.dropFirst(5).starts(with: "image/".utf8) { self.unbound("media of an unknown kind") }
    }

    /// Counts an image in base64.
    public mutating func image(base64 data: JSONValue?) {
        self.mediaCount &+= 1
        self.addInline(data)
    }

    /// Notes audio, in base64 or (`nil`) by an id.
    public mutating func audio(_ data: JSONValue?) {
        self.unbound("audio")
        self.addInline(data)
    }

    /// Notes a document by value. Plain text is text; of anything else the pages cannot be counted here.
    ///
    /// - Parameter data: A `data:` URL, or base64 of a document that is no plain text.
    public mutating func document(_ data: JSONValue?) {
        if let data, data.bytes.dropFirst().starts(with: "data:text/".utf8) { return }
        self.unbound("a document, whose pages cannot be counted beforehand")
        self.addInline(data)
    }

    /// Notes a mark that asks the vendor to cache: `{"type": "ephemeral", "ttl": "1h"}`, or OpenAI's of twelve hours.
    public mutating func cacheMark(_ mark: JSONValue?) {
        guard let ttl = mark?["ttl"] else { return }
        if ttl.equals("1h") || ttl.equals("12h") { self.writesCacheOneHour = true }
    }

    private mutating func addInline(_ data: JSONValue?) {
        if let data, data.kind == .string { self.inlineMediaBytes &+= data.contentRange.count }
    }
}

extension Inspected {
    /// Images in the request.
    public var mediaCount: Int { self.cost.mediaCount }
    /// Bytes of the body that are media in base64, and so no text.
    public var inlineMediaBytes: Int { self.cost.inlineMediaBytes }
    /// The first thing in the request whose tokens have no bound that could be priced.
    public var unbounded: String? { self.cost.unbounded }
    /// Something is to be written to the vendor's cache for longer than the shortest lifetime.
    public var writesCacheOneHour: Bool { self.cost.writesCacheOneHour }
    /// The tier asked for; `nil` where the vendor chooses.
    public var requestedTier: PriceTier? { self.cost.requestedTier }
}
