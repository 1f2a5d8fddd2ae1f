import Crypto
public import Exchange

/// Signs requests by AWS Signature Version 4, in headers.
///
/// A signature is good for five minutes around its date, so every attempt is signed anew.
public struct SigV4Signer: Sendable, Equatable {
    /// The region whose endpoint is asked.
    public var region: String
    /// The service's signing name; Bedrock's runtime is `bedrock`.
    public var service: String

    /// A signer for one service of one region.
    public init(region: String, service: String) {
        self.region = region
        self.service = service
    }

    /// Signs a request.
    ///
    /// - Parameters:
    ///   - request: What is sent; the headers made here are signed with those it names.
    ///   - body: The body's digest.
    ///   - credentials: Who signs.
    ///   - time: Now.
    /// - Returns: The headers to add: `x-amz-date`, `x-amz-security-token` for temporary credentials, `authorization`.
    public func sign(
        _ request: SigV4Request,
        body: BodyDigest,
        by credentials: AWSCredentials,
        at time: WallTime
    ) -> [SecretHeader] {
        var request = request
        request.headers.append(HeaderField("x-amz-date", time.basicText))
        var added = [SecretHeader("x-amz-date", Secret(time.basicText))]
        if let token = credentials.sessionToken {
            request.headers.append(
                HeaderField("x-amz-security-token", token.withBytes { String(decoding: $0, as: UTF8.self) })
            )
            added.append(SecretHeader("x-amz-security-token", token))
        }
        let canonical = CanonicalRequest(request, payloadHash: body.text)
        let scope = "\(time.basicDate)/\(self.region)/\(self.service)/aws4_request"
        let toSign = "AWS4-HMAC-SHA256\n\(time.basicText)\n\(scope)\n\(Self.hash(canonical.text))"
        let key = self.key(credentials.secretAccessKey, date: time.basicDate)
        let signature = Hex.encode(Self.code(toSign, by: key))
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
        added.append(SecretHeader("authorization", Secret(authorization)))
        return added
    }

    static func hash(_ text: String) -> String {
        var text = text
        return text.withUTF8 { BodyDigest(of: UnsafeRawBufferPointer($0)).text }
    }

    private func key(_ secret: Secret, date: String) -> SymmetricKey {
        let first = secret.withBytes { SymmetricKey(data: Array("AWS4".utf8) + $0) }
        return [date, self.region, self.service, "aws4_request"].reduce(first) { key, text in
            SymmetricKey(data: Self.code(text, by: key))
        }
    }

    private static func code(_ text: String, by key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }
}

/// A header whose value does not print.
public struct SecretHeader: Sendable, Equatable {
    /// Lower case.
    public var name: String
    /// The value.
    public var value: Secret

    /// A header.
    public init(_ name: String, _ value: Secret) {
        self.name = name
        self.value = value
    }
}
