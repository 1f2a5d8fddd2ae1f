import FoundationEssentials
import Crypto
import CryptoExtras
import Exchange
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Providers
import ServiceLifecycle
import Synchronization
import Wire

@testable import AdminAPI

/// A small OpenID provider: it knows one person, checks what a provider checks (client, redirect, PKCE, one use of a code),
/// and lies in one way at a time when told to.
final class IdentityProviderStandIn: CredentialTransport {
    /// In which way it lies.
    enum Lie: String, CaseIterable, Sendable {
        case wrongNonce, wrongAudience, wrongIssuer, expired, fromTheFuture, notYet, noExpiry, algNone, algHMAC,
            otherKey
        case unknownKey, brokenSignature, critical, manyAudiences, foreignParty, noSubject, wrongDiscovery, notFound
    }

    struct State {
        var lie: Lie?
        var issuer = "http://127.0.0.1:9911"
        var groups = ["staff", "search-team"]
        var rsa: _RSA.Signing.PrivateKey
        var p256 = P256.Signing.PrivateKey()
        var usesP256 = false
        var keyID = "k1"
        var codes: [String: (challenge: String, nonce: String)] = [:]
        var asked: [String] = []
        var clock: Int64 = AdminFixture.now / 1_000
    }

    static let clientID = "martlet client"
    static let secret = "s3cret+/%"
    static let redirect = "http://127.0.0.1:8081/admin/v1/oidc/callback"
    let state: Mutex<State>

    init() throws {
        self.state = Mutex(State(rsa: try _RSA.Signing.PrivateKey(keySize: .bits2048)))
    }

    func change(_ body: (inout State) -> Void) { self.state.withLock { body(&$0) } }
    var asked: [String] { self.state.withLock { $0.asked } }

