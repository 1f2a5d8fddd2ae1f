import Exchange

/// A profile of AWS's shared files, and where those are.
public struct AWSProfileSource: Sendable, Equatable {
    /// Which profile.
    public var profile: String
    /// Whether the profile was asked for by name: then it must be there.
    public var isNamed: Bool
    /// The path of the `credentials` file.
    public var credentialsPath: String
    /// The path of the `config` file.
    public var configPath: String
    /// The region of the token service, when a profile names none.
    public var region: String
    /// The environment, for profiles that send there (`credential_source = Environment`).
    var surroundings: AWSSurroundings

    /// The profile that an environment names, in the files it names.
    ///
    /// - Parameters:
    ///   - profile: The profile configured; `nil` for `AWS_PROFILE`, or `default`.
    ///   - region: The region of the provider.
    ///   - environment: The process environment.
    public init(profile: String?, region: String, environment: [String: String]) {
        let named = profile ?? environment["AWS_PROFILE"].flatMap { $0.isEmpty ? nil : $0 }
        let folder = "\(environment["HOME"] ?? "")/.aws"
        self.profile = named ?? "default"
        self.isNamed = named != nil
        self.credentialsPath = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "\(folder)/credentials"
        self.configPath = environment["AWS_CONFIG_FILE"] ?? "\(folder)/config"
        self.region = region
        self.surroundings = AWSSurroundings(environment: environment)
    }

    /// The region of a profile, for those who find a provider in the files.
    ///
    /// - Parameters:
    ///   - profile: Its name.
    ///   - credentials: The content of the `credentials` file, if there is one.
    ///   - config: The content of the `config` file, if there is one.
    /// - Returns: `nil` when the profile names none.
    public static func region(of profile: String, credentials: [UInt8]?, config: [UInt8]?) -> String? {
        SharedProfiles(credentials: credentials, config: config).settings(of: profile)?["region"]
    }
}

extension CredentialFetcher {
    /// The credential of a profile: its own keys, or a role that it takes on.
    func fetch(_ source: AWSProfileSource) async throws(CredentialError) -> IssuedCredential {
        let profiles = SharedProfiles(
            credentials: try await self.readOptional(source.credentialsPath),
            config: try await self.readOptional(source.configPath)
        )
        return try await self.resolve(source.profile, profiles, source, visited: [])
    }

    private func resolve(
        _ profile: String,
        _ profiles: SharedProfiles,
        _ source: AWSProfileSource,
        visited: [String]
    ) async throws(CredentialError) -> IssuedCredential {
        let what = "AWS profile \(Self.printable(profile))"
        guard let settings = profiles.settings(of: profile) else {
            let isAsked = source.isNamed || !visited.isEmpty
            throw CredentialError(isAsked ? .malformed : .absent, "\(what) is in neither shared file")
        }
        guard let role = settings["role_arn"] else {
            return try self.ownKeys(settings, what, isNeeded: !visited.isEmpty)
        }
        guard visited.count < 5, !visited.contains(profile) else {
            throw CredentialError(.malformed, "\(what) takes on roles in a circle, or more than five of them")
        }
        let region = settings["region"] ?? source.region
        if let path = settings["web_identity_token_file"] {
            return try await self.fetch(
                AWSWebIdentity(
                    roleARN: role,
                    tokenPath: path,
                    sessionName: settings["role_session_name"],
                    region: region
                )
            )
        }
        let base = try await self.base(of: profile, settings, profiles, source, visited: visited)
        guard case .aws(let credentials) = base.credential else {
            throw CredentialError(.unsupported, "\(what) takes on a role without a key pair")
        }
        return try await self.fetch(
            AWSRole(
                roleARN: role,
                sessionName: settings["role_session_name"],
                externalID: settings["external_id"],
                region: region
            ),
            by: credentials
        )
    }

    /// Whose keys take on the role.
    private func base(
        of profile: String,
        _ settings: [String: String],
        _ profiles: SharedProfiles,
        _ source: AWSProfileSource,
        visited: [String]
    ) async throws(CredentialError) -> IssuedCredential {
        let what = "AWS profile \(Self.printable(profile))"
        if let next = settings["source_profile"] {
            // A profile may name itself: its own keys then take on its role.
            if next == profile { return try self.ownKeys(settings, what, isNeeded: true) }
            return try await self.resolve(next, profiles, source, visited: visited + [profile])
        }
        switch settings["credential_source"] {
        case "Environment": return try await self.fetch(try source.surroundings.keys(what))
        case "EcsContainer": return try await self.fetch(try source.surroundings.container(what))
        case "Ec2InstanceMetadata": return try await self.fetch(.awsInstance(source.surroundings.instance))
        default:
            throw CredentialError(
                .malformed,
                "\(what) has a role_arn, but neither source_profile, credential_source nor web_identity_token_file"
            )
        }
    }

    private func ownKeys(
        _ settings: [String: String],
        _ what: String,
        isNeeded: Bool
    ) throws(CredentialError) -> IssuedCredential {
        if let keys = try AWSCredentials.own(of: settings, what) {
            return IssuedCredential(.aws(keys), issuedAt: self.clock(), expiresAt: nil)
        }
        for name in ["credential_process", "sso_session", "sso_start_url", "login_session"] where settings[name] != nil
        {
            throw CredentialError(
                .unsupported,
                "\(what) uses \(name), which Martlet does not; export keys, or use a role"
            )
        }
        throw CredentialError(isNeeded ? .malformed : .absent, "\(what) has no key pair")
    }

    private static func printable(_ name: String) -> String { PlainWord.isOne(name) ? name : "(unprintable)" }
}
