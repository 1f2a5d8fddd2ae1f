import Exchange
import Testing

@testable import Providers

@Suite("Azure credentials")
struct AzureCredentialTests {
    private static let token = #"{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ0"}"#

    private func entra(tenant: String = "t-1", proof: EntraApplication.Proof) -> CredentialChain {
        CredentialChain([.entra(EntraApplication(tenant: tenant, clientID: "app", proof: proof))])
    }

    @Test("an application's secret is exchanged")
    func secret() async throws {
        let world = FakeWorld([CredentialResponse(Self.token)])
        let issued = try await self.entra(proof: .secret(Secret("s~&"))).fetch(world)
        #expect(issued.bearer == "eyJ0")
        #expect(issued.expiresAt == testTime.adding(seconds: 3_599))
        let request = try #require(world.requests.first)
        #expect(request.url == "https://login.microsoftonline.com/t-1/oauth2/v2.0/token")
        #expect(
            request.form == [
                "grant_type": "client_credentials", "client_id": "app", "client_secret": "s~%26",
                "scope": "https%3A%2F%2Fcognitiveservices.azure.com%2F.default",
            ]
        )
    }

    @Test("an application may prove itself by another issuer's token")
    func federated() async throws {
        let world = FakeWorld(files: ["/f": "jwt\n"], [CredentialResponse(Self.token)])
        _ = try await self.entra(proof: .tokenFile("/f")).fetch(world)
        #expect(world.requests.first?.form["client_assertion"] == "jwt")
        #expect(world.requests.first?.form["client_secret"] == nil)
    }

    @Test("a tenant stays one path segment", arguments: ["", "a/b", "..", "a..b", ".a", "a b", "a%2f", "é"])
    func tenants(_ tenant: String) async {
        let world = FakeWorld([CredentialResponse(Self.token)])
        #expect(await self.entra(tenant: tenant, proof: .secret(Secret("s"))).failure(world)?.code == .malformed)
        #expect(world.requests.isEmpty)
    }

    @Test("a refusal is told by its name alone")
    func refusal() async throws {
        let body = #"{"error":"invalid_client","error_description":"AADSTS7000215: canary"}"#
        let error = try #require(
            await self.entra(proof: .secret(Secret("s"))).failure(FakeWorld([CredentialResponse(401, body)]))
        )
        #expect(error == CredentialError(.refused, "Entra ID answered 401: invalid_client"))
        let numbered = #"{"error":"invalid_client","error_codes":[7000222],"error_description":"canary"}"#
        let told = await self.entra(proof: .secret(Secret("s"))).failure(FakeWorld([CredentialResponse(401, numbered)]))
        #expect(told?.message == "Entra ID answered 401: invalid_client (AADSTS7000222)")
    }

    @Test("a machine's own identity is asked at its metadata service")
    func managed() async throws {
        let world = FakeWorld([CredentialResponse(#"{"access_token":"m","expires_in":"3600","expires_on":"1"}"#)])
        let identity = AzureIdentity(clientID: "c", environment: [:])
        let issued = try await CredentialChain([.azureIdentity(identity)]).fetch(world)
        #expect(issued.bearer == "m")
        #expect(issued.expiresAt == testTime.adding(seconds: 3_600))
        let request = try #require(world.requests.first)
        #expect(
            request.url == "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
                + "&resource=https%3A%2F%2Fcognitiveservices.azure.com&client_id=c"
        )
        #expect(request.header("metadata") == "true")
    }

    @Test("an app's identity is asked at the endpoint that the environment names")
    func appService() async throws {
        let world = FakeWorld([CredentialResponse(#"{"access_token":"m","expires_on":"1800003600"}"#)])
        let environment = ["IDENTITY_ENDPOINT": "http://127.0.0.1:41741/msi/token/", "IDENTITY_HEADER": "h"]
        let identity = AzureIdentity(clientID: nil, environment: environment)
        let issued = try await CredentialChain([.azureIdentity(identity)]).fetch(world)
        #expect(issued.expiresAt == testTime.adding(seconds: 3_600))
        #expect(
            world.requests.first?.url == "http://127.0.0.1:41741/msi/token/?api-version=2019-08-01"
                + "&resource=https%3A%2F%2Fcognitiveservices.azure.com"
        )
        #expect(world.requests.first?.header("x-identity-header") == "h")
    }

    @Test("where there is no such service nothing is found")
    func nothing() async {
        let chain = CredentialChain([.azureIdentity(AzureIdentity(clientID: nil, environment: [:]))])
        #expect(await chain.failure(FakeWorld())?.code == .absent)
    }
}
