public import Wire

extension JSONWriter {
    /// Writes a string, or `null` when there is none.
    public mutating func stringOrNull(_ value: String?) {
        guard let value else { return self.null() }
        self.string(value)
    }
}
