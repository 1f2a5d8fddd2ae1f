/// HMAC-SHA-256 of a whole key under the pepper: how a key is found without being stored.
public struct KeyDigest: Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Bytes of a digest.
    public static let byteCount = 32

    /// Reads a stored digest.
    /// - Returns: `nil` unless there are exactly 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self = bytes.withUnsafeBytes { KeyDigest(unchecked: $0) }
    }

    /// - Parameter bytes: Exactly 32 bytes.
    init(unchecked bytes: UnsafeRawBufferPointer) {
        self.words = (
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    /// The 32 bytes, as stored.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: self.words) { Array($0) }
    }
}

extension KeyDigest: Hashable {
    /// Compares all bytes in constant time.
    public static func == (a: KeyDigest, b: KeyDigest) -> Bool {
        let difference =
            (a.words.0 ^ b.words.0) | (a.words.1 ^ b.words.1) | (a.words.2 ^ b.words.2) | (a.words.3 ^ b.words.3)
        return difference == 0
    }

    /// Hashes one word: the digest is already evenly spread, and nobody without the pepper can choose it.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.words.0)
    }
}
