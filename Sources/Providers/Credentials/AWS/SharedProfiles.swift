import Exchange

/// The profiles of AWS's two shared files together: `credentials` goes before `config`.
struct SharedProfiles: Sendable, Equatable {
    private let credentials: INIFile
    private let config: INIFile

    /// Reads the two files; either may be missing.
    init(credentials: [UInt8]?, config: [UInt8]?) {
        self.credentials = INIFile(parsing: credentials ?? [])
        self.config = INIFile(parsing: config ?? [])
    }

    /// A profile's settings; `nil` when neither file has it.
    func settings(of profile: String) -> [String: String]? {
        let key = profile == "default" ? ["profile default", "default"] : ["profile \(profile)"]
        let configured = key.lazy.compactMap { self.config.sections[$0] }.first
        let secret = self.credentials.sections[profile]
        guard configured != nil || secret != nil else { return nil }
        return (configured ?? [:]).merging(secret ?? [:]) { _, new in new }
    }
}

extension AWSCredentials {
    /// A profile's own keys; `nil` when it has none.
    ///
    /// - Throws: `.malformed` when it has one half alone.
    static func own(
        of settings: [String: String],
        _ what: String
    ) throws(CredentialError) -> AWSCredentials? {
        let id = settings["aws_access_key_id"] ?? ""
        let secret = settings["aws_secret_access_key"] ?? ""
        switch (id.isEmpty, secret.isEmpty) {
        case (true, true): return nil
        case (false, false): return try .checked(id, secret, settings["aws_session_token"], what)
        case (true, false), (false, true):
            throw CredentialError(.malformed, "\(what) has one half of a key pair; it needs both")
        }
    }

    /// A key pair whose parts can travel in headers.
    static func checked(
        _ id: String,
        _ secret: String,
        _ token: String?,
        _ what: String
    ) throws(CredentialError) -> AWSCredentials {
        let id = try TokenText.check(id, "the access key id of \(what)")
        let secret = try TokenText.check(secret, "the secret access key of \(what)")
        let isTemporary = token.map { !$0.isEmpty } ?? false
        let session = isTemporary ? try TokenText.check(token ?? "", "the session token of \(what)") : nil
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: Secret(secret),
            sessionToken: session.map { Secret($0) }
        )
    }
}
