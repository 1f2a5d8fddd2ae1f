import Exchange
import MartletTesting
import NIOCore
import NIOPosix
import Providers
import Testing
import Wire

@testable import Upstream

@Suite("What proves a provider's requests", .timeLimit(.minutes(5)))
struct ProviderAuthorizationTests {
    private let issuer = FakeIssuer()

    private func provider(
        _ kind: ProviderKind,
        _ secret: String?,
        _ settings: [String: String] = [:],
        url: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Provider {
        try Provider(
            configuration: try .validate(
                name: "v",
                kind: kind,
                baseURL: url,
                settings: settings,
                hasSecret: secret != nil
            ),
            secret: secret.map { Secret($0) },
            environment: environment,
            services: self.issuer.services
        )
    }

    private func authorization(
        _ provider: Provider,
        _ target: String = "/x",
        contentType: String? = "application/json",
        body: String = "{}"
    ) -> Provider.Authorization {
        Array(body.utf8).withUnsafeBytes { body in
            provider.authorization(target: target, contentType: contentType, body: body, at: self.issuer.now)
        }
    }

    /// The lines of a head, as they go over the wire.
    private func lines(_ provider: Provider, _ proof: RequestProof, _ target: String = "/x") -> [String] {
        var bytes = ByteBuffer()
        provider.writeHead(
            to: &bytes,
            target: target,
            bodyCount: 2,
            credentials: proof.headers,
            forward: { $0.write(fixed: "content-type: application/json\r\n") },
            callerGave: { _ in false }
        )
        return String(buffer: bytes).split(separator: "\r\n").map(String.init)
    }

    @Test("a key stands in the head lines, and nothing is added")
    func header() throws {
        let provider = try self.provider(.openAICompatible, "sk", url: "https://h.example/v1")
        #expect(provider.credentials == nil)
        #expect(!provider.signsBodies)
        #expect(self.authorization(provider) == .ready(.standing))
        #expect(
            self.lines(provider, .standing) == [
                "POST /x HTTP/1.1", "host: h.example", "authorization: Bearer sk", "content-type: application/json",
                "content-length: 2",
            ]
        )
        #expect(!provider.refused(.standing, status: 401, at: self.issuer.now))
    }

