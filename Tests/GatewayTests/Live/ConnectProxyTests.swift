import MartletTesting
import Storage
import Testing

@testable import Gateway

@Suite("Vendors behind a CONNECT proxy", .timeLimit(.minutes(5)), .enabled(if: Certificate.openSSL != nil))
struct ConnectProxyTests {
    /// A TLS vendor by a name that only the proxy can reach.
    private static func behindProxy(
        _ proxy: ConnectProxy,
        _ vendor: Certificate,
        host: String = "vendor.test:8443",
        exceptions: String = "",
        connect: Duration = .seconds(5)
    ) -> (inout LiveGateway.Setup) -> Void {
        { setup in
            setup.environment = ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)", "NO_PROXY": exceptions]
            setup.options.deadlines.connect = connect
            setup.providers = [
                LiveGateway.provider(
                    "openai",
                    kind: "openai",
                    "https://\(host)/v1",
                    settings: ["ca_bundle": vendor.certificatePath, "allow_private": "true"]
                )
            ]
            setup.models = [("fast", "openai", "gpt-real")]
        }
    }

    private static func tlsOracle(_ pair: Certificate) throws -> OracleUpstream.Options {
        var options = OracleUpstream.Options()
        options.prepareChannel = try pair.server()
        return options
    }

    @Test("the proxy is asked for a tunnel, and sees neither request nor credential")
    func tunnel() async throws {
        let pair = try Certificate.make("vendor", in: try LiveFolder())
        let oracle = try await OracleUpstream.start(try Self.tlsOracle(pair))
        oracle.enqueue(Live.json(Live.chatAnswer), .events([Live.chunk("a", finish: #""stop""#), Live.done]))
        try await ConnectProxy.run(.tunnel(port: oracle.port)) { proxy in
            try await LiveGateway.run(configure: Self.behindProxy(proxy, pair)) { gateway, _ in
                let answer = try await gateway.ask("/v1/chat/completions", Live.chat)
                #expect(answer.body == Live.chatAnswer)
                let stream = try await gateway.ask("/v1/chat/completions", Live.chatStream)
                #expect(stream.body.hasSuffix(Live.done))
                #expect(
                    proxy.heads == ["CONNECT vendor.test:8443 HTTP/1.1\r\nhost: vendor.test:8443\r\n\r\n"]
                )
                let request = try #require(oracle.requests.first)
                #expect(request.headers.first("host") == "vendor.test:8443")
                #expect(request.headers.first("authorization") == "Bearer \(LiveGateway.vendorSecret)")
                #expect(oracle.requestCount == 2)
            }
        }
        await oracle.shutdown()
    }

    @Test("a host in NO_PROXY is reached directly")
    func exception() async throws {
        let pair = try Certificate.make("vendor", in: try LiveFolder())
        let oracle = try await OracleUpstream.start(try Self.tlsOracle(pair))
        oracle.enqueue(Live.json(Live.chatAnswer))
        try await ConnectProxy.run(.tunnel(port: oracle.port)) { proxy in
            let configure = Self.behindProxy(
                proxy,
                pair,
                host: "localhost:\(oracle.port)",
                exceptions: "other.example, localhost"
            )
            try await LiveGateway.run(configure: configure) { gateway, _ in
                let answer = try await gateway.ask("/v1/chat/completions", Live.chat)
                #expect(answer.body == Live.chatAnswer)
                #expect(proxy.connectionCount == 0)
            }
        }
        await oracle.shutdown()
    }

    @Test("a certificate for another name is refused behind a proxy too")
    func wrongName() async throws {
        let folder = try LiveFolder()
        let pair = try Certificate.make("vendor", in: folder)
        let oracle = try await OracleUpstream.start(try Self.tlsOracle(pair))
        try await ConnectProxy.run(.tunnel(port: oracle.port)) { proxy in
            let configure = Self.behindProxy(proxy, pair, host: "other.test:8443")
            try await LiveGateway.run(configure: configure) { gateway, _ in
                let answer = try await gateway.ask("/v1/chat/completions", Live.chat)
                #expect(answer.status == 502)
                #expect(oracle.requestCount == 0)
            }
        }
        await oracle.shutdown()
    }

    /// swift-nio-ssl takes a certificate for the address it is connected to as good for any name, and the address is the
    /// proxy's when there is one (IdentityVerification.swift of 2.37.6).
    @Test("a certificate for the address alone does not pass for a vendor's name")
    func addressForName() async throws {
        let pair = try Certificate.make("address", in: try LiveFolder(), for: "IP:127.0.0.1")
        let oracle = try await OracleUpstream.start(try Self.tlsOracle(pair))
        try await ConnectProxy.run(.tunnel(port: oracle.port)) { proxy in
            try await LiveGateway.run(configure: Self.behindProxy(proxy, pair)) { gateway, _ in
                let answer = try await gateway.ask("/v1/chat/completions", Live.chat)
                #expect(answer.status == 502)
                #expect(oracle.requestCount == 0)
            }
        }
        await oracle.shutdown()
    }

    @Test(
        "a vendor named by its address must prove that address, not the proxy's",
        arguments: [("IP:192.0.2.7", 200), ("IP:127.0.0.1", 502), ("DNS:192.0.2.7", 502)]
    )
    func address(_ identity: String, _ status: Int) async throws {
        let pair = try Certificate.make("address", in: try LiveFolder(), for: identity)
        let oracle = try await OracleUpstream.start(try Self.tlsOracle(pair))
        oracle.enqueue(Live.json(Live.chatAnswer))
        try await ConnectProxy.run(.tunnel(port: oracle.port)) { proxy in
            let configure = Self.behindProxy(proxy, pair, host: "192.0.2.7:8443")
            try await LiveGateway.run(configure: configure) { gateway, _ in
                let answer = try await gateway.ask("/v1/chat/completions", Live.chat)
                #expect(answer.status == status)
                #expect(oracle.requestCount == (status == 200 ? 1 : 0))
            }
        }
        await oracle.shutdown()
    }

    /// A vendor that cannot be reached is a 503 (GatewayFailure.Kind.upstreamUnavailable), through a proxy or not.
    @Test(
        "a proxy that refuses is told as a vendor out of reach, without the proxy's own words",
        arguments: [
            .answer(
                "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n"
            ),
            .answer("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 12\r\n\r\nproxy-secret"),
            .answer("HTTP/1.1 200 OK\r\n\r\nearly bytes"),
            .answer("SSH-2.0-OpenSSH_9.9\r\n\r\n"),
            .close,
        ] as [ConnectProxy.Behaviour]
    )
    func refusal(_ behaviour: ConnectProxy.Behaviour) async throws {
        let pair = try Certificate.make("vendor", in: try LiveFolder())
        try await ConnectProxy.run(behaviour) { proxy in
            try await LiveGateway.run(configure: Self.behindProxy(proxy, pair)) { gateway, _ in
                let answer = try await gateway.ask("/v1/chat/completions", Live.chat, id: "refused-1")
                #expect(answer.status == 503)
                #expect(answer.headers["retry-after"] != nil)
                #expect(answer.body.contains("The provider could not be reached."))
                #expect(!answer.body.contains("proxy"))
                #expect(!answer.body.contains("vendor.test"))
                let record = try await gateway.record("refused-1")
                #expect(record.outcome == .upstreamError)
                #expect(record.attempts == 0)
                #expect(await eventually { proxy.openConnections == 0 })
            }
        }
    }

    @Test("a proxy that hangs is given up at the connect deadline, and its connection is closed")
    func hang() async throws {
        let pair = try Certificate.make("vendor", in: try LiveFolder())
        try await ConnectProxy.run(.hang) { proxy in
            let configure = Self.behindProxy(proxy, pair, connect: .seconds(2))
            try await LiveGateway.run(configure: configure) { gateway, _ in
                let answer = try await gateway.ask("/v1/chat/completions", Live.chat)
                #expect(answer.status == 503)
                // Nothing was sent, so it is tried once more.
                #expect(proxy.heads.count == 2)
                #expect(await eventually { proxy.openConnections == 0 })
                #expect(await gateway.isAtRest())
            }
        }
    }

    @Test("a client that leaves while the proxy hangs ends its exchange at once")
    func clientLeaves() async throws {
        let pair = try Certificate.make("vendor", in: try LiveFolder())
        try await ConnectProxy.run(.hang) { proxy in
            let configure = Self.behindProxy(proxy, pair, connect: .seconds(5))
            try await LiveGateway.run(configure: configure) { gateway, _ in
                let client = try await gateway.connect()
                try await client.send(gateway.post("/v1/chat/completions", Live.chat, id: "left-1"))
                #expect(await eventually { proxy.heads.count == 1 })
                await client.close()
                #expect(await gateway.isAtRest())
                let record = try await gateway.record("left-1")
                #expect(record.outcome == .clientGone)
                #expect(record.attempts == 0)
            }
        }
    }
}
