import Exchange

/// A role that a token of another issuer takes on. Source: docs.aws.amazon.com/STS, "AssumeRoleWithWebIdentity".
public struct AWSWebIdentity: Sendable, Equatable {
    /// The role's name in full.
    public var roleARN: String
    /// The file with the token, read anew each time.
    public var tokenPath: String
    /// What the session is called in logs; `nil` for `martlet`.
    public var sessionName: String?
    /// The region of the token service; empty for the global one.
    public var region: String

    /// Describes a role.
    public init(roleARN: String, tokenPath: String, sessionName: String? = nil, region: String) {
        self.roleARN = roleARN
        self.tokenPath = tokenPath
        self.sessionName = sessionName
        self.region = region
    }
}

/// A role that a key pair takes on. Source: docs.aws.amazon.com/STS, "AssumeRole".
struct AWSRole {
    var roleARN: String
    var sessionName: String?
    var externalID: String?
    var region: String
}

extension CredentialFetcher {
    func fetch(_ identity: AWSWebIdentity) async throws(CredentialError) -> IssuedCredential {
        let token = try await self.readToken(identity.tokenPath, "the web identity token file")
        let request = CredentialRequest.form(
            try Self.tokenService(identity.region),
            [
                ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", identity.roleARN),
                ("RoleSessionName", identity.sessionName ?? Self.sessionName), ("WebIdentityToken", token),
            ]
        )
        return try self.readAnswer(try await self.transport.fetch(request))
    }

    func fetch(_ role: AWSRole, by credentials: AWSCredentials) async throws(CredentialError) -> IssuedCredential {
        var fields = [
            ("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", role.roleARN),
            ("RoleSessionName", role.sessionName ?? Self.sessionName),
        ]
        if let id = role.externalID { fields.append(("ExternalId", id)) }
        var request = CredentialRequest.form(try Self.tokenService(role.region), fields)
        let signed = SigV4Request(
            method: "POST",
            target: request.target,
            headers: [
                HeaderField("host", request.origin.authority),
                HeaderField("content-type", "application/x-www-form-urlencoded"),
            ]
        )
        let signer = SigV4Signer(region: role.region.isEmpty ? "us-east-1" : role.region, service: "sts")
        let headers = request.body.withUnsafeBytes {
            signer.sign(signed, body: BodyDigest(of: $0), by: credentials, at: self.clock())
        }
        request.headers += headers.map {
            CredentialHeader($0.name, $0.value.withBytes { String(decoding: $0, as: UTF8.self) })
        }
        return try self.readAnswer(try await self.transport.fetch(request))
    }

    private static var sessionName: String { "martlet" }

    /// The token service of a region.
    static func tokenService(_ region: String) throws(CredentialError) -> CredentialURL {
        guard !region.isEmpty else { return try CredentialURL(parsing: "https://sts.amazonaws.com/", what: "STS") }
        guard ProviderSetting.isResourceName(region) else {
            throw CredentialError(.malformed, "the AWS region must be lower-case letters, digits and hyphens")
        }
        return try CredentialURL(parsing: "https://sts.\(region).\(AWSRegion.domain(of: region))/", what: "STS")
    }

    private func readAnswer(_ answer: CredentialResponse) throws(CredentialError) -> IssuedCredential {
        let what = "the AWS token service"
        let text = XMLText(answer.body)
        guard answer.isSuccess else {
            let code = text.first("Code").flatMap { PlainWord.isOne($0) ? $0 : nil } ?? "no reason"
            throw CredentialError(.refused, "\(what) answered \(answer.status): \(code)")
        }
        guard let id = text.first("AccessKeyId"), let secret = text.first("SecretAccessKey"),
            let token = text.first("SessionToken"), let end = text.first("Expiration").flatMap(WallTime.init(parsing:))
        else {
            throw CredentialError(.malformed, "\(what) answered without a complete credential")
        }
        return IssuedCredential(
            .aws(try .checked(id, secret, token, what)),
            issuedAt: self.clock(),
            expiresAt: end
        )
    }
}

/// What a region's name tells.
enum AWSRegion {
    /// The domain of its endpoints.
    static func domain(of region: String) -> String {
        region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    }
}

/// Finds elements of a small XML document by name. No parser: depth, attributes and order mean nothing to it.
struct XMLText {
    private let bytes: [UInt8]

    /// A document.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The text of the first element of a name; `nil` when there is none, or it holds other elements.
    func first(_ name: String) -> String? {
        guard let start = self.find(Array("<\(name)>".utf8), from: 0) else { return nil }
        let content = start + name.utf8.count + 2
        guard let end = self.find(Array("</\(name)>".utf8), from: content) else { return nil }
        let raw = self.bytes[content..<end]
        guard !raw.contains(UInt8(ascii: "<")) else { return nil }
        return Self.unescaped(raw)
    }

    private func find(_ text: [UInt8], from start: Int) -> Int? {
        guard let first = text.first, start + text.count <= self.bytes.count else { return nil }
        for index in start...(self.bytes.count - text.count) where self.bytes[index] == first {
            if self.bytes[index..<(index + text.count)].elementsEqual(text) { return index }
        }
        return nil
    }

    private static func unescaped(_ raw: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = raw
        while let byte = rest.first {
            guard byte == UInt8(ascii: "&") else {
                bytes.append(byte)
                rest = rest.dropFirst()
                continue
            }
            guard let (name, value) = self.entities.first(where: { rest.starts(with: $0.0.utf8) }) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(name.utf8.count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let entities: [(String, UInt8)] = [
        ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")), ("&#xA;", 0x0a), ("&#10;", 0x0a),
    ]
}
