/// Bounds of the gate.
public struct JSONLimits: Sendable, Equatable {
    /// Containers that may be open at once; tool schemas nest deep, so the default is 128. Clamped to 1...10,000.
    public var maxDepth = 128
    /// Bytes of a document. Clamped to at most 256 MiB, for offsets are kept in 32 bits.
    public var maxBytes = 64 << 20
    /// Keys and values of a document, 16 bytes of memory each. Clamped to at most 2^27.
    public var maxValues = 8 << 20
    /// Whether `\u0000` in a string is refused. A tape for vendors' answers may allow it.
    public var refusesNUL = true

    /// The defaults.
    public init() {}

    /// The same limits inside the bounds that the tape's layout can hold.
    var clamped: JSONLimits {
        var copy = self
        copy.maxDepth = min(max(self.maxDepth, 1), 10_000)
        copy.maxBytes = min(max(self.maxBytes, 0), 1 << 28)
        copy.maxValues = min(max(self.maxValues, 1), 1 << 27)
        return copy
    }
}
