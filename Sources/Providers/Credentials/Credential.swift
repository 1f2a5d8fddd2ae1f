public import Exchange

/// What proves to a vendor who is asking.
public enum Credential: Sendable, Equatable {
    /// Stands in `Authorization` after `Bearer`.
    case bearer(Secret)
    /// Signs requests.
    case aws(AWSCredentials)
}

/// A key pair of AWS, with the session token that temporary ones have.
public struct AWSCredentials: Sendable, Equatable {
    /// The public half: `AKIA…`, or `ASIA…` for temporary ones.
    public var accessKeyID: String
    /// The secret half.
    public var secretAccessKey: Secret
    /// Sent as `x-amz-security-token`; `nil` for keys of long standing.
    public var sessionToken: Secret?

    /// A key pair.
    public init(accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

/// A credential with its time.
public struct IssuedCredential: Sendable, Equatable {
    /// The credential.
    public var credential: Credential
    /// When it was issued, or asked for.
    public var issuedAt: WallTime
    /// When it stops being good; `nil` when it does not.
    public var expiresAt: WallTime?

    /// A credential with its time.
    public init(_ credential: Credential, issuedAt: WallTime, expiresAt: WallTime?) {
        self.credential = credential
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}
