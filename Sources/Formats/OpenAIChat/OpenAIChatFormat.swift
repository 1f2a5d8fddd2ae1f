public import Exchange
public import Wire

/// OpenAI Chat Completions, and its siblings that share its errors and its usage: completions, embeddings, moderations.
///
/// Source: OpenAI API reference, November 2026, and recorded traffic of compatible servers.
public struct OpenAIChatFormat: WireFormat {
    /// Makes the format; it has no settings.
    public init() {}

    /// `chat`
    public var id: FormatID { .chat }

    /// An SSE comment: OpenAI's SDKs and the compatible ones skip it.
    public var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    /// Whose fault an unsuccessful answer is, by its status and the words of any OpenAI-compatible server.
    public func classify(status: Int, root: JSONValue?) -> UpstreamFault {
        (root.map { VendorError($0) } ?? VendorError()).fault(status: status)
    }

    /// A tap for `chat.completion.chunk` and `text_completion` streams.
    public func makeStreamTap(operation: Operation, hidesUsage: Bool, reader: EventReader) -> any StreamTap {
        ChatStreamTap(reader, hidesUsage: hidesUsage)
    }
}
