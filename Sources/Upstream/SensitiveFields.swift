public import Wire

/// Body fields that some kind of provider refuses.
public struct SensitiveFields: Sendable {
    private let names: Set<String>
    private let sketch: KeySketch

    /// The fields of these names.
    public init(_ names: [String] = []) {
        self.names = Set(names)
        self.sketch = KeySketch(names)
    }

    /// Those that are members of an object.
    public func found(in object: JSONValue) -> [String] {
        var found: [String] = []
        for member in object.members where self.sketch.mayHave(member.key) {
            guard member.key.contentRange.count <= 64, let name = member.key.string, self.names.contains(name) else {
                continue
            }
            found.append(name)
        }
        return found
    }
}
