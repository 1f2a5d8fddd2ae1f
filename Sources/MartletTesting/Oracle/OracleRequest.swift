/// What the oracle saw of one request and did with it, up to the moment the snapshot was taken.
public struct OracleRequest: Sendable, Equatable {
    /// How a request ended on the oracle's side.
    public enum Outcome: String, Sendable, Equatable {
        /// Its head or body is still arriving.
        case receiving
        /// The script is at work, or hangs.
        case answering
        /// The script ran to its end.
        case finished
        /// The peer closed or reset the connection before the script's end.
        case peerClosed
        /// The oracle closed or reset the connection, as scripted.
        case closed
    }

    /// 1 for the first request the oracle saw, and so on.
    public var id: Int
    /// Which connection it came on; 1 for the first.
    public var connectionID: Int
    /// The head, byte for byte.
    public var headText: String
    /// The method.
    public var method: String
    /// The target with its query.
    public var target: String
    /// Header fields in order.
    public var headers: [OracleHeader]
    /// The body, as far as the log's limit.
    public var body: [UInt8] = []
    /// The body's true size.
    public var bodyByteCount = 0
    /// What was sent for this request, as far as the log's limit.
    public var sent: [UInt8] = []
    /// How many bytes were handed to the socket for this request.
    public var sentByteCount = 0
    /// How it ended.
    public var outcome = Outcome.receiving

    /// When the head was complete: monotonic nanoseconds.
    public var headReceivedAt: Int64
    /// When the body was complete.
    public var bodyReceivedAt: Int64?
    /// When the first byte was sent.
    public var firstByteSentAt: Int64?
    /// When the latest byte was sent.
    public var lastByteSentAt: Int64?
    /// When the script ended, the peer left, or the oracle closed.
    public var endedAt: Int64?

    init(id: Int, connectionID: Int, head: OracleRequestHead, now: Int64) {
        self.id = id
        self.connectionID = connectionID
        self.headText = head.text
        self.method = head.method
        self.target = head.target
        self.headers = head.headers
        self.headReceivedAt = now
    }
}

extension OracleRequest {
    /// The target without its query.
    public var path: String {
        String(self.target.prefix { $0 != "?" })
    }

    /// The body as a JSON tree; `nil` when it is none, or was longer than the log keeps.
    public var json: PlainJSON? {
        try? PlainJSON(parsing: self.body)
    }

    /// The body as text.
    public var bodyText: String {
        String(decoding: self.body, as: UTF8.self)
    }

    /// Whether nothing more will happen to this request.
    public var isOver: Bool {
        self.endedAt != nil
    }
}

/// What the oracle saw of one connection.
public struct OracleConnection: Sendable, Equatable {
    /// 1 for the first connection.
    public var id: Int
    /// Bytes received, as far as the log's limit.
    public var received: [UInt8] = []
    /// Bytes received in all.
    public var receivedByteCount = 0
    /// Bytes handed to the socket in all.
    public var sentByteCount = 0
    /// Requests whose head was read on this connection.
    public var requestCount = 0
    /// What was wrong with bytes that were no request.
    public var nonsense: String?
    /// When it was accepted: monotonic nanoseconds.
    public var openedAt: Int64
    /// When it ended.
    public var closedAt: Int64?
    /// The oracle closed it, not the peer.
    public var closedByOracle = false

    init(id: Int, now: Int64) {
        self.id = id
        self.openedAt = now
    }
}
