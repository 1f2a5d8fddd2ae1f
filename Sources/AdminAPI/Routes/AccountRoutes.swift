import Storage
import Wire

/// Who one is.
enum AccountRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        [
            AdminRoute(.get, "\(AdminRoutes.prefix)/whoami", "tells who asks, and what they may do") {
                call throws(AdminProblem) in
                .object { self.write(call.principal, to: &$0) }
            }.documented(TokenOperations.whoami)
        ]
    }

    static func write(_ principal: AdminPrincipal, to writer: inout JSONWriter) {
        writer.member("kind", principal.kind)
        writer.member("id", principal.actor)
        writer.member("name", principal.name)
        GrantFields.write(principal.grant, to: &writer)
        writer.member("permissions", principal.permissions.map(\.rawValue))
        writer.member("expires_at", time: principal.expiresAt)
    }
}

extension AdminPrincipal {
    /// In a word.
    var kind: String {
        switch self.identity {
        case .bootstrap: "bootstrap"
        case .token: "token"
        case .user: "user"
        case .nobody: "nobody"
        }
    }
}
