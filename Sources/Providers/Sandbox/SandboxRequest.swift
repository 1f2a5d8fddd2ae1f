/// What is asked of the sandbox: what any other vendor would see of a request.
public struct SandboxRequest: Sendable {
    /// `GET` or `POST`.
    public var method: String
    /// Path and query, as ``ProviderConfiguration/requestTarget(operation:model:query:)`` makes them.
    public var target: String
    /// The body; empty for `GET`.
    public var body: [UInt8]
    /// The clock, in whole seconds since 1970: what `created` fields show.
    public var unixSeconds: Int

    /// Bundles a request.
    public init(method: String, target: String, body: [UInt8], unixSeconds: Int) {
        self.method = method
        self.target = target
        self.body = body
        self.unixSeconds = unixSeconds
    }
}

/// What the sandbox answers: everything that would be on the wire, and when.
public struct SandboxAnswer: Sendable {
    /// HTTP status.
    public var status: Int
    /// Headers: lower-case names. No `content-length`: the carrier frames the body.
    public var headers: [HeaderField]
    /// The body in order. A plain answer has one piece, a stream one per event.
    public var pieces: [SandboxPiece]
    /// The connection breaks after the last piece, before the body is complete.
    public var endsAbruptly = false

    /// Whether the body is a stream of server-sent events.
    public var isStream: Bool {
        self.headers.contains { $0.name == "content-type" && $0.value.hasPrefix("text/event-stream") }
    }

    /// All pieces joined.
    public var body: [UInt8] { Array(self.pieces.lazy.map(\.bytes).joined()) }
}

/// A part of a body, and how long after the part before it is sent.
public struct SandboxPiece: Sendable, Equatable {
    /// Time to wait before sending.
    public var delay: Duration
    /// What is sent: whole events of a stream.
    public var bytes: [UInt8]

    /// Makes a piece.
    public init(delay: Duration, bytes: [UInt8]) {
        self.delay = delay
        self.bytes = bytes
    }
}
