import Exchange
import Wire

/// Google's metadata service of machines and containers. Source: cloud.google.com/compute/docs/metadata.
public struct GoogleMetadata: Sendable, Equatable {
    /// Host and port, as the environment gave them.
    var host: String

    /// The service as an environment names it, or its usual address.
    init(environment: [String: String]) {
        let named = environment["GCE_METADATA_HOST"].flatMap { $0.isEmpty ? nil : $0 }
        self.host = named ?? "169.254.169.254"
    }
}

extension CredentialChain {
    /// Application default credentials: the file that is named, the file of a signed-in user, the metadata server.
    ///
    /// - Parameter environment: The process environment.
    /// - Returns: One source where a file is named, for what is named must not be passed over.
    public static func google(environment: [String: String]) -> CredentialChain {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let path = value("GOOGLE_APPLICATION_CREDENTIALS") {
            return CredentialChain([.googleFile(path: path, isOptional: false)])
        }
        let folder = value("CLOUDSDK_CONFIG") ?? value("HOME").map { "\($0)/.config/gcloud" }
        var sources: [CredentialSource] = []
        if let folder {
            sources.append(.googleFile(path: "\(folder)/application_default_credentials.json", isOptional: true))
        }
        if value("NO_GCE_CHECK")?.lowercased() != "true" {
            sources.append(.googleMetadata(GoogleMetadata(environment: environment)))
        }
        return CredentialChain(sources)
    }
}

extension CredentialFetcher {
    func fetchGoogle(_ path: String, isOptional: Bool) async throws(CredentialError) -> IssuedCredential {
        let document: [UInt8]
        if isOptional {
            document = try await self.transport.readFile(path)
        } else {
            document = try await self.readNamed(path, "the file that GOOGLE_APPLICATION_CREDENTIALS names")
        }
        return try await self.fetch(try GoogleCredential(parsing: document))
    }

    func fetch(_ credential: GoogleCredential) async throws(CredentialError) -> IssuedCredential {
        let now = self.clock()
        let request: CredentialRequest
        switch credential {
        case .serviceAccount(let account):
            let assertion = try account.assertion(scope: GoogleScope.cloud, at: now)
            request = .form(
                account.tokenURL,
                [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                    ("assertion", assertion.text),
                ]
            )
        case .user(let clientID, let clientSecret, let refreshToken):
            request = .form(
                try CredentialURL(parsing: GoogleScope.tokenURL, what: "token_uri"),
                [
                    ("grant_type", "refresh_token"), ("client_id", clientID),
                    ("client_secret", clientSecret.text), ("refresh_token", refreshToken.text),
                ]
            )
        }
        let answer = try await self.transport.fetch(request)
        return try OAuthAnswer.read(answer, "Google's token service", askedAt: now)
    }

    func fetch(_ metadata: GoogleMetadata) async throws(CredentialError) -> IssuedCredential {
        let url = try CredentialURL(parsing: "http://\(metadata.host)", what: "GCE_METADATA_HOST")
        let now = self.clock()
        let scope = FormText.escape(GoogleScope.cloud)
        let request = CredentialRequest(
            .get,
            url.at("/computeMetadata/v1/instance/service-accounts/default/token?scopes=\(scope)"),
            headers: [CredentialHeader("metadata-flavor", "Google")],
            reach: .metadata,
            deadline: .seconds(3)
        )
        guard let answer = try await self.ask(request) else {
            throw CredentialError(.absent, "there is no Google metadata server here")
        }
        // Other clouds answer at the same address; only Google's says so.
        guard answer.headers.contains(where: { $0.name == "metadata-flavor" && $0.value == "Google" }) else {
            throw CredentialError(.absent, "what answers here is not Google's metadata server")
        }
        guard answer.status != 404 else {
            throw CredentialError(.absent, "this Google machine has no service account")
        }
        return try OAuthAnswer.read(answer, "Google's metadata server", askedAt: now)
    }
}

/// The answer of an OAuth 2 token endpoint. Source: RFC 6749, section 5.
enum OAuthAnswer {
    /// Reads a bearer token and its lifetime.
    ///
    /// - Throws: `.refused` with the error's name when the service said no.
    static func read(
        _ answer: CredentialResponse,
        _ what: String,
        askedAt now: WallTime
    ) throws(CredentialError) -> IssuedCredential {
        guard answer.isSuccess else {
            let reason = try? CredentialJSON.read(answer.body, what) { (root) throws(CredentialError) in
                let word = root.word("error") ?? root["error"]?.word("status")
                // Entra's own number says what its word does not: whether the secret is wrong, or has expired.
                let number = root["error_codes"]?.element(0)?.int
                return number.map { "\(word ?? "no reason") (AADSTS\($0))" } ?? word
            }
            let word = (reason ?? nil) ?? "no reason"
            // A busy service says nothing about the credential.
            let isBusy = answer.status == 429 || answer.status >= 500
            throw CredentialError(isBusy ? .unreachable : .refused, "\(what) answered \(answer.status): \(word)")
        }
        return try CredentialJSON.read(answer.body, what) { (root) throws(CredentialError) in
            let token = try TokenText.check(try root.text("access_token", of: what), "the token of \(what)")
            return IssuedCredential(.bearer(Secret(token)), issuedAt: now, expiresAt: self.expiry(root, now))
        }
    }

    /// When the token ends; an hour later where the service does not say, as all of them do.
    private static func expiry(_ root: JSONValue, _ now: WallTime) -> WallTime {
        if let seconds = root.count("expires_in") { return now.adding(seconds: max(0, seconds)) }
        if let instant = root.count("expires_on") { return WallTime(seconds: instant) }
        return now.adding(seconds: 3_600)
    }
}

extension Secret {
    /// The bytes as text.
    var text: String { self.withBytes { String(decoding: $0, as: UTF8.self) } }
}
