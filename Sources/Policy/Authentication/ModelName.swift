import Glibc

/// A public model name. Two names are equal only when their UTF-8 is: `String` would call an `é` of one scalar equal to
/// one of two, and so let a caller reach a model under a spelling nobody allowed.
public struct ModelName: Hashable, Sendable, CustomStringConvertible {
    /// The name as it was given.
    public let text: String

    /// Wraps a name.
    public init(_ text: String) {
        self.text = text
    }

    /// The name as it was given.
    public var description: String { self.text }

    /// Compares bytes.
    public static func == (a: ModelName, b: ModelName) -> Bool {
        var (a, b) = (a.text, b.text)
        return a.withUTF8 { a in
            b.withUTF8 { b in
                guard a.count == b.count else { return false }
                guard let first = a.baseAddress, let second = b.baseAddress else { return true }
                return memcmp(first, second, a.count) == 0
            }
        }
    }

    /// Hashes bytes.
    public func hash(into hasher: inout Hasher) {
        let isContiguous: Void? = self.text.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil {
            Array(self.text.utf8).withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }
}
