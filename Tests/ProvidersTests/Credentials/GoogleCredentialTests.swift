import Crypto
import CryptoExtras
import Exchange
import FoundationEssentials
import Testing
import Wire

@testable import Providers

@Suite("Google credentials")
struct GoogleCredentialTests {
    /// Made once: finding primes takes a while.
    private static let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048)
    private static let tokenAnswer = #"{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}"#

    private static func serviceAccount(_ key: String, tokenURI: String? = nil) -> String {
        var writer = JSONWriter()
        writer.object {
            $0.member("type", "service_account")
            $0.member("project_id", "p")
            $0.member("private_key_id", "kid1")
            $0.member("private_key", key)
            $0.member("client_email", "a@p.iam.gserviceaccount.com")
            if let tokenURI { $0.member("token_uri", tokenURI) }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func goodAccount() throws -> String {
        self.serviceAccount(try #require(self.key).pkcs8PEMRepresentation)
    }

    private static let user =
        #"{"type":"authorized_user","client_id":"c","client_secret":"s/","refresh_token":"r","quota_project_id":"q"}"#

    @Test("a service account signs an assertion that its public key verifies")
    func assertion() async throws {
        let world = FakeWorld([CredentialResponse(Self.tokenAnswer)])
        let credential = try GoogleCredential(parsing: Array(try Self.goodAccount().utf8))
        let issued = try await CredentialChain([.google(credential)]).fetch(world)
        #expect(issued.bearer == "ya29.x")
        #expect(issued.issuedAt == testTime)
        #expect(issued.expiresAt == testTime.adding(seconds: 3_599))
        let request = try #require(world.requests.first)
        #expect(request.url == "https://oauth2.googleapis.com/token")
        #expect(request.form["grant_type"] == "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer")
        let parts = try #require(request.form["assertion"]).split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let header = String(decoding: try #require(Wire.Base64.decode(parts[0].utf8)), as: UTF8.self)
        #expect(header == #"{"alg":"RS256","typ":"JWT","kid":"kid1"}"#)
        let claims = String(decoding: try #require(Wire.Base64.decode(parts[1].utf8)), as: UTF8.self)
        let now = testTime.seconds
        #expect(
            claims == #"{"iss":"a@p.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/cloud-platform","#
                + #""aud":"https://oauth2.googleapis.com/token","iat":\#(now),"exp":\#(now + 3_600)}"#
        )
        let signature = _RSA.Signing.RSASignature(rawRepresentation: try #require(Wire.Base64.decode(parts[2].utf8)))
        let digest = SHA256.hash(data: Array("\(parts[0]).\(parts[1])".utf8))
        let publicKey = try #require(Self.key).publicKey
        #expect(publicKey.isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5))
    }

    @Test("a document may come in Base64, as one word")
    func base64() throws {
        let text = try Self.goodAccount()
        let plain = try GoogleCredential(parsing: Array(text.utf8))
        #expect(try GoogleCredential(parsing: Array(Wire.Base64.encode(Array(text.utf8)).utf8)) == plain)
    }

    @Test("a signed-in user's refresh token is exchanged")
    func user() async throws {
        let world = FakeWorld(files: ["/adc.json": Self.user], [CredentialResponse(Self.tokenAnswer)])
        let issued = try await CredentialChain.google(environment: ["GOOGLE_APPLICATION_CREDENTIALS": "/adc.json"])
            .fetch(world)
        #expect(issued.bearer == "ya29.x")
        #expect(
            world.requests.first?.form
                == ["grant_type": "refresh_token", "client_id": "c", "client_secret": "s%2F", "refresh_token": "r"]
        )
    }

    @Test(
        "documents that are not what they should be",
        arguments: [
            "", "null", "{}", "[1]", "{", #"{"type":"service_account"}"#, #"{"type":7}"#, "%%%", "aGVsbG8=",
            #"{"type":"authorized_user","client_id":"c"}"#, #"{"type":"external_account"}"#,
            #"{"type":"can ary"}"#, serviceAccount("canary"),
            serviceAccount("-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n"),
            serviceAccount("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            serviceAccount("canary", tokenURI: "http://oauth2.googleapis.com/token"),
            serviceAccount("canary", tokenURI: "https://10.0.0.1/token"),
            serviceAccount("canary", tokenURI: "https://canary@evil/"),
        ]
    )
    func malformed(_ document: String) {
        do throws(CredentialError) {
            _ = try GoogleCredential(parsing: Array(document.utf8))
            Issue.record("taken")
        } catch {
            #expect(error.code == .malformed || error.code == .unsupported)
            #expect(!error.message.contains("canary") && !error.message.contains("can ary"))
        }
    }

    @Test("a key that is too short is refused")
    func shortKey() throws {
        let short = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1_024)).pkcs8PEMRepresentation
        #expect(throws: CredentialError.self) {
            try GoogleCredential(parsing: Array(Self.serviceAccount(short).utf8))
        }
    }

    @Test("the order of the default credentials")
    func order() throws {
        func names(_ environment: [String: String]) -> [CredentialSource] {
            CredentialChain.google(environment: environment).sources
        }
        #expect(names(["GOOGLE_APPLICATION_CREDENTIALS": "/a"]) == [.googleFile(path: "/a", isOptional: false)])
        let home = "/home/me/.config/gcloud/application_default_credentials.json"
        #expect(
            names(["HOME": "/home/me"]) == [
                .googleFile(path: home, isOptional: true), .googleMetadata(GoogleMetadata(environment: [:])),
            ]
        )
        #expect(names(["NO_GCE_CHECK": "true"]) == [])
    }

    @Test("a file that is named must be there, another may be missing")
    func files() async throws {
        let named = CredentialChain.google(environment: ["GOOGLE_APPLICATION_CREDENTIALS": "/a"])
        #expect(await named.failure(FakeWorld())?.code == .fileUnreadable)
        let world = FakeWorld([
            CredentialResponse(200, Self.tokenAnswer, headers: [CredentialHeader("metadata-flavor", "Google")])
        ])
        let issued = try await CredentialChain.google(environment: ["HOME": "/h"]).fetch(world)
        #expect(issued.bearer == "ya29.x")
        let request = try #require(world.requests.first)
        #expect(request.header("metadata-flavor") == "Google")
        #expect(
            request.url == "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token"
                + "?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
        )
        #expect(request.reach == .metadata)
    }

    @Test("another cloud's metadata server is not Google's")
    func foreignMetadata() async {
        let chain = CredentialChain([.googleMetadata(GoogleMetadata(environment: [:]))])
        #expect(await chain.failure(FakeWorld([CredentialResponse(Self.tokenAnswer)]))?.code == .absent)
        #expect(await chain.failure(FakeWorld())?.code == .absent)
    }

    @Test(
        "what a token service says no to, or says badly",
        arguments: [
            (400, #"{"error":"invalid_grant","error_description":"canary"}"#, CredentialError.Code.refused),
            (401, "canary", .refused), (403, #"{"error":{"status":"PERMISSION_DENIED"}}"#, .refused),
            (500, "", .unreachable), (429, "{}", .unreachable), (302, "", .refused),
            (200, "{}", .malformed), (200, #"{"access_token":"a b"}"#, .malformed), (200, "canary", .malformed),
            (200, #"{"access_token":"a\r\nx: canary"}"#, .malformed), (200, #"{"access_token":1}"#, .malformed),
        ]
    )
    func refusals(_ status: Int, _ body: String, _ code: CredentialError.Code) async throws {
        let credential = try GoogleCredential(parsing: Array(Self.user.utf8))
        let error = await CredentialChain([.google(credential)]).failure(FakeWorld([CredentialResponse(status, body)]))
        #expect(error?.code == code)
        #expect(error?.message.contains("canary") == false)
    }

    @Test(
        "lifetimes, told in any way",
        arguments: [
            (#""expires_in":10"#, 10), (#""expires_in":"3599""#, 3_599), (#""expires_on":"1800000042""#, 42),
            (#""expires_in":-5"#, 0), (#""x":1"#, 3_600), (#""expires_in":"soon""#, 3_600),
            (#""expires_in":1e3"#, 3_600),
        ]
    )
    func lifetimes(_ member: String, _ seconds: Int) async throws {
        let credential = try GoogleCredential(parsing: Array(Self.user.utf8))
        let world = FakeWorld([CredentialResponse(#"{"access_token":"t",\#(member)}"#)])
        let issued = try await CredentialChain([.google(credential)]).fetch(world)
        #expect(issued.expiresAt == testTime.adding(seconds: seconds))
    }

    @Test("nothing of it prints")
    func redacted() throws {
        let credential = try GoogleCredential(parsing: Array(Self.user.utf8))
        let text = "\(credential) \(String(reflecting: credential))"
        #expect(!text.contains("s/") && !text.contains("\"r\""))
        var dumped = ""
        dump(CredentialRequest.form(try CredentialURL(parsing: "https://a/", what: ""), [("s", "canary")]), to: &dumped)
        #expect(!dumped.contains("canary") && !dumped.contains("99"))
    }
}
