/// Who may use a route.
public enum AdminAccess: Sendable {
    /// Anybody who can reach the listener: health only.
    case open
    /// Anybody, unless the listener can be reached from other machines; then the token is needed.
    case openOnLoopback
    /// Whoever signs in: they have nothing to show yet.
    case signIn
    /// Whoever shows a token, as far as the route's right goes.
    case token
}

/// One route. All routes are rows of one table, from which requests are dispatched and tests enumerate.
public struct AdminRoute: Sendable {
    typealias Handler = @Sendable (AdminCall) async throws(AdminProblem) -> AdminAnswer

    /// The method.
    public let method: AdminMethod
    /// The path, with `{id}` where an id stands.
    public let path: String
    /// Who may use it.
    public let access: AdminAccess
    /// What it needs of whoever may use it.
    public let right: RouteRight
    /// One line for people.
    public let summary: String
    /// Whether a JSON body is read.
    public let takesBody: Bool
    /// The largest body, where a route takes more than the listener's others; `nil` leaves it at that.
    public let maxBodyBytes: Int?
    /// What the OpenAPI document says of it beside all this; every route has it.
    var documentation: OperationDescription?
    var handle: Handler

    init(
        _ method: AdminMethod,
        _ path: String,
        access: AdminAccess = .token,
        takesBody: Bool = false,
        maxBodyBytes: Int? = nil,
        _ summary: String,
        _ handle: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.right = RouteRight.of(method, path)
        self.takesBody = takesBody
        self.maxBodyBytes = maxBodyBytes
        self.summary = summary
        self.handle = handle
    }

    /// The id in a path that this route's template matches byte by byte; `nil` when it does not match.
    ///
    /// Nothing is decoded or forgiven: a trailing slash, an empty part, `%2f`, `;` or a dot is another path.
    func match(_ path: [Substring]) -> AdminMatch? {
        let template = self.path.split(separator: "/", omittingEmptySubsequences: false)
        guard template.count == path.count else { return nil }
        var id = ""
        for (expected, part) in zip(template, path) {
            if expected == "{id}" {
                guard Self.isID(part) else { return nil }
                id = String(part)
            } else if !expected.utf8.elementsEqual(part.utf8) {
                return nil
            }
        }
        return AdminMatch(id: id)
    }

    /// Ids are ours, or a request id that a caller chose; neither holds anything that would need decoding.
    private static func isID(_ part: Substring) -> Bool {
        guard (1...128).contains(part.utf8.count), part.utf8.first.map(Base62.contains) == true else { return false }
        return part.utf8.allSatisfy { Base62.contains($0) || "_-.:".utf8.contains($0) }
    }
}

/// What a path brought.
struct AdminMatch {
    /// The id, or nothing when the route has none.
    var id: String
}

/// What a handler is given.
struct AdminCall: Sendable {
    var request: AdminRequest
    /// Who asks; an open route is asked by nobody in particular.
    var principal: AdminPrincipal
    var id: String
    var query: AdminQuery
    var body: [UInt8]
}
