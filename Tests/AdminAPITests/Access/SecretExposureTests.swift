import Exchange
import Storage
import Testing

@testable import AdminAPI

/// What a browser is given: a page's scripts can read all of it but the cookie.
@Suite("secrets and browsers")
struct SecretExposureTests {
    @Test(
        "RELIABILITY N056: a session's secret is in a cookie that scripts cannot read, and no answer holds any secret"
    )
    func nothingToSteal() async throws {
        let fixture = try await AdminFixture()
        _ = try await fixture.user("root", .owner)
        let signedIn = await fixture.signIn("root")
        let cookie = try #require(fixture.cookie(of: signedIn))
        let header = try #require(signedIn.headers["set-cookie"])
        #expect(header.contains("; HttpOnly") && header.contains("; SameSite=Lax"))
        let vendor = "sk-canary-0123456789abcdef"
        let json = #"{"name":"lab","kind":"openai","secret":"\#(vendor)"}"#
        let made = await fixture.call(cookie: cookie, "POST", "/providers", json: json)
        #expect(made.status == 201, "\(made.text)")
        let key = String(decoding: try await fixture.key().secret.bytes, as: UTF8.self)
        let token = try await fixture.token(.viewer)
        let secrets = [String(cookie.dropFirst("martlet=".count)), vendor, key, token]
        var asked = 0
        for route in fixture.router.routes where route.method == .get {
            let path = route.path.replacing("{id}", with: made.string("id") ?? "")
            guard path.hasPrefix("/admin/v1") else { continue }
            let answer = await fixture.call(cookie: cookie, "GET", String(path.dropFirst("/admin/v1".count)))
            asked += answer.status == 200 ? 1 : 0
            let told = answer.text + answer.headers.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
            let isSilent = secrets.allSatisfy { !told.contains($0) }
            #expect(isSilent, "\(route.path) tells a secret")
        }
        #expect(asked > 15, "only \(asked) routes answered")
        for secret in secrets { #expect(!made.text.contains(secret) && !signedIn.text.contains(secret)) }
    }
}
