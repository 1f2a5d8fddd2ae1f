public import Exchange

/// How a provider's requests prove who sends them.
public enum AuthenticationKind: Sendable, Equatable {
    /// The configured credential stands in a header.
    case header(AuthenticationHeader)
    /// Each request is signed.
    case awsSigV4(SigV4Signer)
    /// An access token of Google's, as `Authorization: Bearer`.
    case googleToken
    /// An access token of Entra ID, as `Authorization: Bearer`.
    case entraToken
}

/// Which ways of proof a kind of vendor knows.
enum ProofRule: Sendable {
    /// The header alone.
    case header
    /// AWS: a key pair signs, anything else is an API key in the header; without a credential, the usual chain signs.
    case aws(service: String)
    /// Google: tokens alone.
    case google
    /// Azure: tokens when the settings name an application or the machine's identity, else the header.
    case azure
}

/// What a provider's sender has to do, with all that it takes.
public enum CredentialPlan: Sendable, Equatable {
    /// Nothing is sent.
    case none
    /// The same header with every request.
    case header(SecretHeader)
    /// `Authorization: Bearer` with the chain's token.
    case token(CredentialChain)
    /// Each attempt is signed with the chain's key pair.
    case signature(SigV4Signer, CredentialChain)
}

extension ProviderConfiguration {
    /// How requests prove who sends them.
    ///
    /// - Parameter secret: The configured credential, if there is one.
    /// - Returns: The way that credential and settings lead to.
    public func authenticationKind(secret: Secret?) -> AuthenticationKind {
        switch self.descriptor.proof {
        case .header: .header(self.authentication)
        case .google: .googleToken
        case .azure: AzureSettings.usesTokens(self.settings) ? .entraToken : .header(self.authentication)
        case .aws(let service):
            if let secret, !secret.isEmpty, !AWSKeyText.isKeyPair(secret) {
                .header(self.authentication)
            } else {
                .awsSigV4(SigV4Signer(region: self.signingRegion, service: service))
            }
        }
    }

    /// What the sender has to do.
    ///
    /// - Parameters:
    ///   - secret: The configured credential, if there is one.
    ///   - environment: The process environment, for the clouds' own places to look.
    /// - Returns: The plan; fetching is left to ``CredentialChain/fetch(by:clock:)`` and ``TokenCache``.
    /// - Throws: `CredentialError` when the credential is not of the form that its way needs.
    public func credentialPlan(
        secret: Secret?,
        environment: [String: String]
    ) throws(CredentialError) -> CredentialPlan {
        let given = secret.flatMap { $0.isEmpty ? nil : $0 }
        switch self.authenticationKind(secret: given) {
        case .header:
            guard let (name, value) = self.authenticationHeader(secret: given) else { return .none }
            return .header(SecretHeader(name, value))
        case .googleToken:
            guard let given else { return .token(.google(environment: environment)) }
            return .token(CredentialChain([.google(try GoogleCredential(parsing: given.bytes))]))
        case .entraToken:
            return .token(try AzureSettings.chain(self.settings, secret: given, environment: environment))
        case .awsSigV4(let signer):
            guard let given else {
                let profile = self.settings["profile"]
                return .signature(signer, try .aws(profile: profile, region: signer.region, environment: environment))
            }
            return .signature(signer, CredentialChain([.fixed(.aws(try AWSKeyText.read(given)))]))
        }
    }

    /// The region of signatures: the setting's, or the one in the host's name.
    var signingRegion: String {
        self.settings["region"] ?? self.route.flatMap { BedrockHost.region(of: $0.host) } ?? ""
    }
}

/// A key pair as one word: `ID:SECRET`, or `ID:SECRET:SESSIONTOKEN`. No part of one can hold a colon, nor can an API key.
enum AWSKeyText {
    static func isKeyPair(_ secret: Secret) -> Bool {
        secret.withBytes { $0.contains(UInt8(ascii: ":")) }
    }

    /// Reads the parts.
    static func read(_ secret: Secret) throws(CredentialError) -> AWSCredentials {
        let parts = secret.text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
            throw CredentialError(.malformed, "the secret must be ID:SECRET or ID:SECRET:SESSIONTOKEN, or an API key")
        }
        return try .checked(parts[0], parts[1], parts.count == 3 ? parts[2] : nil, "the secret")
    }
}
