/// A secret that opens the admin API to a program. It is never stored itself: only its digest is.
public struct AdminTokenRecord: Sendable, Equatable {
    /// `adt_` and 16 base62 characters.
    public var id: String
    /// A name for people; not unique.
    public var name: String
    /// HMAC-SHA-256 of the whole token under the pepper: 32 bytes, unique.
    public var digest: [UInt8]
    /// What it may do.
    public var grant: AccessGrant
    /// Refused from this instant on.
    public var expiresAt: UnixMilliseconds?
    /// Set once; a revoked token never comes back.
    public var revokedAt: UnixMilliseconds?
    /// When it was last used, to a few minutes.
    public var lastUsedAt: UnixMilliseconds?
    /// Who made it: an actor of the audit trail.
    public var createdBy: String
    /// When it was created.
    public var createdAt: UnixMilliseconds
    /// When it was last changed.
    public var updatedAt: UnixMilliseconds

    /// Makes a record.
    public init(
        id: String,
        name: String,
        digest: [UInt8],
        grant: AccessGrant,
        expiresAt: UnixMilliseconds? = nil,
        revokedAt: UnixMilliseconds? = nil,
        lastUsedAt: UnixMilliseconds? = nil,
        createdBy: String,
        createdAt: UnixMilliseconds,
        updatedAt: UnixMilliseconds
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.grant = grant
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsedAt = lastUsedAt
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A person who signs in.
public struct UserRecord: Sendable, Equatable {
    /// `usr_` and 16 base62 characters.
    public var id: String
    /// What is typed to sign in; unique, lower case.
    public var name: String
    /// scrypt's text of the password; `nil` for who signs in elsewhere alone.
    public var passwordHash: String?
    /// Who the person is to an OpenID provider; `nil` for who does not sign in there.
    public var identity: Identity?
    /// What may be done.
    public var grant: AccessGrant
    /// A disabled user is refused, and has no sessions.
    public var isEnabled: Bool
    /// When the person last signed in.
    public var lastSignInAt: UnixMilliseconds?
    /// Who made it: an actor of the audit trail.
    public var createdBy: String
    /// When it was created.
    public var createdAt: UnixMilliseconds
    /// When it was last changed.
    public var updatedAt: UnixMilliseconds

    /// A person at an OpenID provider.
    public struct Identity: Sendable, Equatable {
        /// The provider, as its tokens name it.
        public var issuer: String
        /// The person there, who never becomes another.
        public var subject: String

        /// Names a person.
        public init(issuer: String, subject: String) {
            self.issuer = issuer
            self.subject = subject
        }
    }

    /// Makes a record.
    public init(
        id: String,
        name: String,
        passwordHash: String? = nil,
        identity: Identity? = nil,
        grant: AccessGrant,
        isEnabled: Bool = true,
        lastSignInAt: UnixMilliseconds? = nil,
        createdBy: String,
        createdAt: UnixMilliseconds,
        updatedAt: UnixMilliseconds
    ) {
        self.id = id
        self.name = name
        self.passwordHash = passwordHash
        self.identity = identity
        self.grant = grant
        self.isEnabled = isEnabled
        self.lastSignInAt = lastSignInAt
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A sign-in that is still good. Its secret is in a cookie; only the digest is stored.
public struct SessionRecord: Sendable, Equatable {
    /// `ses_` and 16 base62 characters.
    public var id: String
    /// HMAC-SHA-256 of the secret under the pepper: 32 bytes, unique.
    public var digest: [UInt8]
    /// Whose it is.
    public var userID: String
    /// The address that signed in.
    public var origin: String
    /// When it began.
    public var createdAt: UnixMilliseconds
    /// When it was last used, to about a minute.
    public var lastSeenAt: UnixMilliseconds
    /// Refused from this instant on, however much it is used.
    public var expiresAt: UnixMilliseconds

    /// Makes a record.
    public init(
        id: String,
        digest: [UInt8],
        userID: String,
        origin: String,
        createdAt: UnixMilliseconds,
        lastSeenAt: UnixMilliseconds,
        expiresAt: UnixMilliseconds
    ) {
        self.id = id
        self.digest = digest
        self.userID = userID
        self.origin = origin
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.expiresAt = expiresAt
    }
}
