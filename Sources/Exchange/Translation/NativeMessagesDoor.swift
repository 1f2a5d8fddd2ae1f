public import Wire

/// Claude's own body at another company's door: how it is patched, and how a stream is unwrapped that the door wraps.
/// Everything else is passed through, byte for byte.
public protocol NativeMessagesDoor: Sendable {
    /// The edits that make a Messages body one for the door.
    ///
    /// - Parameters:
    ///   - root: The body's root.
    ///   - version: The member `anthropic_version`.
    ///   - betas: Values of the caller's `anthropic-beta` headers.
    ///   - allowed: Those that the door takes.
    ///   - keepsModel: The model stays in the body.
    ///   - keepsStream: `stream` stays in the body.
    /// - Returns: Ascending and disjoint patches.
    func edits(
        of root: JSONValue,
        version: String,
        betas: [String],
        allowing allowed: Set<String>,
        keepsModel: Bool,
        keepsStream: Bool
    ) -> [BytePatch]

    /// A reader for one stream whose events come in AWS frames.
    func makeFrameReader() -> any NativeFrameReader

    /// Says what an unsuccessful answer of the door means, whoever's words it uses.
    func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal
}

/// Unwraps one framed stream into the server-sent events it holds. Not shared.
public protocol NativeFrameReader: AnyObject {
    /// Reads one frame.
    ///
    /// - Parameters:
    ///   - message: The next frame.
    ///   - out: Whole server-sent events are appended.
    /// - Throws: What an exception frame means, or a frame that holds no event.
    func read(_ message: StreamMessage, into out: inout [UInt8]) throws(GatewayFailure)
}