    @Test("a token is waited for, written once, and renewed when the vendor refuses it")
    func token() async throws {
        let provider = try self.provider(.vertex, nil, ["google_project": "p"])
        let holder = try #require(provider.credentials)
        #expect(self.authorization(provider) == .wait(holder))
        await self.issuer.asked(1)
        self.issuer.issue("ya29")
        #expect(await holder.ready(on: MultiThreadedEventLoopGroup.singleton.next(), within: .seconds(30)) == .ready)
        guard case .ready(let proof) = self.authorization(provider) else { throw NotReady() }
        #expect(self.lines(provider, proof).filter { $0.hasPrefix("authorization:") } == ["authorization: Bearer ya29"])
        #expect(!"\(proof)".contains("ya29"))
        self.issuer.clock.advance(by: .seconds(60))
        #expect(!provider.refused(proof, status: 403, at: self.issuer.now), "403 is about rights")
        #expect(provider.refused(proof, status: 401, at: self.issuer.now))
        #expect(self.authorization(provider) == .wait(holder))
        await self.issuer.asked(2)
        self.issuer.fail(400)
        #expect(
            await holder.ready(on: MultiThreadedEventLoopGroup.singleton.next(), within: .seconds(30))
                == self.outcome(self.authorization(provider))
        )
    }

    private func outcome(_ authorization: Provider.Authorization) -> CredentialOutcome? {
        guard case .failed(let failure) = authorization else { return nil }
        return .failed(failure)
    }

    private static let target = "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse"

    /// The expected signature was computed by another implementation, after AWS's description.
    @Test("a signature covers host, content type, date and session token as they stand on the wire")
    func signature() throws {
        let provider = try self.provider(
            .bedrock,
            "AKIDEXAMPLE:secretEXAMPLE:tokenEXAMPLE",
            ["region": "eu-west-1"]
        )
        #expect(provider.signsBodies)
        let authorization = self.authorization(provider, Self.target, body: #"{"messages":[]}"#)
        guard case .ready(let proof) = authorization else { throw NotReady() }
        #expect(
            self.lines(provider, proof, Self.target) == [
                "POST \(Self.target) HTTP/1.1",
                "host: bedrock-runtime.eu-west-1.amazonaws.com",
                "x-amz-date: 20270115T080000Z",
                "x-amz-security-token: tokenEXAMPLE",
                "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20270115/eu-west-1/bedrock/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "
                    + "Signature=2717a35332d23d30fd236018679b7ce9dc39d09257989aad75b0d24844c1b7cc",
                "content-type: application/json",
                "content-length: 2",
            ]
        )
        #expect(!provider.refused(proof, status: 403, at: self.issuer.now), "configured keys are not renewed")
    }

    @Test("body, path, verb and time change the signature; without a content type none is signed")
    func signatures() throws {
        let provider = try self.provider(.bedrock, "AKID:s", ["region": "eu-west-1"])
        let first = self.authorization(provider)
        #expect(self.authorization(provider) == first)
        #expect(self.authorization(provider, body: "{ }") != first)
        #expect(self.authorization(provider, "/y") != first)
        #expect(self.authorization(provider, "/x?a=b") != first)
        guard case .ready(let bare) = self.authorization(provider, contentType: nil) else {
            throw NotReady()
        }
        #expect(self.lines(provider, bare).contains { $0.contains("SignedHeaders=host;x-amz-date,") })
        self.issuer.clock.advance(by: .seconds(1))
        #expect(self.authorization(provider) != first)
    }

    @Test("a host with a port is signed with it")
    func port() throws {
        let provider = try self.provider(
            .bedrock,
            "AKID:s",
            ["region": "eu-west-1", "allow_private": "true"],
            url: "http://127.0.0.1:8123"
        )
        let other = try self.provider(
            .bedrock,
            "AKID:s",
            ["region": "eu-west-1", "allow_private": "true"],
            url: "http://127.0.0.1:8124"
        )
        #expect(self.authorization(provider) != self.authorization(other))
    }

    @Test("a credential of the wrong form keeps a provider from being made")
    func wrongForm() throws {
        #expect(throws: CredentialError.self) { try self.provider(.bedrock, "a:b:c:d", ["region": "eu-west-1"]) }
        #expect(throws: CredentialError.self) { try self.provider(.vertex, "AIza", ["google_project": "p"]) }
    }

    @Test("a probe signs its request, and tells why a credential cannot be had")
    func probe() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.handle { _ in .json([:], status: 404) }
        let settings = ["region": "eu-west-1", "allow_private": "true"]
        let provider = try self.provider(.bedrock, "AKID:s", settings, url: oracle.url)
        let connector = SocketConnector(unixSeconds: { 0 })
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answered = await ProviderProbe.run(provider, connector: connector, on: loop)
        #expect(answered == .answered(status: 404))
        let seen = try await oracle.request(1)
        #expect(seen.headers.first("authorization")?.hasPrefix("AWS4-HMAC-SHA256 ") == true)
        let lost = try self.provider(.bedrock, nil, settings, url: oracle.url, environment: ["HOME": "/nowhere"])
        async let outcome = ProviderProbe.run(lost, connector: connector, on: loop)
        await self.issuer.asked(1)
        self.issuer.fail(404)
        #expect(
            await outcome
                == .failed("no credential was found; asked: AWS profile default, AWS instance metadata")
        )
        await oracle.shutdown()
    }

    @Test("a provider's token is fetched from a metadata server over real sockets")
    func wholeWay() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.handle { _ in
            .json(
                ["access_token": "ya29.test", "expires_in": 3_599, "token_type": "Bearer"],
                headers: [OracleHeader("metadata-flavor", "Google")]
            )
        }
        let provider = try Provider(
            configuration: try .validate(
                name: "v",
                kind: .vertex,
                baseURL: nil,
                settings: ["google_project": "p"],
                hasSecret: false
            ),
            secret: nil,
            environment: ["GCE_METADATA_HOST": "127.0.0.1:\(oracle.port)"]
        )
        let holder = try #require(provider.credentials)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        #expect(await holder.ready(on: loop, within: .seconds(120)) == .ready)
        #expect(holder.look(at: holder.now).holds("ya29.test"))
        #expect(try await oracle.request(1).headers.first("metadata-flavor") == "Google")
        await oracle.shutdown()
    }
}
