/// What fetching credentials needs of the world.
public protocol CredentialTransport: Sendable {
    /// Makes one request. Redirects are never followed; proxies are used for ``CredentialRequest/Reach/internet`` alone.
    ///
    /// - Parameter request: Where to, what, and until when.
    /// - Returns: The answer, whatever its status.
    /// - Throws: `.unreachable` or `.timedOut`; `.malformed` when the answer is longer than ``CredentialLimits/answerBytes``.
    func fetch(_ request: CredentialRequest) async throws(CredentialError) -> CredentialResponse

    /// Reads a whole file of at most ``CredentialLimits/fileBytes``.
    ///
    /// - Throws: `.absent` when there is none, `.fileUnreadable` when it cannot be read or is too long,
    ///   `.timedOut` when its disk does not answer.
    func readFile(_ path: String) async throws(CredentialError) -> [UInt8]
}

/// Bounds of what is read while credentials are fetched.
public enum CredentialLimits {
    /// Bytes of a file.
    public static let fileBytes = 256 << 10
    /// Bytes of an answer.
    public static let answerBytes = 256 << 10
}

/// One request to a service that issues credentials.
public struct CredentialRequest: Sendable, Equatable {
    /// Which addresses the request may go to.
    public enum Reach: Sendable, Equatable {
        /// The public internet, by TLS with verified certificates. What the name resolves to must be a global address.
        case internet
        /// A metadata service of the machine or container: link-local and loopback addresses, http admitted.
        case metadata
        /// An address that the operator wrote into a setting: private ones and http are admitted, metadata services are not.
        case local
    }

    /// The verb.
    public enum Method: String, Sendable {
        /// Reads.
        case get = "GET"
        /// Sends a body.
        case post = "POST"
        /// Asks for a session of the instance's metadata service.
        case put = "PUT"
    }

    /// The verb.
    public var method: Method
    /// Scheme, host and port.
    public var origin: BaseURL
    /// Path and query, as they go over the wire.
    public var target: String
    /// Headers, `host` and `content-length` not among them: lower-case names. Values may be secret.
    public var headers: [CredentialHeader]
    /// The body; empty when there is none. Secret.
    public var body: [UInt8]
    /// Which addresses may be connected to.
    public var reach: Reach
    /// How long all of it may take, from resolving the name to the answer's last byte.
    public var deadline: Duration

    /// A request.
    public init(
        _ method: Method,
        _ url: CredentialURL,
        headers: [CredentialHeader] = [],
        body: [UInt8] = [],
        reach: Reach = .internet,
        deadline: Duration = .seconds(10)
    ) {
        self.method = method
        self.origin = url.origin
        self.target = url.target
        self.headers = headers
        self.body = body
        self.reach = reach
        self.deadline = deadline
    }

    /// A form sent by `POST`.
    static func form(
        _ url: CredentialURL,
        _ fields: [(String, String)],
        headers: [CredentialHeader] = []
    ) -> CredentialRequest {
        CredentialRequest(
            .post,
            url,
            headers: [
                CredentialHeader("content-type", "application/x-www-form-urlencoded"),
                CredentialHeader("accept", "application/json"),
            ] + headers,
            body: FormText.encode(fields)
        )
    }
}

/// A header of a request for credentials. Its value does not print.
public struct CredentialHeader: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// Lower case.
    public var name: String
    /// Visible ASCII.
    public var value: String

    /// A header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// The name.
    public var description: String { "\(self.name): <redacted>" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension CredentialRequest: CustomStringConvertible, CustomReflectable {
    /// Verb and host.
    public var description: String { "\(self.method.rawValue) \(self.origin)" }

    /// A mirror without children: forms carry secrets.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// An answer of a service that issues credentials.
public struct CredentialResponse: Sendable, CustomStringConvertible, CustomReflectable {
    /// The HTTP status.
    public var status: Int
    /// The headers: lower-case names.
    public var headers: [CredentialHeader]
    /// The body, at most ``CredentialLimits/answerBytes``. Secret.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [CredentialHeader] = [], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The status.
    public var description: String { "\(self.status)" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether the status says yes.
    var isSuccess: Bool { (200..<300).contains(self.status) }
}
