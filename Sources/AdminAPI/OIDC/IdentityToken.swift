import Storage
import Wire

/// What a provider says of a person, once it is believed (OpenID Connect Core 1.0, section 3.1.3.7).
struct IdentityToken: Sendable, Equatable {
    /// How far clocks may differ.
    static let skewSeconds: Int64 = 60

    var subject: String
    /// A name for people; `nil` when the provider tells none.
    var name: String?
    var groups: [String]

    /// Believes a payload whose signature was verified, or throws why not.
    init(
        _ payload: [UInt8],
        _ settings: OIDCSettings,
        nonce: String,
        now: UnixMilliseconds
    ) throws(OIDCError) {
        let seconds = now / 1_000
        self = try OIDCJSON.read(payload, "the token") { root throws(OIDCError) in
            guard root["iss"]?.string == settings.issuer else { throw OIDCError("the token is of another issuer") }
            try Self.checkAudience(root, settings.clientID)
            guard let expiry = root["exp"]?.int, Int64(expiry) > seconds - Self.skewSeconds else {
                throw OIDCError("the token has expired, or never does")
            }
            guard let issued = root["iat"]?.int, Int64(issued) < seconds + Self.skewSeconds else {
                throw OIDCError("the token was issued in the future, or does not say when")
            }
            if let start = root["nbf"] {
                guard let start = start.int, Int64(start) < seconds + Self.skewSeconds else {
                    throw OIDCError("the token is not good yet")
                }
            }
            guard let given = root["nonce"]?.string, SecretText.isEqual(given, nonce) else {
                throw OIDCError("the token answers another sign-in: its nonce is wrong")
            }
            guard let subject = root["sub"]?.string, (1...255).contains(subject.utf8.count) else {
                throw OIDCError("the token names nobody")
            }
            return IdentityToken(subject: subject, root: root, groupsClaim: settings.groupsClaim)
        }
    }

    private init(subject: String, root: JSONValue, groupsClaim: String) {
        self.subject = subject
        // An address that the provider has not verified could be anybody's.
        let isVerified = root["email_verified"]?.bool != false
        let email = isVerified ? root["email"]?.string : nil
        self.name = email ?? root["preferred_username"]?.string
        switch root.member(groupsClaim) {
        case let claim? where claim.kind == .array: self.groups = claim.elements.compactMap(\.string)
        case let claim?: self.groups = claim.string.map { [$0] } ?? []
        case nil: self.groups = []
        }
    }

    /// The token is for us; when it is for others too, it says that it was given to us.
    private static func checkAudience(_ root: JSONValue, _ clientID: String) throws(OIDCError) {
        let audiences: [String]
        switch root["aud"] {
        case let value? where value.kind == .array: audiences = value.elements.compactMap(\.string)
        case let value?: audiences = value.string.map { [$0] } ?? []
        case nil: audiences = []
        }
        guard audiences.contains(where: { $0.utf8.elementsEqual(clientID.utf8) }) else {
            throw OIDCError("the token is for another audience")
        }
        let party = root["azp"]?.string
        guard audiences.count == 1 || party != nil, party.map({ $0 == clientID }) ?? true else {
            throw OIDCError("the token was given to another party")
        }
    }
}

/// Compares texts that others guess.
enum SecretText {
    static func isEqual(_ a: String, _ b: String) -> Bool {
        guard a.utf8.count == b.utf8.count else { return false }
        var difference: UInt8 = 0
        for (x, y) in zip(a.utf8, b.utf8) { difference |= x ^ y }
        return difference == 0
    }
}
