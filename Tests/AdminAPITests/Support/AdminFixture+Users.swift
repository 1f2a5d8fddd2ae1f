import Exchange
import Policy
import Storage

@testable import AdminAPI

extension AdminFixture {
    /// A user with the tests' password.
    func user(_ name: String, _ role: AdminRole, projects: [String]? = nil) async throws -> UserRecord {
        let hash = try await self.services.access.hasher.hash(Array(UserTests.password.utf8))
        let draft = UserDraft(
            name: name,
            grant: AccessGrant(role: role, projects: projects),
            passwordHash: hash
        )
        return try await self.services.access.createUser(draft, by: .bootstrap(actor: "admin-token"))
    }

    /// One call without a token.
    func call(
        cookie: String?,
        _ method: String,
        _ path: String,
        json: String? = nil,
        csrf: String? = "1",
        site: String? = nil,
        contentType: String = "application/json",
        query: String? = nil
    ) async -> AdminAnswer {
        var request = AdminRequest(method: method, path: "/admin/v1" + path, query: query, requestID: "adm_test")
        request.cookies = cookie.map { [$0] } ?? []
        request.csrf = csrf
        request.site = site
        request.host = "127.0.0.1:8081"
        request.origin = "192.0.2.9"
        request.contentType = contentType
        return await self.router.answer(request) { (_: Int?) throws(AdminProblem) in Array((json ?? "").utf8) }
    }

    /// Signs in.
    func signIn(
        _ name: String,
        _ password: String = UserTests.password,
        cookie: String? = nil,
        site: String? = nil
    ) async -> AdminAnswer {
        let json = "{\"name\":\"\(name)\",\"password\":\"\(password)\"}"
        return await self.call(cookie: cookie, "POST", "/session", json: json, site: site)
    }

    /// What a browser sends back.
    func cookie(of answer: AdminAnswer) -> String? {
        answer.headers["set-cookie"]?.split(separator: ";").first.map(String.init)
    }
}
