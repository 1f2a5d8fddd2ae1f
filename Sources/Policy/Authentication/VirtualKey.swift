/// A virtual key: what a caller shows to be let in.
///
/// `sk-mt-`, 12 base62 characters of id, `-`, 43 base62 characters of secret (256 bits), and 6 of CRC-32 over
/// everything before. All lengths are fixed, so that a malformed token is told from a key without any lookup.
public struct VirtualKey: Sendable {
    /// What every key begins with.
    public static let prefix = "sk-mt-"
    /// Bytes of a whole key.
    public static let byteCount = 68
    /// Longest token that is looked at at all.
    public static let maxTokenBytes = 256

    static let idCount = 12
    static let secretCount = 43
    private static let prefixBytes = [UInt8](prefix.utf8)
    private static let idEnd = prefixBytes.count + idCount
    private static let checkedCount = idEnd + 1 + secretCount

    /// The whole key. Shown once, never stored, never logged.
    public let text: String
    /// The 12 characters that name the key; safe to store and to show.
    public let id: String

    /// Makes a new key from 256 bits of secret.
    /// - Parameters:
    ///   - randomness: Where id and secret come from.
    ///   - id: The id of a key that is given another secret; anything but an id is as if it were not there.
    /// - Returns: The key.
    public static func generate(_ randomness: Randomness = .system, id: String? = nil) -> VirtualKey {
        var bytes = self.prefixBytes
        if let id, id.utf8.count == self.idCount, id.utf8.allSatisfy(Base62.contains) {
            bytes += id.utf8
        } else {
            bytes += Base62.random(count: self.idCount, from: randomness)
        }
        bytes.append(UInt8(ascii: "-"))
        bytes += Base62.random(count: self.secretCount, from: randomness)
        let checksum = CRC32.checksum(of: bytes)
        bytes += (0..<6).map { Base62.digit($0, of: checksum) }
        return VirtualKey(trusted: bytes)
    }

    /// Reads a key from a token.
    /// - Returns: `nil` when the token is not a key by its form alone.
    public init?(_ token: UnsafeRawBufferPointer) {
        guard Self.isWellFormed(token) else { return nil }
        self.init(trusted: Array(token))
    }

    /// Reads a key from text.
    /// - Returns: `nil` when the text is not a key by its form alone.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.withUnsafeBytes(Self.isWellFormed) else { return nil }
        self.init(trusted: bytes)
    }

    private init(trusted bytes: [UInt8]) {
        self.text = String(decoding: bytes, as: UTF8.self)
        self.id = String(decoding: bytes[Self.prefixBytes.count..<Self.idEnd], as: UTF8.self)
    }

    /// Whether a token can be a key: length, prefix, alphabet, checksum.
    /// - Complexity: Constant, no allocation; a token of any other length is refused without reading it.
    public static func isWellFormed(_ token: UnsafeRawBufferPointer) -> Bool {
        guard token.count == self.byteCount, token.starts(with: self.prefixBytes) else { return false }
        guard token[self.idEnd] == UInt8(ascii: "-") else { return false }
        for index in self.prefixBytes.count..<self.byteCount where index != self.idEnd {
            guard Base62.contains(token[index]) else { return false }
        }
        let checksum = CRC32.checksum(of: token.prefix(self.checkedCount))
        return (0..<6).allSatisfy { token[self.checkedCount + $0] == Base62.digit($0, of: checksum) }
    }

    /// How a key is named to people: `sk-mt-` and its id.
    public static func label(id: String) -> String {
        self.prefix + id
    }

    /// How this key is named to people.
    public var label: String { Self.label(id: self.id) }
}

extension VirtualKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The label; never the secret.
    public var description: String { self.label }
    /// The label; never the secret.
    public var debugDescription: String { self.label }
    /// Shows no children, so that `dump` does not show the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
