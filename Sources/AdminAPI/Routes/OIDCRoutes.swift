import Storage
import Wire

/// Signing in at an OpenID provider. Without one there are no such routes.
enum OIDCRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        guard let oidc = services.oidc else { return [] }
        let path = "\(AdminRoutes.prefix)/oidc"
        return [
            AdminRoute(.get, "\(path)/start", access: .signIn, "sends a browser to the OpenID provider") {
                call throws(AdminProblem) in
                try services.access.limit("oidc \(call.request.origin)", call.request.origin)
                let departure: OIDCSignIn.Departure
                do throws(OIDCError) { departure = try await oidc.depart() } catch {
                    throw AdminProblem(.unavailable, "signing in is not possible now: \(error.what)")
                }
                var answer = AdminAnswer(status: 302, contentType: nil)
                answer.headers["location"] = departure.location
                answer.headers["set-cookie"] = services.cookie.journey.set(
                    Array(departure.state.utf8),
                    seconds: OIDCSignIn.journeyMilliseconds / 1_000
                )
                return answer
            }.documented(SessionOperations.depart),
            AdminRoute(.get, "\(path)/callback", access: .signIn, "signs in whom the OpenID provider sends back") {
                call throws(AdminProblem) in
                try await self.arrive(call, oidc, services)
            }.described(SessionOperations.arrive),
        ]
    }

    private static func arrive(
        _ call: AdminCall,
        _ oidc: OIDCSignIn,
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        // The provider may bring more; nothing else is looked at.
        if let error = call.query["error"] {
            throw AdminProblem(.unauthorized, "the provider refused: \(String(error.prefix(64)))")
        }
        guard let state = call.query["state"], let code = call.query["code"] else {
            throw AdminProblem(.invalidQuery, "the provider brought no code and state back")
        }
        let cookie = services.cookie.journey.secret(in: call.request.cookies)
        let identity: IdentityToken
        do throws(OIDCError) {
            let kept = cookie.map { String(decoding: $0, as: UTF8.self) }
            identity = try await oidc.arrive(state: state, cookie: kept, code: code)
        } catch {
            throw AdminProblem(.unauthorized, error.what)
        }
        guard let grant = oidc.settings.roles.grant(identity.groups, in: await services.administration.configuration)
        else { throw AdminProblem(.forbidden, "none of this person's groups has a role here") }
        let subject = UserRecord.Identity(issuer: oidc.settings.issuer, subject: identity.subject)
        let name = self.userName(identity)
        var context = AuditContext.current
        context.actor = "oidc"
        let old = services.cookie.secret(in: call.request.cookies).map { String(decoding: $0, as: UTF8.self) }
        // A task's values carry no typed errors.
        let result: Result<CreatedSession, AdminProblem> = await AuditContext.$current.withValue(context) {
            do throws(AdminProblem) {
                let user = try await services.access.user(of: subject, named: name, grant: grant)
                return .success(
                    try await services.access.begin(
                        user,
                        origin: call.request.origin,
                        instead: old,
                        detail: "by OpenID"
                    )
                )
            } catch {
                return .failure(error)
            }
        }
        return SessionRoutes.answer(try result.get(), services)
    }

    /// What the person is called here: what the provider says, as far as it can be a name.
    private static func userName(_ identity: IdentityToken) -> String {
        let wanted = (identity.name ?? "").lowercased()
        if let name = try? NameRules.userName(String(wanted.prefix(90))) { return name }
        return "oidc-" + Identifiers.derived("", from: identity.subject).lowercased()
    }
}
