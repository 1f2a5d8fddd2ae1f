import MartletTesting
import NIOCore
import NIOPosix
import Providers
import Testing

@testable import Upstream

@Suite("Requests for credentials", .timeLimit(.minutes(5)))
struct SocketCredentialTransportTests {
    private let transport = SocketCredentialTransport(environment: [:])

    private func url(_ text: String) throws -> CredentialURL { try CredentialURL(parsing: text, what: "test") }

    private func metadata(
        _ oracle: OracleUpstream,
        _ target: String = "/token",
        deadline: Duration = .seconds(10)
    ) throws -> CredentialRequest {
        CredentialRequest(.get, try self.url(oracle.url + target), reach: .metadata, deadline: deadline)
    }

    private func failure(
        _ request: CredentialRequest,
        by transport: SocketCredentialTransport? = nil
    ) async -> CredentialError.Code? {
        do throws(CredentialError) {
            _ = try await (transport ?? self.transport).fetch(request)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a request goes out as it was meant, and the whole answer comes back")
    func exchange() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(
            .json(["token": "t"], status: 403, headers: [OracleHeader("Metadata-Flavor", "Google")])
        )
        let request = CredentialRequest(
            .post,
            try self.url("\(oracle.url)/a/b?c=d"),
            headers: [CredentialHeader("content-type", "application/x-www-form-urlencoded")],
            body: Array("k=v".utf8),
            reach: .metadata
        )
        let answer = try await self.transport.fetch(request)
        #expect(answer.status == 403)
        #expect(answer.headers.contains(CredentialHeader("metadata-flavor", "Google")))
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"token":"t"}"#)
        let seen = try await oracle.request(1)
        #expect(
            seen.headText == """
                POST /a/b?c=d HTTP/1.1\r\nhost: 127.0.0.1:\(oracle.port)\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 3\r\n\
                user-agent: martlet\r\nconnection: close\r\n\r\n
                """
        )
        #expect(seen.bodyText == "k=v")
        #expect(await oracle.wait { $0.openConnections == 0 })
        await oracle.shutdown()
    }

    @Test("a PUT without a body says so, a GET says nothing")
    func emptyBodies() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(.json([:]), .json([:]))
        var request = try self.metadata(oracle)
        _ = try await self.transport.fetch(request)
        request.method = .put
        _ = try await self.transport.fetch(request)
        #expect(try await oracle.request(1).headers.first("content-length") == nil)
        #expect(try await oracle.request(2).headers.first("content-length") == "0")
        await oracle.shutdown()
    }

    @Test("a redirect is an answer like others, and is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(_ status: Int) async throws {
        let (oracle, other) = (try await OracleUpstream.start(), try await OracleUpstream.start())
        oracle.handle { _ in
            .json(
                ["error": "moved"],
                status: status,
                headers: [OracleHeader("location", "\(other.url)/x"), OracleHeader("metadata-flavor", "Google")]
            )
        }
        #expect(try await self.transport.fetch(try self.metadata(oracle)).status == status)
        let chain = CredentialChain.google(environment: ["GCE_METADATA_HOST": "127.0.0.1:\(oracle.port)"])
        do throws(CredentialError) {
            _ = try await chain.fetch(by: self.transport, clock: { WallTime(seconds: 0) })
            Issue.record("a redirect gave a credential")
        } catch {
            #expect(error.code == .refused)
        }
        #expect(oracle.requestCount == 2)
        #expect(other.connectionCount == 0)
        await oracle.shutdown()
        await other.shutdown()
    }

    private static let tooMuch = CredentialLimits.answerBytes + 1

    @Test(
        "an answer that is too long is refused and cut off, however it is framed",
        arguments: [
            "content-length: \(SocketCredentialTransportTests.tooMuch)\r\n\r\n",
            "connection: close\r\n\r\n",
            "transfer-encoding: chunked\r\n\r\n\(String(SocketCredentialTransportTests.tooMuch, radix: 16))\r\n",
        ]
    )
    func oversize(_ framing: String) async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(
            OracleScript([
                .text("HTTP/1.1 200 OK\r\n\(framing)"), .fill(byte: 0x61, count: Self.tooMuch), .hang,
            ])
        )
        #expect(await self.failure(try self.metadata(oracle)) == .malformed)
        #expect(await oracle.wait { $0.openConnections == 0 })
        await oracle.shutdown()
    }

    @Test("the longest answer there may be is taken")
    func longest() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(
            OracleScript([
                .text("HTTP/1.1 200 OK\r\ncontent-length: \(CredentialLimits.answerBytes)\r\n\r\n"),
                .fill(byte: 0x61, count: CredentialLimits.answerBytes),
            ])
        )
        #expect(try await self.transport.fetch(try self.metadata(oracle)).body.count == CredentialLimits.answerBytes)
        await oracle.shutdown()
    }

    @Test(
        "a server that hangs is left at the deadline, wherever it hangs",
        arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc"]
    )
    func hang(_ start: String) async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(.raw(start, then: .hang))
        #expect(await self.failure(try self.metadata(oracle, deadline: .milliseconds(150))) == .timedOut)
        #expect(await oracle.wait { $0.openConnections == 0 })
        await oracle.shutdown()
    }

    @Test(
        "a server that closes early, or speaks something else, cannot be reached",
        arguments: [
            .close, .reset, .raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc", then: .close),
            .raw("SSH-2.0-OpenSSH\r\n\r\n", then: .hang),
        ] as [OracleScript]
    )
    func broken(_ script: OracleScript) async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(script)
        #expect(await self.failure(try self.metadata(oracle)) == .unreachable)
        let port = oracle.port
        await oracle.shutdown()
        let nobody = CredentialRequest(.get, try self.url("http://127.0.0.1:\(port)"), reach: .metadata)
        #expect(await self.failure(nobody) == .unreachable)
    }

    @Test("what would end a header early is not sent")
    func injection() async throws {
        let oracle = try await OracleUpstream.start()
        for header in [
            CredentialHeader("x", "a\r\nb: c"), CredentialHeader("x", "a\u{0}"), CredentialHeader("x: y\r\nz", "a"),
            CredentialHeader("x", "é"),
        ] {
            var request = try self.metadata(oracle)
            request.headers = [header]
            #expect(await self.failure(request) == .malformed)
        }
        var request = try self.metadata(oracle)
        request.target = "/a HTTP/1.1\r\nx: y"
        #expect(await self.failure(request) == .malformed)
        #expect(oracle.connectionCount == 0)
        await oracle.shutdown()
    }
}
