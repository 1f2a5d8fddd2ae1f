import Crypto
import CryptoExtras
import Wire

/// The keys that a provider signs with (RFC 7517).
struct JSONWebKeys: Sendable {
    private enum Key: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
    }

    private static let maximumKeys = 100
    private static let rsaBytes = 256...1_024
    private var keys: [(id: String?, key: Key)] = []

    /// Reads a set; keys of other kinds and for other uses are passed over.
    init(_ bytes: [UInt8]) throws(OIDCError) {
        self.keys = try OIDCJSON.read(bytes, "the set of keys") { root throws(OIDCError) in
            guard let list = root["keys"], list.kind == .array else { throw OIDCError("the set of keys has no keys") }
            var keys: [(id: String?, key: Key)] = []
            for value in list.elements.prefix(Self.maximumKeys) {
                if let use = value["use"]?.string, use != "sig" { continue }
                if let key = Self.key(value) { keys.append((value["kid"]?.string, key)) }
            }
            return keys
        }
    }

    /// Whether a token's key is here: by its id, or the only one of its kind when the token names none.
    func has(_ token: JSONWebToken) -> Bool { self.key(for: token) != nil }

    /// Whether the signature is the provider's.
    func verify(_ token: JSONWebToken) -> Bool {
        guard let key = self.key(for: token) else { return false }
        let digest = SHA256.hash(data: token.signed)
        switch key {
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: token.signature)
            return key.isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5)
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: token.signature) else {
                return false
            }
            return key.isValidSignature(signature, for: digest)
        }
    }

    /// The key of the token's own kind: an RSA key never checks what says it is signed by another.
    private func key(for token: JSONWebToken) -> Key? {
        let fitting = self.keys.filter { entry in
            switch (entry.key, token.algorithm) {
            case (.rsa, .rs256), (.p256, .es256): true
            case (.rsa, .es256), (.p256, .rs256): false
            }
        }
        if let id = token.keyID { return fitting.first { $0.id == id }?.key }
        return fitting.count == 1 ? fitting.first?.key : nil
    }

    private static func key(_ value: JSONValue) -> Key? {
        func bytes(_ name: StaticString) -> [UInt8]? { value[name]?.string.flatMap { Base64.decode($0.utf8) } }
        switch value["kty"]?.string {
        case "RSA":
            guard let modulus = bytes("n"), let exponent = bytes("e") else { return nil }
            let length = modulus.drop { $0 == 0 }.count
            guard self.rsaBytes.contains(length), (1...8).contains(exponent.count) else { return nil }
            return (try? _RSA.Signing.PublicKey(n: modulus, e: exponent)).map { .rsa($0) }
        case "EC":
            guard value["crv"]?.string == "P-256", let x = bytes("x"), let y = bytes("y"), x.count == 32, y.count == 32
            else { return nil }
            return (try? P256.Signing.PublicKey(rawRepresentation: x + y)).map { .p256($0) }
        default: return nil
        }
    }
}
