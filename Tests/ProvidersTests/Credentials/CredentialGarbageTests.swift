import Exchange
import Testing

@testable import Providers

/// Bytes that differ from case to case and never from run to run.
private struct Garbage {
    private var state: UInt64

    init(seed: Int) { self.state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt8 {
        self.state ^= self.state << 13
        self.state ^= self.state >> 7
        self.state ^= self.state << 17
        return UInt8(truncatingIfNeeded: self.state >> 24)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in self.next() } }
}

@Suite("Damaged credentials")
struct CredentialGarbageTests {
    private static let documents = [
        #"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}"#,
        #"{"access_token":"t","expires_in":3599,"token_type":"Bearer"}"#,
        #"{"Code":"Success","AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"2027-01-15T09:00:00Z"}"#,
        "<C><AccessKeyId>A</AccessKeyId><SecretAccessKey>s&amp;</SecretAccessKey><SessionToken>t</SessionToken>"
            + "<Expiration>2027-01-15T09:00:00Z</Expiration></C>",
        "[profile a]\nrole_arn = r\nsource_profile = b # c\n[b]\naws_access_key_id=A\naws_secret_access_key=s",
        "http://169.254.170.2:80/v1/credentials?x=y",
    ]

    /// Every reader, whatever the bytes are.
    private func readAll(_ bytes: [UInt8]) async throws {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? GoogleCredential(parsing: bytes)
        _ = XMLText(bytes).first("AccessKeyId")
        _ = AWSProfileSource.region(of: "a", credentials: bytes, config: bytes)
        _ = try? CredentialURL(parsing: text, what: "it")
        _ = WallTime(parsing: text)
        _ = try? AWSKeyText.read(Secret(bytes))
        _ = CanonicalRequest.path(text)
        _ = CanonicalRequest.query(text)
        let answer = CredentialResponse(
            status: 200,
            headers: [CredentialHeader("metadata-flavor", "Google")],
            body: bytes
        )
        let identity = AWSWebIdentity(roleARN: text, tokenPath: "/t", region: "us-east-1")
        let environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": text, "AWS_CONTAINER_AUTHORIZATION_TOKEN": text]
        var sources: [CredentialSource] = [
            .awsWebIdentity(identity), .awsInstance(AWSInstance(environment: [:])),
            .googleMetadata(GoogleMetadata(environment: ["GCE_METADATA_HOST": text])),
            .azureIdentity(AzureIdentity(clientID: text, environment: [:])),
            .entra(EntraApplication(tenant: text, clientID: text, proof: .secret(Secret(bytes)))),
        ]
        if let container = AWSContainer(environment: environment) { sources.append(.awsContainer(container)) }
        for source in sources {
            let world = FakeWorld(files: ["/t": "token"], [answer, answer, answer])
            _ = await CredentialChain([source]).failure(world)
        }
    }

    @Test("documents cut anywhere harm nobody", arguments: documents)
    func cut(_ document: String) async throws {
        let bytes = Array(document.utf8)
        for end in 0...bytes.count { try await self.readAll(Array(bytes[..<end])) }
    }

    @Test("documents with a wrong byte harm nobody", arguments: documents)
    func flipped(_ document: String) async throws {
        var bytes = Array(document.utf8)
        var garbage = Garbage(seed: bytes.count)
        for index in bytes.indices {
            let good = bytes[index]
            bytes[index] = garbage.next()
            try await self.readAll(bytes)
            bytes[index] = good
        }
    }

    @Test("noise harms nobody")
    func noise() async throws {
        for seed in 0..<300 {
            var garbage = Garbage(seed: seed)
            try await self.readAll(garbage.bytes(seed % 97))
        }
    }
}
