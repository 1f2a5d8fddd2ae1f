/// What all spans of one trace share: 128 bits, never all zero.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes: the ones that sampling looks at.
    public let low: UInt64

    /// An id; all zero is not one, and becomes 1.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = high == 0 && low == 0 ? 1 : low
    }

    /// Thirty-two lower-case hexadecimal digits.
    public var description: String { SpanID.hexadecimal(self.high) + SpanID.hexadecimal(self.low) }
}

/// What tells one span of a trace from the others: 64 bits, never zero.
public struct SpanID: Sendable, Hashable, CustomStringConvertible {
    /// The eight bytes.
    public let value: UInt64

    /// An id; zero is not one, and becomes 1.
    public init(_ value: UInt64) {
        self.value = max(1, value)
    }

    /// Sixteen lower-case hexadecimal digits.
    public var description: String { Self.hexadecimal(self.value) }

    /// The id of a span below this one. The same number always gives the same id, so that what is sent to a vendor and what
    /// is told afterwards agree without being kept.
    ///
    /// - Parameter number: Which one, among those below this span.
    /// - Returns: An id that looks random (the finaliser of SplitMix64).
    public func child(_ number: Int) -> SpanID {
        var value = self.value &+ UInt64(truncatingIfNeeded: number &+ 1) &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return SpanID(value ^ (value >> 31))
    }

    static func hexadecimal(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { out in
            for index in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * index)) & 0xF
                out[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }
}
