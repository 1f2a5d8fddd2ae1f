import Storage

/// The cookie that carries a session, and what is asked of whoever sends it.
public struct SessionCookie: Sendable, Equatable {
    /// The address that browsers know the admin API by: scheme, host and port, without a slash at its end. With `https` the
    /// cookie is held to TLS and to this very host.
    public var publicURL: String?

    /// What the cookie is called without TLS.
    private var base = "martlet"

    /// Knows the address that browsers use.
    public init(publicURL: String? = nil) {
        self.publicURL = publicURL
    }

    private var isSecure: Bool { self.publicURL?.lowercased().hasPrefix("https://") ?? false }

    /// What the cookie is called: a browser takes the first name only with `Secure`, for this host and all of its paths, and
    /// from no neighbour.
    var name: String { self.isSecure ? "__Host-" + self.base : self.base }

    /// The cookie of a sign-in that is on its way through an OpenID provider.
    var journey: SessionCookie {
        var cookie = self
        cookie.base = "martlet-oidc"
        return cookie
    }

    /// The value of `set-cookie` that begins a session. Scripts never see it, and other sites' pages do not send it along with
    /// what they post.
    func set(_ secret: [UInt8], seconds: Int64) -> String {
        "\(self.name)=\(String(decoding: secret, as: UTF8.self)); Max-Age=\(seconds)" + self.attributes
    }

    /// The value of `set-cookie` that ends a session.
    var clear: String { "\(self.name)=; Max-Age=0" + self.attributes }

    private var attributes: String { "; Path=/; HttpOnly; SameSite=Lax" + (self.isSecure ? "; Secure" : "") }

    /// The secret in the cookies of a request; nothing when there are two: whoever planted one must not choose.
    func secret(in cookies: [String]) -> [UInt8]? {
        let prefix = self.name + "="
        let values = cookies.flatMap { $0.split(separator: ";") }
            .map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix(prefix) }
        guard values.count == 1, let value = values.first else { return nil }
        return Array(value.utf8.dropFirst(prefix.utf8.count))
    }

    /// Why a request with a session is refused; `nil` when it is not. A page of another site can make a browser send the cookie
    /// with a form, but neither the header nor the right `origin`.
    func refusal(of request: AdminRequest) -> AdminProblem? {
        if let site = request.site, !self.isOwn(site, request) {
            return AdminProblem(.forbidden, "requests with a session must come from Martlet's own pages")
        }
        guard request.method != "GET", request.method != "HEAD" else { return nil }
        guard request.csrf?.isEmpty == false else {
            return AdminProblem(.forbidden, "writes with a session must carry the header x-martlet-csrf")
        }
        return nil
    }

    /// Whether the page that asks was served by this listener, as the browser sees it.
    func isOwn(_ site: String, _ request: AdminRequest) -> Bool {
        if let own = self.publicURL { return site.lowercased() == own.lowercased() }
        guard let host = request.host?.lowercased() else { return false }
        return site.lowercased() == "http://\(host)"
    }
}

extension AdminPrincipal {
    /// Whoever signed in.
    init(session: SessionRecord, of user: UserRecord) {
        self.init(
            identity: .user(id: user.id, session: session.id),
            actor: user.id,
            name: user.name,
            grant: user.grant,
            // Grants outlive sessions: what a user gives does not end with the sign-in.
            expiresAt: nil
        )
    }
}
