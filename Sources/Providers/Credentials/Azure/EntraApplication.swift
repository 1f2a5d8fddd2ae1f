public import Exchange

/// An application registered in Entra ID. Source: learn.microsoft.com/entra, "OAuth 2.0 client credentials flow".
public struct EntraApplication: Sendable, Equatable {
    /// How the application proves who it is.
    public enum Proof: Sendable, Equatable {
        /// By a secret of its own.
        case secret(Secret)
        /// By a token of another issuer, in a file that is read anew each time (Kubernetes).
        case tokenFile(String)
    }

    /// The directory: an id or a domain name.
    public var tenant: String
    /// The application's id.
    public var clientID: String
    /// How it proves who it is.
    public var proof: Proof
    /// Where it does so; other clouds have other hosts.
    public var authority: String
    /// What it asks for.
    public var scope: String

    /// Describes an application.
    public init(
        tenant: String,
        clientID: String,
        proof: Proof,
        authority: String = "https://login.microsoftonline.com",
        scope: String = AzureScope.cognitiveServices + "/.default"
    ) {
        self.tenant = tenant
        self.clientID = clientID
        self.proof = proof
        self.authority = authority
        self.scope = scope
    }
}

/// Azure's names.
public enum AzureScope {
    /// The audience that both OpenAI and Foundry resources take.
    public static let cognitiveServices = "https://cognitiveservices.azure.com"
}

/// The identity that a machine, container or app has in Azure by itself. Source: learn.microsoft.com/entra, "How to use
/// managed identities to acquire an access token".
public struct AzureIdentity: Sendable, Equatable {
    /// Which of several identities; `nil` for the only one.
    public var clientID: String?
    /// What is asked for.
    public var resource: String
    /// App Service's own endpoint and its header, when the environment names them.
    var appService: AppService?

    struct AppService: Sendable, Equatable {
        var endpoint: String
        var header: Secret
    }

    /// The identity that an environment offers.
    public init(
        clientID: String?,
        environment: [String: String],
        resource: String = AzureScope.cognitiveServices
    ) {
        self.clientID = clientID
        self.resource = resource
        if let endpoint = environment["IDENTITY_ENDPOINT"], let header = environment["IDENTITY_HEADER"] {
            self.appService = AppService(endpoint: endpoint, header: Secret(header))
        }
    }
}

extension CredentialFetcher {
    func fetch(_ application: EntraApplication) async throws(CredentialError) -> IssuedCredential {
        guard ProviderSetting.isDomainOrID(application.tenant) else {
            throw CredentialError(.malformed, "the tenant must be an id or a domain name")
        }
        let url = try CredentialURL(parsing: application.authority, what: "AZURE_AUTHORITY_HOST")
            .onInternet(what: "AZURE_AUTHORITY_HOST")
        let now = self.clock()
        var fields = [
            ("grant_type", "client_credentials"), ("client_id", application.clientID), ("scope", application.scope),
        ]
        switch application.proof {
        case .secret(let secret): fields.append(("client_secret", secret.text))
        case .tokenFile(let path):
            let token = try await self.readToken(path, "AZURE_FEDERATED_TOKEN_FILE")
            fields.append(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))
            fields.append(("client_assertion", token))
        }
        let answer = try await self.transport.fetch(
            .form(url.at("/\(application.tenant)/oauth2/v2.0/token"), fields)
        )
        return try OAuthAnswer.read(answer, "Entra ID", askedAt: now)
    }

    func fetch(_ identity: AzureIdentity) async throws(CredentialError) -> IssuedCredential {
        let now = self.clock()
        guard let answer = try await self.ask(try Self.request(identity)) else {
            throw CredentialError(.absent, "there is no Azure metadata service here")
        }
        // "Identity not found" comes as a 400.
        return try OAuthAnswer.read(answer, "Azure managed identity", askedAt: now)
    }

    private static func request(_ identity: AzureIdentity) throws(CredentialError) -> CredentialRequest {
        var query = "resource=\(FormText.escape(identity.resource))"
        if let id = identity.clientID { query += "&client_id=\(FormText.escape(id))" }
        guard let service = identity.appService else {
            let url = try CredentialURL(parsing: "http://169.254.169.254", what: "Azure's metadata service")
            return CredentialRequest(
                .get,
                url.at("/metadata/identity/oauth2/token?api-version=2018-02-01&\(query)"),
                headers: [CredentialHeader("metadata", "true")],
                reach: .metadata,
                deadline: .seconds(5)
            )
        }
        let url = try CredentialURL(parsing: service.endpoint, what: "IDENTITY_ENDPOINT")
        let header = try TokenText.check(service.header.text, "IDENTITY_HEADER")
        let separator = url.target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return CredentialRequest(
            .get,
            url.at("\(url.target)\(separator)api-version=2019-08-01&\(query)"),
            headers: [CredentialHeader("x-identity-header", header)],
            reach: .metadata,
            deadline: .seconds(5)
        )
    }
}
