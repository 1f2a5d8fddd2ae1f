/// Some keys in 64 bits: tells of most others, at once, that they are not among them.
public struct KeySketch: Sendable {
    @usableFromInline var bits: UInt64

    /// No keys.
    @inlinable
    init() {
        self.bits = 0
    }

    /// The keys of these names.
    public init(_ names: some Sequence<String>) {
        self.init()
        for name in names {
            let bytes = Array(name.utf8)
            self.bits |= Self.bit(bytes.count, bytes.first ?? Self.quote, bytes.last ?? Self.quote)
        }
    }

    /// Whether a key may be among them. One with escapes always may.
    public func mayHave(_ key: JSONValue) -> Bool {
        self.bits & Self.bits(key.entry, in: key.base) != 0
    }

    /// Whether a key may be among them.
    @inlinable
    func mayHave(_ key: StaticString) -> Bool {
        let count = key.utf8CodeUnitCount
        guard count > 0, key.hasPointerRepresentation else { return true }
        return self.bits & Self.bit(count, key.utf8Start[0], key.utf8Start[count &- 1]) != 0
    }

    mutating func insert(_ key: TapeEntry, in base: UnsafePointer<UInt8>) {
        self.bits |= Self.bits(key, in: base)
    }

    private static func bits(_ key: TapeEntry, in base: UnsafePointer<UInt8>) -> UInt64 {
        guard !key.hasEscapes, key.end &- key.start >= 2 else { return .max }
        // Of an empty key both are a quote.
        return Self.bit(Int(key.end &- key.start) &- 2, base[Int(key.start) &+ 1], base[Int(key.end) &- 2])
    }

    private static let quote = UInt8(ascii: "\"")

    /// A key's length and ends tell it from most others.
    @inlinable
    static func bit(_ count: Int, _ first: UInt8, _ last: UInt8) -> UInt64 {
        1 &<< (UInt64(truncatingIfNeeded: count) &* 7 &+ UInt64(first) &* 3 &+ UInt64(last))
    }
}
