import Exchange

/// What the environment says of AWS credentials.
public struct AWSSurroundings: Sendable, Equatable {
    private let keyID: String?
    private let secretKey: Secret?
    private let sessionToken: Secret?
    /// The metadata service of the container, if there is one.
    let container: AWSContainer?
    /// The metadata service of the instance.
    let instance: AWSInstance
    /// Whether that service may be asked.
    let asksInstance: Bool
    /// The role that a token of another issuer takes on, if there is one.
    let webIdentity: AWSWebIdentity?

    /// Reads the variables that AWS's own clients read.
    ///
    /// - Parameters:
    ///   - environment: The process environment.
    ///   - region: The region of the token service; empty for `AWS_REGION`.
    public init(environment: [String: String], region: String = "") {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let region = region.isEmpty ? value("AWS_REGION") ?? value("AWS_DEFAULT_REGION") ?? "" : region
        self.keyID = value("AWS_ACCESS_KEY_ID")
        self.secretKey = value("AWS_SECRET_ACCESS_KEY").map { Secret($0) }
        self.sessionToken = value("AWS_SESSION_TOKEN").map { Secret($0) }
        self.container = AWSContainer(environment: environment)
        self.instance = AWSInstance(environment: environment)
        self.asksInstance = value("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true"
        self.webIdentity = value("AWS_WEB_IDENTITY_TOKEN_FILE").flatMap { path in
            value("AWS_ROLE_ARN").map {
                AWSWebIdentity(
                    roleARN: $0,
                    tokenPath: path,
                    sessionName: value("AWS_ROLE_SESSION_NAME"),
                    region: region
                )
            }
        }
    }

    /// The keys in the environment, for `what`, which is named in messages.
    func keys(_ what: String) throws(CredentialError) -> CredentialSource {
        guard let keyID, let secretKey else {
            throw CredentialError(.malformed, "\(what) sends to AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, not set")
        }
        return .fixed(.aws(try .checked(keyID, secretKey.text, self.sessionToken?.text, "the environment")))
    }

    /// The container's source, for `what`, which is named in messages.
    func container(_ what: String) throws(CredentialError) -> CredentialSource {
        guard let container else {
            throw CredentialError(.malformed, "\(what) sends to AWS_CONTAINER_CREDENTIALS_*, not set")
        }
        return .awsContainer(container)
    }

    /// Whether both halves of a key pair are set.
    var hasKeys: Bool { self.keyID != nil && self.secretKey != nil }
}

extension CredentialChain {
    /// The order in which AWS's own clients look: environment, web identity, shared files, container, instance.
    ///
    /// - Parameters:
    ///   - profile: A profile that the configuration names; then it alone is asked.
    ///   - region: The region of the provider, used for the token service too.
    ///   - environment: The process environment.
    /// - Returns: At least one source.
    /// - Throws: `.malformed` when the keys in the environment cannot travel in headers.
    public static func aws(
        profile: String?,
        region: String,
        environment: [String: String]
    ) throws(CredentialError) -> CredentialChain {
        let files = AWSProfileSource(profile: profile, region: region, environment: environment)
        guard profile == nil else { return CredentialChain([.awsProfile(files)]) }
        let surroundings = AWSSurroundings(environment: environment, region: region)
        var sources: [CredentialSource] = []
        if surroundings.hasKeys { sources.append(try surroundings.keys("the environment")) }
        if let identity = surroundings.webIdentity { sources.append(.awsWebIdentity(identity)) }
        sources.append(.awsProfile(files))
        if let container = surroundings.container {
            sources.append(.awsContainer(container))
        } else if surroundings.asksInstance {
            sources.append(.awsInstance(surroundings.instance))
        }
        return CredentialChain(sources)
    }
}
