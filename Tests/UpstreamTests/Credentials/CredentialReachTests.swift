import MartletTesting
import Providers
import Testing

@testable import Upstream

@Suite("Where credentials are asked for", .timeLimit(.minutes(5)))
struct CredentialReachTests {
    private func failure(
        _ url: String,
        reach: CredentialRequest.Reach = .internet,
        by transport: SocketCredentialTransport = SocketCredentialTransport(environment: [:])
    ) async throws -> CredentialError? {
        let request = CredentialRequest(
            .get,
            try CredentialURL(parsing: url, what: "test"),
            reach: reach,
            deadline: .seconds(10)
        )
        do throws(CredentialError) {
            _ = try await transport.fetch(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("plain http is not spoken to the internet")
    func plain() async throws {
        let oracle = try await OracleUpstream.start()
        #expect(try await self.failure(oracle.url)?.code == .unreachable)
        #expect(oracle.connectionCount == 0)
        await oracle.shutdown()
    }

    @Test("a name or an address of this machine is not the internet")
    func loopback() async throws {
        let oracle = try await OracleUpstream.start()
        for host in ["localhost", "127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1"] {
            let failure = try await self.failure("https://\(host):\(oracle.port)")
            #expect(failure?.code == .unreachable)
        }
        #expect(oracle.connectionCount == 0)
        await oracle.shutdown()
    }

    @Test("the internet is asked through the proxy, metadata services are not")
    func proxies() async throws {
        let proxy = try await OracleUpstream.start()
        let oracle = try await OracleUpstream.start()
        proxy.enqueueConnection(.close)
        oracle.handle { _ in .json([:]) }
        let environment = ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)", "HTTP_PROXY": "http://127.0.0.1:1"]
        let transport = SocketCredentialTransport(environment: environment)
        #expect(try await self.failure(oracle.url, reach: .metadata, by: transport) == nil)
        #expect(proxy.connectionCount == 0)
        let refused = try await self.failure("https://issuer.example/token", by: transport)
        #expect(refused?.code == .unreachable)
        #expect(proxy.connectionCount == 1)
        #expect(oracle.requestCount == 1)
        await proxy.shutdown()
        await oracle.shutdown()
    }

    @Test("TLS is spoken, and certificates are checked", .enabled(if: TestCertificate.openSSL != nil))
    func certificates() async throws {
        let certificate = try TestCertificate()
        var options = OracleUpstream.Options()
        options.prepareChannel = try certificate.server()
        let oracle = try await OracleUpstream.start(options)
        oracle.handle { _ in .json([:]) }
        let url = "https://localhost:\(oracle.port)/token"
        let trusting = SocketCredentialTransport(
            internet: .init(addresses: .local, caBundlePath: certificate.path)
        )
        #expect(try await self.failure(url, by: trusting) == nil)
        #expect(oracle.requestCount == 1)
        let distrusting = SocketCredentialTransport(internet: .init(addresses: .local))
        #expect(try await self.failure(url, by: distrusting)?.code == .unreachable)
        #expect(oracle.requestCount == 1)
        await oracle.shutdown()
    }
}
