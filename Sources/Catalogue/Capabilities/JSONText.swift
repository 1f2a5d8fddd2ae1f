import Wire

/// JSON text of our own or of configuration, read by the strict gate.
enum JSONText {
    /// Reads one document.
    ///
    /// - Parameters:
    ///   - text: One JSON object.
    ///   - body: Runs once, with the root; the value must not escape it.
    /// - Returns: What the body returned.
    /// - Throws: `CapabilityError` with `.notAnObject` and the gate's reason, or what the body threw.
    static func read<R>(
        _ text: String,
        _ body: (JSONValue) throws(CapabilityError) -> R
    ) throws(CapabilityError) -> R {
        try Array(text.utf8).withUnsafeBufferPointer { bytes throws(CapabilityError) in
            do throws(JSONReadError<CapabilityError>) {
                return try JSONTape().read(UnsafeRawBufferPointer(bytes), body)
            } catch {
                switch error {
                case .body(let error): throw error
                case .json(let error): throw CapabilityError(.notAnObject, "", "not a JSON object: \(error.message)")
                }
            }
        }
    }
}
