import Exchange
import Wire

/// Parses a document and shows its root.
func withJSON<R>(_ text: String, _ body: (JSONValue) throws -> R) throws -> R {
    let tape = JSONTape()
    return try Array(text.utf8).withUnsafeBytes { bytes in
        let root = try tape.parse(bytes)
        return try withExtendedLifetime(tape) { try body(root) }
    }
}

/// The failure that a body throws, if it throws one.
func failure(_ body: () throws(GatewayFailure) -> Void) -> GatewayFailure? {
    do throws(GatewayFailure) {
        try body()
        return nil
    } catch {
        return error
    }
}
