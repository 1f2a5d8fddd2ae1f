import Exchange

/// One family's capabilities.
struct CapabilityRow: Sendable {
    let name: ModelName
    let capabilities: ModelCapabilities
}

/// One vendor's rows.
struct CapabilityRows: Sendable {
    let rows: [CapabilityRow]

    /// The row that speaks of a model, if any.
    ///
    /// First the longest row that begins the name and carries a version itself. Otherwise, among rows of the longest
    /// family: the longest one without version that begins the name; then, where the name tells a release, the newest row
    /// not after it, the row without version, the oldest.
    ///
    /// - Parameters:
    ///   - name: The model.
    ///   - exactly: Releases that no row names are left to others.
    /// - Returns: The row; `nil` when none is of the model's family.
    func row(for name: ModelName, exactly: Bool = false) -> CapabilityRow? {
        let exact = self.rows.filter { !$0.name.version.isEmpty && $0.name.begins(name) }
        if let longest = Self.longest(exact) { return longest }
        guard !exactly else { return nil }
        let family = self.rows.filter { row in
            row.name.version.isEmpty && row.name.begins(name) || name.isReleased && row.name.isFamily(of: name)
        }
        guard let length = family.map(\.name.line.count).max() else { return nil }
        return Self.release(of: name, among: family.filter { $0.name.line.count == length })
    }

    private static func longest(_ rows: [CapabilityRow]) -> CapabilityRow? {
        rows.max { $0.name.words.count < $1.name.words.count }
    }

    private static func release(of name: ModelName, among rows: [CapabilityRow]) -> CapabilityRow? {
        if let plain = Self.longest(rows.filter({ $0.name.version.isEmpty && $0.name.begins(name) })) { return plain }
        let numbered = rows.filter { !$0.name.version.isEmpty }
        let known = numbered.filter { name.version.isEmpty || !ModelName.isOlder(name.version, $0.name.version) }
        return known.max { ModelName.isOlder($0.name.version, $1.name.version) }
            ?? rows.first { $0.name.version.isEmpty }
            ?? numbered.min { ModelName.isOlder($0.name.version, $1.name.version) }
    }
}
