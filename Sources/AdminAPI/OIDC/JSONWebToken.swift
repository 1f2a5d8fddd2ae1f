import Wire

/// A signed token in its compact form (RFC 7515, section 3.1), taken apart and not yet believed.
struct JSONWebToken {
    private static let maximumBytes = 65_536

    /// The algorithms that are believed: signatures with a key that only the provider has. `none` is none of them, and neither
    /// is any that would take a public key for a shared secret.
    enum Algorithm: String {
        case rs256 = "RS256"
        case es256 = "ES256"
    }

    let algorithm: Algorithm
    /// Which key signed; `nil` when the token does not say.
    let keyID: String?
    /// What was signed.
    let signed: [UInt8]
    let signature: [UInt8]
    /// A JSON object.
    let payload: [UInt8]

    init(_ text: String) throws(OIDCError) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumBytes, parts.count == 3 else {
            throw OIDCError("the token has another form")
        }
        let decoded = parts.map { Self.decode(Array($0)) }
        guard let header = decoded[0], let payload = decoded[1], let signature = decoded[2], !signature.isEmpty else {
            throw OIDCError("the token is not base64url")
        }
        let (algorithm, keyID) = try OIDCJSON.read(header, "the token's header") { root throws(OIDCError) in
            // An extension that must be understood is not (RFC 7515, section 4.1.11).
            guard root["crit"] == nil else { throw OIDCError("the token's header has crit") }
            guard let algorithm = root["alg"]?.string.flatMap(Algorithm.init) else {
                throw OIDCError("the token is signed by an algorithm that is not RS256 or ES256")
            }
            return (algorithm, root["kid"]?.string)
        }
        self.algorithm = algorithm
        self.keyID = keyID
        self.payload = payload
        self.signature = signature
        self.signed = Array(parts[0]) + [UInt8(ascii: ".")] + Array(parts[1])
    }

    /// Base64url without padding, and nothing else.
    private static func decode(_ text: [UInt8]) -> [UInt8]? {
        let isPlain = text.allSatisfy { Base62.contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        return isPlain ? Base64.decode(text) : nil
    }
}

/// Why a sign-in at a provider came to nothing: for the audit trail and the log; a browser is told less.
struct OIDCError: Error, Equatable {
    var what: String

    init(_ what: String) {
        self.what = what
    }
}

/// Reads what a provider sends.
enum OIDCJSON {
    static func read<R>(
        _ bytes: [UInt8],
        _ what: String,
        _ body: (JSONValue) throws(OIDCError) -> R
    ) throws(OIDCError) -> R {
        var limits = JSONLimits()
        limits.maxDepth = 32
        let tape = JSONTape(limits: limits)
        do throws(JSONReadError<OIDCError>) {
            return try bytes.withUnsafeBufferPointer { (bytes) throws(JSONReadError<OIDCError>) in
                try tape.read(UnsafeRawBufferPointer(bytes)) { (root) throws(OIDCError) in
                    guard root.kind == .object else { throw OIDCError("\(what) is no JSON object") }
                    return try body(root)
                }
            }
        } catch {
            switch error {
            case .json: throw OIDCError("\(what) is not JSON")
            case .body(let error): throw error
            }
        }
    }
}
