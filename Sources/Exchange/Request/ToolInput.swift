import Wire

/// The input of a tool call: an object of arguments, or free text for a custom tool.
public struct ToolInput: Sendable, Equatable {
    /// What the text is.
    public enum Kind: Sendable, Equatable {
        /// A JSON object for certain.
        case object
        /// What the caller's string held; meant to be a JSON object.
        case claimedObject
        /// Free text for a custom tool.
        case freeText
    }

    /// The text, as written.
    public var text: String
    /// What the text is.
    public var kind: Kind

    /// An input.
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// For formats whose arguments are a string: never empty, otherwise as written.
    public var argumentsText: String {
        switch self.kind {
        case .object: self.text
        case .claimedObject: self.text.isBlank ? "{}" : self.text
        case .freeText: Self.wrapping("input", self.text)
        }
    }

    /// For formats whose arguments are an object: as written where it is one, an empty one for blank text, and an object
    /// that holds the text under `raw_arguments` where it is none.
    public var objectText: String {
        switch self.kind {
        case .object: self.text
        case .freeText: Self.wrapping("input", self.text)
        case .claimedObject where self.text.isBlank: "{}"
        case .claimedObject: Self.isObject(self.text) ? self.text : Self.wrapping("raw_arguments", self.text)
        }
    }

    private static func isObject(_ text: String) -> Bool {
        var text = text
        var limits = JSONLimits()
        limits.refusesNUL = false  // a model may well write U+0000
        return text.withUTF8 { bytes in
            (try? JSONTape(limits: limits).read(UnsafeRawBufferPointer(bytes)) { $0.kind == .object }) ?? false
        }
    }

    private static func wrapping(_ key: String, _ text: String) -> String {
        var writer = JSONWriter(capacity: text.utf8.count + 24)
        writer.beginObject()
        writer.key(key)
        writer.string(text)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
