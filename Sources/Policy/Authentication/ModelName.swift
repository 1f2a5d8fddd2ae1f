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
        a.text.utf8.elementsEqual(b.text.utf8)
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
