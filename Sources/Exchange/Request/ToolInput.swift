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
        case .freeText: self.wrapped(under: "input")
        }
    }

    /// For formats whose arguments are an object, see `ArgumentsGate`.
    public var objectText: String {
        var gate = ArgumentsGate()
        return gate.objectText(of: self)
    }

    /// An object whose one member is the text.
    func wrapped(under key: String) -> String {
        var writer = JSONWriter(capacity: self.text.utf8.count + 24)
        writer.beginObject()
        writer.key(key)
        writer.string(self.text)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
