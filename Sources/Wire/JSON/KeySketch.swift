/// Some keys in 64 bits: tells of most others, at once, that they are not among them.
public struct KeySketch: Sendable {
    private var bits: UInt64

    /// The keys of these names.
    public init(_ names: some Sequence<String>) {
        self.bits = 0
        for name in names {
            let bytes = Array(name.utf8)
            self.bits |= 1 &<< UInt64(Self.place(bytes.count, bytes.first ?? Self.quote, bytes.last ?? Self.quote))
        }
    }

    /// Whether a key may be among them. One with escapes always may.
    public func mayHave(_ key: JSONValue) -> Bool {
        self.bits & Self.bits(key.entry, in: key.base) != 0
    }

    private static func bits(_ key: TapeEntry, in base: UnsafePointer<UInt8>) -> UInt64 {
        Self.place(key, in: base).map { 1 &<< UInt64($0) } ?? .max
    }

    /// The place of a key; `nil` of one with escapes, which may be any.
    static func place(_ key: TapeEntry, in base: UnsafePointer<UInt8>) -> Int? {
        guard !key.hasEscapes, key.end &- key.start >= 2 else { return nil }
        // Of an empty key both are a quote.
        return Self.place(Int(key.end &- key.start) &- 2, base[Int(key.start) &+ 1], base[Int(key.end) &- 2])
    }

    private static let quote = UInt8(ascii: "\"")

    /// A key's length and ends tell it from most others: one of 64 places.
    @inlinable
    static func place(_ count: Int, _ first: UInt8, _ last: UInt8) -> Int {
        (count &* 7 &+ Int(first) &* 3 &+ Int(last)) & 63
    }
}
