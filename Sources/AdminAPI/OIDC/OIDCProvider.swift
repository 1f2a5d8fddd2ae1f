import Exchange
import Providers
import Storage
import Wire

/// Asks an OpenID provider: its endpoints, its keys, and what a code is worth. What it said of itself is kept for a while;
/// redirects are not followed, every question has a deadline and every answer a bound.
actor OIDCProvider {
    /// Where a provider does what.
    struct Endpoints: Sendable, Equatable {
        var authorization: String
        var token: CredentialURL
        var keys: CredentialURL
        /// Whether the client's secret goes into the form instead of a header.
        var takesSecretInForm: Bool
    }

    private static let keptMilliseconds: Int64 = 3_600_000
    /// Unknown key ids make the keys be fetched again at most so often: whoever invents them must not make us ask and ask.
    private static let refetchMilliseconds: Int64 = 60_000

    private let settings: OIDCSettings
    private let transport: any CredentialTransport
    private let clock: @Sendable () -> UnixMilliseconds
    private var endpoints: (value: Endpoints, at: UnixMilliseconds)?
    private var keys: (value: JSONWebKeys, at: UnixMilliseconds)?

    init(
        _ settings: OIDCSettings,
        transport: any CredentialTransport,
        clock: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.settings = settings
        self.transport = transport
        self.clock = clock
    }

    /// What the provider says of itself (OpenID Connect Discovery 1.0, section 4).
    func discover() async throws(OIDCError) -> Endpoints {
        let now = self.clock()
        if let known = self.endpoints, now - known.at < Self.keptMilliseconds { return known.value }
        let issuer = self.settings.issuer
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let url = try Self.url(base + "/.well-known/openid-configuration", "oidc.issuer")
        let body = try await self.fetch(CredentialRequest(.get, url, headers: [Self.json], reach: .local))
        let endpoints = try OIDCJSON.read(body, "the provider's configuration") { root throws(OIDCError) in
            guard root["issuer"]?.string == issuer else {
                throw OIDCError("the provider's configuration is of another issuer")
            }
            let methods = root["token_endpoint_auth_methods_supported"]?.elements.compactMap(\.string)
            let authorization = root["authorization_endpoint"]?.string ?? ""
            _ = try Self.url(authorization, "authorization_endpoint")
            return Endpoints(
                authorization: authorization,
                token: try Self.url(root["token_endpoint"]?.string ?? "", "token_endpoint"),
                keys: try Self.url(root["jwks_uri"]?.string ?? "", "jwks_uri"),
                takesSecretInForm: methods.map { !$0.contains("client_secret_basic") } ?? false
            )
        }
        self.endpoints = (endpoints, now)
        return endpoints
    }

    /// Exchanges a code for the person's token, as the provider wrote it.
    func exchange(code: String, verifier: String) async throws(OIDCError) -> String {
        let endpoints = try await self.discover()
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", self.settings.redirectURL),
            ("client_id", self.settings.clientID), ("code_verifier", verifier),
        ]
        var headers = [Self.json, CredentialHeader("content-type", "application/x-www-form-urlencoded")]
        if let secret = self.settings.clientSecret.map({ String(decoding: $0.bytes, as: UTF8.self) }) {
            if endpoints.takesSecretInForm {
                fields.append(("client_secret", secret))
            } else {
                let pair = "\(QueryText.escape(self.settings.clientID)):\(QueryText.escape(secret))"
                headers.append(CredentialHeader("authorization", "Basic " + Base64.encode(pair.utf8)))
            }
        }
        let body = Array(QueryText.encode(fields).utf8)
        let answer = try await self.fetch(
            CredentialRequest(.post, endpoints.token, headers: headers, body: body, reach: .local)
        )
        return try OIDCJSON.read(answer, "the provider's answer") { root throws(OIDCError) in
            guard let token = root["id_token"]?.string else { throw OIDCError("the provider's answer has no id_token") }
            return token
        }
    }

    /// Whether a token is signed by the provider. A key that is not known makes the keys be fetched once more: providers change
    /// them.
    func verify(_ token: JSONWebToken) async throws(OIDCError) {
        let now = self.clock()
        var keys = try await self.currentKeys(now)
        if !keys.has(token), now - (self.keys?.at ?? 0) >= Self.refetchMilliseconds {
            keys = try await self.fetchKeys(now)
        }
        guard keys.has(token) else { throw OIDCError("the token is signed by an unknown key") }
        guard keys.verify(token) else { throw OIDCError("the token's signature is wrong") }
    }

    private func currentKeys(_ now: UnixMilliseconds) async throws(OIDCError) -> JSONWebKeys {
        if let known = self.keys, now - known.at < Self.keptMilliseconds { return known.value }
        return try await self.fetchKeys(now)
    }

    private func fetchKeys(_ now: UnixMilliseconds) async throws(OIDCError) -> JSONWebKeys {
        let url = try await self.discover().keys
        let keys = try JSONWebKeys(
            try await self.fetch(CredentialRequest(.get, url, headers: [Self.json], reach: .local))
        )
        self.keys = (keys, now)
        return keys
    }

    private static let json = CredentialHeader("accept", "application/json")

    private func fetch(_ request: CredentialRequest) async throws(OIDCError) -> [UInt8] {
        let response: CredentialResponse
        do throws(CredentialError) {
            response = try await self.transport.fetch(request)
        } catch {
            throw OIDCError("the provider cannot be asked: \(error)")
        }
        guard response.status == 200 else { throw OIDCError("the provider answers with status \(response.status)") }
        return response.body
    }

    /// An address of the provider: https, but for one on this machine.
    static func url(_ text: String, _ what: String) throws(OIDCError) -> CredentialURL {
        let url: CredentialURL
        do throws(CredentialError) {
            url = try CredentialURL(parsing: text, what: what)
        } catch {
            throw OIDCError("\(error)")
        }
        let isLocal = text.hasPrefix("http://127.0.0.1:") || text.hasPrefix("http://[::1]:")
        guard url.origin.isTLS || isLocal else { throw OIDCError("\(what) must be https") }
        return url
    }
}

/// Writes queries and forms.
enum QueryText {
    static func encode(_ fields: [(String, String)]) -> String {
        fields.map { "\(self.escape($0.0))=\(self.escape($0.1))" }.joined(separator: "&")
    }

    /// Percent-encoded but for unreserved bytes (RFC 3986, section 2.3).
    static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if Base62.contains(byte) || "-._~".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
