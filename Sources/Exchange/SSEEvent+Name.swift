public import Wire

extension SSEEvent {
    /// Whether the event has exactly this name in its `event:` line.
    public func isNamed(_ name: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let range = self.name, range.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { name in bytes[range].elementsEqual(name) }
    }
}
