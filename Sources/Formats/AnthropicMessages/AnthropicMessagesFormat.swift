public import Exchange
public import Wire

/// Anthropic Messages, with its token count.
///
/// Source: Anthropic API reference, versions 2023-06-01 and 2026-10-21, November 2026, and recorded traffic.
public struct AnthropicMessagesFormat: WireFormat {
    /// Makes the format; it has no settings.
    public init() {}

    /// `messages`
    public var id: FormatID { .messages }

    /// The vendor's own ping, for Anthropic's clients count events, not comments, as signs of life.
    public var keepAlive: [UInt8] { Array("event: ping\ndata: {\"type\": \"ping\"}\n\n".utf8) }

    /// Whose fault an unsuccessful answer is. An empty credit balance is a 400 here, told apart by its text.
    public func classify(status: Int, root: JSONValue?) -> UpstreamFault {
        (root.map { VendorError($0) } ?? VendorError()).fault(status: status)
    }

    /// A tap for a stream of Messages events. Usage is part of every stream, so nothing is ever hidden.
    public func makeStreamTap(operation: Operation, hidesUsage: Bool, reader: EventReader) -> any StreamTap {
        MessagesStreamTap(reader)
    }
}
