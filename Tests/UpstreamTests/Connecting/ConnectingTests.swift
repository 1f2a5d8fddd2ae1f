import MartletTesting
import NIOCore
import NIOPosix
import Testing

@testable import Upstream

@Suite("Connecting", .timeLimit(.minutes(5)))
struct ConnectingTests {
    @Test(
        "proxies are taken from the environment, and exceptions are honoured",
        arguments: [
            ("http://proxy.example:3128", "", "api.x.example", "proxy.example:3128"),
            ("proxy.example", "", "api.x.example", "proxy.example:3128"),
            ("http://proxy.example:8080/", "api.x.example", "api.x.example", nil),
            ("http://proxy.example:8080", ".x.example, other", "api.x.example", nil),
            ("http://proxy.example:8080", "x.example", "notx.example", "proxy.example:8080"),
            ("http://proxy.example:8080", "*", "api.x.example", nil),
            ("http://user:pw@proxy.example:1", "", "a.example", nil),
            ("http://proxy.example:0", "", "a.example", nil),
        ] as [(String, String, String, String?)]
    )
    func proxies(_ proxy: String, _ exceptions: String, _ host: String, _ expected: String?) {
        let found = ProxyAddress.forHost(host, environment: ["HTTPS_PROXY": proxy, "NO_PROXY": exceptions])
        #expect(found.map { "\($0.host):\($0.port)" } == expected)
    }

    private func resolve(_ address: String, _ rule: AddressRule) async throws -> [SocketAddress] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let resolver = CheckedResolver(loop: loop, addresses: rule) { _, port, _ in
            let socket = try SocketAddress(ipAddress: address, port: port)
            return [ResolvedAddress(bytes: address.split(separator: ".").compactMap { UInt8($0) }, socket: socket)]
        }
        return try await resolver.initiateAQuery(host: "api.vendor.example", port: 443).get()
    }

    @Test(
        "a public name that resolves to a private address is refused at connect time",
        arguments: ["127.0.0.1", "10.0.0.1", "169.254.169.254"]
    )
    func rebinding(_ address: String) async throws {
        await #expect {
            _ = try await self.resolve(address, .global)
        } throws: { error in
            (error as? UpstreamError)?.code == .addressRefused
        }
    }

    @Test("private addresses are reached where they are allowed, metadata services for credentials alone")
    func allowed() async throws {
        #expect(try await self.resolve("127.0.0.1", .local).count == 1)
        #expect(try await self.resolve("8.8.8.8", .global).count == 1)
        await #expect(throws: UpstreamError.self) { try await self.resolve("169.254.169.254", .local) }
        #expect(try await self.resolve("169.254.169.254", .metadata).count == 1)
    }

    private func connect(
        port: Int,
        host: String = "127.0.0.1",
        allowsPrivate: Bool = true,
        tls: TLSClientSettings? = nil
    ) async throws
        -> any Channel
    {
        let endpoint = UpstreamEndpoint(
            name: "v",
            transport: .tcp(host: host, port: port, tls: tls),
            allowsPrivateAddresses: allowsPrivate
        )
        let connector = SocketConnector(connectTimeout: .seconds(2), unixSeconds: { 0 })
        return try await connector.connect(to: endpoint, on: MultiThreadedEventLoopGroup.singleton.next()).get()
    }

    @Test("a real server is connected to, and one that is not there is told so")
    func sockets() async throws {
        let oracle = try await OracleUpstream.start()
        let channel = try await self.connect(port: oracle.port)
        #expect(channel.isActive)
        try await channel.close()
        let port = oracle.port
        await oracle.shutdown()
        await #expect {
            _ = try await self.connect(port: port)
        } throws: { error in
            (error as? UpstreamError)?.code == .connectFailed
        }
    }

    @Test("connections may be asked for from any thread")
    func fromOutside() async throws {
        let oracle = try await OracleUpstream.start()
        for _ in 0..<200 {
            try await self.connect(port: oracle.port).close()
        }
        await oracle.shutdown()
    }

    @Test("loopback is refused to a provider that may not use private addresses")
    func loopbackRefused() async throws {
        let oracle = try await OracleUpstream.start()
        await #expect {
            _ = try await self.connect(port: oracle.port, host: "localhost", allowsPrivate: false)
        } throws: { error in
            (error as? UpstreamError)?.code == .addressRefused
        }
        #expect(oracle.connectionCount == 0)
        await oracle.shutdown()
    }

    @Test("a server that does not speak TLS is not spoken to in plain text")
    func noPlainFallback() async throws {
        let oracle = try await OracleUpstream.start()
        let tls = try TLSClientSettings(serverName: "localhost", caBundlePath: nil)
        await #expect(throws: UpstreamError.self) { try await self.connect(port: oracle.port, tls: tls) }
        #expect(oracle.requestCount == 0)
        await oracle.shutdown()
    }
}
