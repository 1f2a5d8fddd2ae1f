/// The methods that routes are written for.
public enum AdminMethod: String, Sendable, CaseIterable {
    /// Reads.
    case get = "GET"
    /// Creates, or acts.
    case post = "POST"
    /// Sets one entry, whether it was there or not.
    case put = "PUT"
    /// Changes the fields given.
    case patch = "PATCH"
    /// Deletes.
    case delete = "DELETE"
}

/// The head of a request as any carrier hands it over: the HTTP listener, or the command line when no server runs.
public struct AdminRequest: Sendable {
    /// The method as received.
    public var method: String
    /// The path as received, not decoded, without the query.
    public var path: String
    /// What follows `?`, as received.
    public var query: String?
    /// Every value of `authorization`.
    public var authorization: [String] = []
    /// Every value of `cookie`.
    public var cookies: [String] = []
    /// The value of `x-martlet-csrf`, which no page of another site can send.
    public var csrf: String?
    /// The value of `origin`: the site of the page that asks.
    public var site: String?
    /// The value of `host`.
    public var host: String?
    /// The value of `content-type`.
    public var contentType: String?
    /// The value of `if-match`.
    public var ifMatch: String?
    /// Who shows the data folder's token: `admin-token`, or `command-line` when no server runs.
    public var actor = "admin-token"
    /// The address it comes from; empty when it comes from this process.
    public var origin = ""
    /// Every `idempotency-key` header.
    public var idempotencyKey: [String] = []
    /// Whether that address is one that the admin API may be used from.
    public var isAddressAllowed = true
    /// The id told in the answer.
    public var requestID: String

    /// Describes a request without headers.
    public init(method: String, path: String, query: String? = nil, requestID: String) {
        self.method = method
        self.path = path
        self.query = query
        self.requestID = requestID
    }
}

/// A complete answer.
public struct AdminAnswer: Sendable, Equatable {
    /// HTTP status.
    public var status: Int
    /// The body's media type; `nil` when there is no body.
    public var contentType: String?
    /// Other headers, lower case.
    public var headers: [String: String]
    /// The body.
    public var body: [UInt8]

    /// Makes an answer.
    public init(
        status: Int,
        contentType: String? = "application/json",
        headers: [String: String] = [:],
        body: [UInt8] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// Success without a body.
    static let noContent = AdminAnswer(status: 204, contentType: nil)
}
