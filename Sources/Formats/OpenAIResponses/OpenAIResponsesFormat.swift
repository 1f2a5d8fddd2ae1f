public import Exchange
public import Wire

/// OpenAI Responses, with its token count and its compaction.
///
/// Source: OpenAI API reference, November 2026, and recorded traffic of Azure and compatible servers.
public struct OpenAIResponsesFormat: WireFormat {
    /// Makes the format; it has no settings.
    public init() {}

    /// `responses`
    public var id: FormatID { .responses }

    /// An SSE comment: OpenAI's SDKs and Codex skip it.
    public var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    /// Whose fault an unsuccessful answer is, by its status and the words of any OpenAI-compatible server.
    public func classify(status: Int, root: JSONValue?) -> UpstreamFault {
        (root.map { VendorError($0) } ?? VendorError()).fault(status: status)
    }

    /// A tap for a stream of `response.…` events. Usage is always in the terminal event, so nothing is ever hidden.
    public func makeStreamTap(operation: Operation, hidesUsage: Bool, reader: EventReader) -> any StreamTap {
        ResponsesStreamTap(reader)
    }
}