    /// Other keys from now on, under another id.
    func rotate(to id: String) throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        self.state.withLock { state in
            state.rsa = key
            state.p256 = P256.Signing.PrivateKey()
            state.keyID = id
        }
    }

    // MARK: The person's part

    /// What the browser brings back from the provider's page: the person agreed.
    func authorize(_ location: String) throws -> (state: String, code: String) {
        let query = try AdminQuery(String(location.split(separator: "?", maxSplits: 1)[1]))
        let fields = ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge"]
        for field in fields + ["code_challenge_method"] where query[field] == nil { throw OIDCError("no \(field)") }
        guard query["response_type"] == "code", query["client_id"] == Self.clientID,
            query["redirect_uri"] == Self.redirect, query["code_challenge_method"] == "S256",
            query["scope"]?.split(separator: " ").contains("openid") == true
        else { throw OIDCError("a wrong request: \(location)") }
        let code = "code+\(Int.random(in: 0..<1_000_000_000))"
        let pair = (query["code_challenge"] ?? "", query["nonce"] ?? "")
        self.state.withLock { $0.codes[code] = (challenge: pair.0, nonce: pair.1) }
        return (query["state"] ?? "", code)
    }

    // MARK: The service's part

    func fetch(_ request: CredentialRequest) async throws(CredentialError) -> CredentialResponse {
        let authorization = request.headers.first { $0.name == "authorization" }?.value
        let answer = self.answer(request.method.rawValue, request.target, authorization, request.body)
        return CredentialResponse(status: answer.status, body: Array(answer.body.utf8))
    }

    func readFile(_ path: String) async throws(CredentialError) -> [UInt8] { throw CredentialError(.absent, "none") }

    func answer(
        _ method: String,
        _ target: String,
        _ authorization: String?,
        _ body: [UInt8]
    ) -> (
        status: Int, body: String
    ) {
        self.state.withLock { state in
            state.asked.append("\(method) \(target)")
            guard state.lie != .notFound else { return (404, "{}") }
            switch "\(method) \(target)" {
            case "GET /.well-known/openid-configuration": return (200, Self.discovery(state))
            case "GET /keys": return (200, Self.keys(state))
            case "POST /token": return Self.token(&state, authorization, String(decoding: body, as: UTF8.self))
            default: return (404, "{}")
            }
        }
    }

    private static func discovery(_ state: State) -> String {
        let issuer = state.lie == .wrongDiscovery ? "https://evil.example" : state.issuer
        return """
            {"issuer":"\(issuer)","authorization_endpoint":"\(state.issuer)/authorize",
             "token_endpoint":"\(state.issuer)/token","jwks_uri":"\(state.issuer)/keys"}
            """
    }

    private static func keys(_ state: State) -> String {
        let primitives = try? state.rsa.publicKey.getKeyPrimitives()
        let point = Array(state.p256.publicKey.rawRepresentation)
        let (x, y) = (Base64.encode(point.prefix(32), .url), Base64.encode(point.suffix(32), .url))
        let n = Base64.encode(primitives.map { Array($0.modulus) } ?? [], .url)
        let e = Base64.encode(primitives.map { Array($0.publicExponent) } ?? [], .url)
        return """
            {"keys":[{"kty":"RSA","use":"enc","kid":"\(state.keyID)","n":"AQAB","e":"AQAB"},
             {"kty":"RSA","use":"sig","alg":"RS256","kid":"\(state.keyID)","n":"\(n)","e":"\(e)"},
             {"kty":"EC","crv":"P-256","kid":"\(state.keyID)","x":"\(x)","y":"\(y)"},
             {"kty":"oct","kid":"\(state.keyID)","k":"AAAA"}]}
            """
    }

    private static func token(
        _ state: inout State,
        _ authorization: String?,
        _ form: String
    ) -> (status: Int, body: String) {
        let pair = "\(QueryText.escape(self.clientID)):\(QueryText.escape(self.secret))"
        guard authorization == "Basic \(Base64.encode(pair.utf8))" else { return (401, #"{"error":"invalid_client"}"#) }
        let refused = (status: 400, body: #"{"error":"invalid_grant"}"#)
        guard let fields = try? AdminQuery(form), fields["grant_type"] == "authorization_code",
            fields["redirect_uri"] == self.redirect, let code = fields["code"], let verifier = fields["code_verifier"],
            // A code is good once.
            let known = state.codes.removeValue(forKey: code),
            Base64.encode(SHA256.hash(data: Array(verifier.utf8)), .url) == known.challenge
        else { return refused }
        return (
            200, "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"id_token\":\"\(self.sign(state, known.nonce))\"}"
        )
    }

    private static func sign(_ state: State, _ nonce: String) -> String {
        let lie = state.lie
        let now = state.clock
        var claims = [
            ("iss", "\"\(lie == .wrongIssuer ? "https://evil.example" : state.issuer)\""),
            ("nonce", "\"\(lie == .wrongNonce ? "another" : nonce)\""),
            ("email", "\"Ann.Smith@example.com\""),
            ("groups", "[\(state.groups.map { "\"\($0)\"" }.joined(separator: ","))]"),
            ("iat", "\(lie == .fromTheFuture ? now + 61 : now)"),
        ]
        if lie != .noSubject { claims.append(("sub", "\"person-42\"")) }
        if lie != .noExpiry { claims.append(("exp", "\(lie == .expired ? now - 61 : now + 300)")) }
        if lie == .notYet { claims.append(("nbf", "\(now + 61)")) }
        switch lie {
        case .wrongAudience: claims.append(("aud", "\"somebody else\""))
        case .manyAudiences: claims.append(("aud", "[\"\(self.clientID)\",\"somebody else\"]"))
        case .foreignParty:
            claims += [("aud", "[\"\(self.clientID)\",\"somebody else\"]"), ("azp", "\"somebody else\"")]
        default: claims.append(("aud", "\"\(self.clientID)\""))
        }
        let algorithm = lie == .algNone ? "none" : lie == .algHMAC ? "HS256" : state.usesP256 ? "ES256" : "RS256"
        let critical = lie == .critical ? #","crit":["exp"],"exp":1"# : ""
        let id = lie == .unknownKey ? "k9" : state.keyID
        let header = "{\"alg\":\"\(algorithm)\",\"kid\":\"\(id)\"\(critical)}"
        let payload = "{" + claims.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        let signed = Base64.encode(header.utf8, .url) + "." + Base64.encode(payload.utf8, .url)
        var signature = self.signature(of: Array(signed.utf8), state)
        if lie == .brokenSignature { signature[signature.count / 2] ^= 1 }
        return signed + "." + (lie == .algNone ? "" : Base64.encode(signature, .url))
    }

    private static func signature(of bytes: [UInt8], _ state: State) -> [UInt8] {
        switch state.lie {
        case .algHMAC:
            // With what everybody knows as the secret, as the classic attack does.
            return Array(
                HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: Array(self.keys(state).utf8)))
            )
        case .otherKey:
            let other = try? _RSA.Signing.PrivateKey(keySize: .bits2048)
            let signature = try? other?.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
            return signature.map { Array($0.rawRepresentation) } ?? [0]
        default:
            if state.usesP256 {
                return (try? state.p256.signature(for: SHA256.hash(data: bytes))).map { Array($0.rawRepresentation) }
                    ?? [0]
            }
            let signature = try? state.rsa.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
            return signature.map { Array($0.rawRepresentation) } ?? [0]
        }
    }
}
