import Exchange

/// The settings by which an Azure resource is asked with tokens.
enum AzureSettings {
    static let all: [ProviderSetting] = [
        .matching(
            "tenant_id",
            "The Entra directory of an application; the secret is then the application's, not a key.",
            rule: "must be a directory's id or domain name",
            ProviderSetting.isDomainOrID
        ),
        .matching(
            "client_id",
            "The application's id, or the managed identity's.",
            rule: "must be an application's id",
            ProviderSetting.isDomainOrID
        ),
        .flag("managed_identity", "Whether the identity of the machine that Martlet runs on is used."),
    ]

    /// Whether tokens are used at all.
    static func usesTokens(_ settings: [String: String]) -> Bool {
        settings["tenant_id"] != nil || settings["managed_identity"] == "true"
    }

    /// Refuses halves.
    static func check(_ settings: [String: String]) throws(ProviderConfigurationError) {
        let isManaged = settings["managed_identity"] == "true"
        if settings["tenant_id"] != nil, isManaged {
            throw ProviderConfigurationError(
                .invalidSetting,
                field: "settings.managed_identity",
                "must not be true together with tenant_id: a managed identity has no directory to name"
            )
        }
        if settings["tenant_id"] != nil, settings["client_id"] == nil {
            throw ProviderConfigurationError(
                .invalidSetting,
                field: "settings.client_id",
                "is needed with tenant_id: the id of the application"
            )
        }
        if settings["client_id"] != nil, settings["tenant_id"] == nil, !isManaged {
            throw ProviderConfigurationError(
                .invalidSetting,
                field: "settings.tenant_id",
                "is needed with client_id: the directory of the application"
            )
        }
    }

    /// Where the token comes from.
    static func chain(
        _ settings: [String: String],
        secret: Secret?,
        environment: [String: String]
    ) throws(CredentialError) -> CredentialChain {
        guard let tenant = settings["tenant_id"], let client = settings["client_id"] else {
            let identity = AzureIdentity(clientID: settings["client_id"], environment: environment)
            return CredentialChain([.azureIdentity(identity)])
        }
        let proof: EntraApplication.Proof
        if let secret {
            proof = .secret(secret)
        } else if let path = environment["AZURE_FEDERATED_TOKEN_FILE"], !path.isEmpty {
            proof = .tokenFile(path)
        } else {
            throw CredentialError(
                .absent,
                "an Entra application needs its secret, or AZURE_FEDERATED_TOKEN_FILE in the environment"
            )
        }
        let authority = environment["AZURE_AUTHORITY_HOST"].flatMap { $0.isEmpty ? nil : $0 }
        return CredentialChain([
            .entra(
                EntraApplication(
                    tenant: tenant,
                    clientID: client,
                    proof: proof,
                    authority: authority ?? "https://login.microsoftonline.com"
                )
            )
        ])
    }
}
