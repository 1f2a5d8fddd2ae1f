import Exchange
import Testing

@testable import Providers

@Suite("Credential plans")
struct CredentialPlanTests {
    private func plan(
        _ configuration: ProviderConfiguration,
        _ secret: String?,
        _ environment: [String: String] = [:]
    ) throws -> CredentialPlan {
        try configuration.credentialPlan(secret: secret.map { Secret($0) }, environment: environment)
    }

    @Test("a key in a header is the same with every request")
    func headers() throws {
        #expect(
            try self.plan(configure(.gemini), "k") == .header(SecretHeader("x-goog-api-key", Secret("k")))
        )
        #expect(
            try self.plan(configure(.azureAnthropic, nil, ["resource": "r"]), "k")
                == .header(SecretHeader("x-api-key", Secret("k")))
        )
        #expect(try self.plan(configure(.openAICompatible, "https://h"), nil) == .none)
        #expect(try self.plan(configure(.openAICompatible, "https://h"), "") == .none)
    }

    @Test("Bedrock's secret is an API key or a key pair, and without one the chain is asked")
    func bedrock() throws {
        let provider = try configure(.bedrock, nil, ["region": "eu-west-1"], hasSecret: false)
        #expect(try self.plan(provider, "ABSK") == .header(SecretHeader("authorization", Secret("Bearer ABSK"))))
        let signer = SigV4Signer(region: "eu-west-1", service: "bedrock")
        let keys = AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("s"), sessionToken: Secret("t"))
        #expect(try self.plan(provider, "AKID:s:t") == .signature(signer, CredentialChain([.fixed(.aws(keys))])))
        #expect(provider.authenticationHeader(secret: Secret("AKID:s:t")) == nil)
        guard case .signature(let other, let chain) = try self.plan(provider, nil, ["HOME": "/h"]) else {
            return #expect(Bool(false), "not signed")
        }
        #expect(other == signer)
        #expect(chain.sources.map(\.name) == ["AWS profile default", "AWS instance metadata"])
        let named = try configure(.bedrock, nil, ["region": "eu-west-1", "profile": "dev"], hasSecret: false)
        guard case .signature(_, let own) = try self.plan(named, nil) else {
            return #expect(Bool(false), "not signed")
        }
        #expect(own.sources.map(\.name) == ["AWS profile dev"])
        for text in ["AKID:", ":s", "a:b:c:d", "a::c"] {
            #expect(throws: CredentialError.self) { try self.plan(provider, text) }
        }
    }

    @Test("Vertex asks for tokens, and never sends its document")
    func vertex() throws {
        let provider = try configure(.vertex, nil, ["google_project": "p"], hasSecret: false)
        #expect(
            try self.plan(provider, nil, ["GOOGLE_APPLICATION_CREDENTIALS": "/a"])
                == .token(CredentialChain([.googleFile(path: "/a", isOptional: false)]))
        )
        let user = #"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}"#
        let google = try GoogleCredential(parsing: Array(user.utf8))
        #expect(try self.plan(provider, user) == .token(CredentialChain([.google(google)])))
        #expect(provider.authenticationHeader(secret: Secret(user)) == nil)
        #expect(throws: CredentialError.self) { try self.plan(provider, "AIza-key") }
    }

    @Test("Azure's settings turn a key into an application's secret, or do without one")
    func azure() throws {
        let entra = ["tenant_id": "t", "client_id": "c", "resource": "r"]
        let application = EntraApplication(tenant: "t", clientID: "c", proof: .secret(Secret("s")))
        for kind in [ProviderKind.azureOpenAI, .azureAnthropic] {
            let provider = try configure(kind, nil, entra)
            #expect(try self.plan(provider, "s") == .token(CredentialChain([.entra(application)])))
            #expect(provider.authenticationHeader(secret: Secret("s")) == nil)
            let bare = try configure(kind, nil, entra, hasSecret: false)
            #expect(throws: CredentialError.self) { try self.plan(bare, nil) }
            let federated = EntraApplication(
                tenant: "t",
                clientID: "c",
                proof: .tokenFile("/f"),
                authority: "https://login.microsoftonline.us"
            )
            let environment = [
                "AZURE_FEDERATED_TOKEN_FILE": "/f", "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us",
            ]
            #expect(try self.plan(bare, nil, environment) == .token(CredentialChain([.entra(federated)])))
            let managed = try configure(kind, nil, ["managed_identity": "true", "resource": "r"], hasSecret: false)
            #expect(
                try self.plan(managed, nil)
                    == .token(CredentialChain([.azureIdentity(AzureIdentity(clientID: nil, environment: [:]))]))
            )
            #expect(fault(kind, nil, ["tenant_id": "t", "resource": "r"])?.field == "settings.client_id")
            #expect(fault(kind, nil, ["client_id": "t", "resource": "r"])?.field == "settings.tenant_id")
            let both = entra.merging(["managed_identity": "true"]) { a, _ in a }
            #expect(fault(kind, nil, both)?.field == "settings.managed_identity")
            #expect(fault(kind, nil, ["tenant_id": "a/b", "resource": "r"])?.code == .invalidSetting)
        }
    }

    @Test("a plan and its credential make the headers of a request")
    func requestHeaders() throws {
        let request = SigV4Request(method: "POST", target: "/x", headers: [HeaderField("host", "h")])
        func headers(_ plan: CredentialPlan, _ credential: Credential?) -> [String: String]? {
            let empty = BodyDigest(of: UnsafeRawBufferPointer(start: nil, count: 0))
            return plan.headers(credential: credential, request: request, body: empty, at: testTime)
                .map { Dictionary($0.map { ($0.name, $0.value.text) }) { a, _ in a } }
        }
        let signer = SigV4Signer(region: "r", service: "bedrock")
        let keys = Credential.aws(AWSCredentials(accessKeyID: "AKID", secretAccessKey: Secret("s")))
        let token = Credential.bearer(Secret("t"))
        let chain = CredentialChain([.fixed(keys)])
        #expect(headers(.none, nil) == [:])
        #expect(headers(.header(SecretHeader("x-api-key", Secret("k"))), nil) == ["x-api-key": "k"])
        #expect(headers(.token(chain), token) == ["authorization": "Bearer t"])
        let signed = try #require(headers(.signature(signer, chain), keys))
        #expect(Set(signed.keys) == ["authorization", "x-amz-date"])
        #expect(headers(.token(chain), nil) == nil && headers(.token(chain), keys) == nil)
        #expect(headers(.signature(signer, chain), nil) == nil && headers(.signature(signer, chain), token) == nil)
        #expect(CredentialPlan.none.chain == nil && CredentialPlan.token(chain).chain?.isFixed == true)
    }

    @Test("plans do not print what they hold")
    func redacted() throws {
        let environment = [
            "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "canary", "AWS_SESSION_TOKEN": "canary",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "canary",
            "IDENTITY_ENDPOINT": "http://localhost/", "IDENTITY_HEADER": "canary",
        ]
        let bedrock = try configure(.bedrock, nil, ["region": "r"], hasSecret: false)
        let profile = try configure(.bedrock, nil, ["region": "r", "profile": "p"], hasSecret: false)
        let managed = try configure(.azureOpenAI, nil, ["managed_identity": "true", "resource": "r"], hasSecret: false)
        let application = try configure(.azureOpenAI, nil, ["tenant_id": "t", "client_id": "c", "resource": "r"])
        let plans = [
            try self.plan(bedrock, nil, environment), try self.plan(bedrock, "AKID:canary:canary"),
            try self.plan(profile, nil, environment), try self.plan(managed, nil, environment),
            try self.plan(application, "canary"), try self.plan(configure(.gemini), "canary"),
        ]
        for plan in plans {
            var dumped = ""
            dump(plan, to: &dumped)
            #expect(!"\(plan) \(String(reflecting: plan)) \(dumped)".contains("canary"))
        }
    }

    @Test("credentials are checked by the kind that takes them")
    func validation() throws {
        func code(_ text: String, _ kind: ProviderKind) -> ProviderConfigurationError.Code? {
            do throws(ProviderConfigurationError) {
                try ProviderConfiguration.validate(secret: Secret(text), kind: kind)
                return nil
            } catch {
                return error.code
            }
        }
        let user = #"{ "type":"authorized_user", "client_id":"c", "client_secret":"s", "refresh_token":"r" }"#
        #expect(code(user, .vertex) == nil)
        #expect(code(user, .openAI) == .invalidSecret)
        #expect(code("key", .vertex) == .invalidSecret)
        #expect(code("AKID:s", .bedrock) == nil && code("ABSK", .bedrock) == nil)
        #expect(code("AKID:", .bedrock) == .invalidSecret && code("A KID", .bedrock) == .invalidSecret)
        #expect(code("k", .gemini) == nil && code("k", .azureAnthropic) == nil)
        #expect(code("a b", .azureOpenAI) == .invalidSecret)
        #expect(code("k", ProviderKind("acme")) == nil)
    }
}
