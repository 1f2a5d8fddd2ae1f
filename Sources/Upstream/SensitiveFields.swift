public import Wire

/// Body fields that some kind of provider refuses.
public struct SensitiveFields: Sendable {
    private let names: Set<String>
    private let sketch: KeySketch
    /// Of a key as it is written: each byte may be an escape of six.
    private let mostBytes: Int

    /// The fields of these names.
    public init(_ names: [String] = []) {
        self.names = Set(names)
        self.sketch = KeySketch(names)
        self.mostBytes = 6 * (names.map(\.utf8.count).max() ?? 0)
    }

    /// Those that are members of an object.
    public func found(in object: JSONValue) -> [String] {
        var found: [String] = []
        for member in object.members where self.sketch.mayHave(member.key) {
            guard member.key.contentRange.count <= self.mostBytes, let name = member.key.string,
                self.names.contains(name)
            else {
                continue
            }
            found.append(name)
        }
        return found
    }
}
