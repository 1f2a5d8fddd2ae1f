import Crypto
import CryptoExtras
public import Exchange
import Wire

/// What a credential file of Google's holds: a service account, or a signed-in user.
public enum GoogleCredential: Sendable, Equatable {
    /// A key that signs assertions of its own.
    case serviceAccount(GoogleServiceAccount)
    /// A user's refresh token.
    case user(clientID: String, clientSecret: Secret, refreshToken: Secret)

    /// Reads a file's content. The private key is read too, so that a broken one is told when it is configured.
    ///
    /// - Parameter document: JSON, or that in Base64 where a text without spaces is wanted.
    /// - Throws: `.malformed`; `.unsupported` for other types of credential.
    public init(parsing document: [UInt8]) throws(CredentialError) {
        let what = "the Google credential"
        let isJSON = document.first { $0 != 0x20 && !(0x09...0x0d).contains($0) } == UInt8(ascii: "{")
        guard let json = isJSON ? document : Wire.Base64.decode(document) else {
            throw CredentialError(.malformed, "\(what) must be a JSON document, or that in Base64")
        }
        self = try CredentialJSON.read(json, what) { (root) throws(CredentialError) in
            switch root["type"]?.string {
            case "service_account": return .serviceAccount(try GoogleServiceAccount(root))
            case "authorized_user":
                return .user(
                    clientID: try root.text("client_id", of: what),
                    clientSecret: Secret(try root.text("client_secret", of: what)),
                    refreshToken: Secret(try root.text("refresh_token", of: what))
                )
            case nil: throw CredentialError(.malformed, "\(what) has no type")
            default:
                let type = root.word("type") ?? "of another type"
                throw CredentialError(
                    .unsupported,
                    "\(what) is \(type); Martlet takes service_account and authorized_user"
                )
            }
        }
    }
}

/// A service account with its key.
public struct GoogleServiceAccount: Sendable, Equatable {
    /// Who it is.
    public let email: String
    /// Which of its keys this is, if the file says.
    public let keyID: String?
    /// Its project, if the file says.
    public let project: String?
    /// PEM, PKCS#8.
    let privateKey: Secret
    /// Where assertions are exchanged.
    let tokenURL: CredentialURL

    init(_ root: JSONValue) throws(CredentialError) {
        let what = "the Google service account"
        self.email = try root.text("client_email", of: what)
        self.keyID = root["private_key_id"]?.string
        self.project = root["project_id"]?.string
        self.privateKey = Secret(try root.text("private_key", of: what))
        let url = root["token_uri"]?.string ?? GoogleScope.tokenURL
        self.tokenURL = try CredentialURL(parsing: url, what: "token_uri").onInternet(what: "token_uri")
        _ = try self.signingKey()
    }

    /// The key.
    ///
    /// - Throws: `.malformed` when it is not an RSA key of 2,048 bits or more.
    private func signingKey() throws(CredentialError) -> _RSA.Signing.PrivateKey {
        do {
            let pem = self.privateKey.withBytes { String(decoding: $0, as: UTF8.self) }
            return try _RSA.Signing.PrivateKey(pemRepresentation: pem)
        } catch {
            throw CredentialError(.malformed, "private_key is not an RSA key in PEM form of 2048 bits or more")
        }
    }

    /// A signed statement of who asks for what: a JWT, RS256. Source: RFC 7523; developers.google.com/identity,
    /// "Using OAuth 2.0 for server to server applications".
    ///
    /// - Parameters:
    ///   - scope: What is asked for.
    ///   - now: When; the statement is good for an hour.
    /// - Returns: Header, claims and signature.
    /// - Throws: `.malformed` when the key cannot sign.
    func assertion(scope: String, at now: WallTime) throws(CredentialError) -> Secret {
        var header = JSONWriter()
        header.object {
            $0.member("alg", "RS256")
            $0.member("typ", "JWT")
            if let keyID = self.keyID { $0.member("kid", keyID) }
        }
        var claims = JSONWriter()
        claims.object {
            $0.member("iss", self.email)
            $0.member("scope", scope)
            $0.member("aud", "\(self.tokenURL.origin)\(self.tokenURL.target)")
            $0.member("iat", now.seconds)
            $0.member("exp", now.adding(seconds: 3_600).seconds)
        }
        let statement = "\(Wire.Base64.encode(header.bytes, .url)).\(Wire.Base64.encode(claims.bytes, .url))"
        let key = try self.signingKey()
        do {
            let digest = SHA256.hash(data: Array(statement.utf8))
            let signature = try key.signature(for: digest, padding: .insecurePKCS1v1_5)
            return Secret("\(statement).\(Wire.Base64.encode(signature.rawRepresentation, .url))")
        } catch {
            throw CredentialError(.malformed, "private_key cannot sign")
        }
    }
}

/// Google's names.
enum GoogleScope {
    /// Everything that the account may do; narrower scopes do not open Vertex.
    static let cloud = "https://www.googleapis.com/auth/cloud-platform"
    /// Where tokens are exchanged, unless a file says otherwise.
    static let tokenURL = "https://oauth2.googleapis.com/token"
}
