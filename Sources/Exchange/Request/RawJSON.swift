public import Wire

/// One JSON value as its sender wrote it: key order, number spelling and escapes kept.
///
/// Made only from values that passed the strict gate, or from text written by `JSONWriter`, so it may be written out as is.
public struct RawJSON: Sendable, Hashable {
    /// The value's bytes, without surrounding white space.
    public let bytes: [UInt8]

    /// Copies a value of a parsed document.
    public init(_ value: JSONValue) {
        self.bytes = Array(value.bytes)
    }

    /// Takes JSON text that is known to be valid.
    public init(trusted text: String) {
        self.bytes = Array(text.utf8)
    }

    /// Takes JSON text that is known to be valid.
    public init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes what a writer wrote.
    public init(_ writer: JSONWriter) {
        self.bytes = writer.bytes
    }

    /// The text.
    public var text: String { String(decoding: self.bytes, as: UTF8.self) }

    /// `{}`
    public static let emptyObject = RawJSON(trusted: "{}")

    /// Parses the value again, for as long as `body` runs. A vendor's value may hold U+0000, which only callers' must not.
    ///
    /// - Returns: What `body` returns; `nil` when the bytes are no JSON after all.
    public func read<R>(_ body: (JSONValue) -> R) -> R? {
        var limits = JSONLimits()
        limits.refusesNUL = false
        return self.bytes.withUnsafeBytes { bytes in
            try? JSONTape(limits: limits).read(bytes, body)
        }
    }
}

extension JSONWriter {
    /// Writes a value as its sender wrote it.
    public mutating func value(_ json: RawJSON) {
        self.raw(json.bytes)
    }

    /// Writes a member with a value as its sender wrote it.
    public mutating func member(_ key: StaticString, _ json: RawJSON) {
        self.key(key)
        self.raw(json.bytes)
    }
}
