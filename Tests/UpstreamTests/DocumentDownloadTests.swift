import MartletTesting
import NIOCore
import NIOPosix
import Testing

@testable import Upstream

@Suite("Downloads of documents", .timeLimit(.minutes(5)))
struct DocumentDownloadTests {
    private func download(
        _ address: String,
        deadline: TimeAmount = .seconds(20),
        maximumBytes: Int = DocumentDownload.maximumBytes,
        caBundlePath: String? = nil
    ) async throws -> [UInt8] {
        try await DocumentDownload(
            address,
            deadline: deadline,
            maximumBytes: maximumBytes,
            caBundlePath: caBundlePath
        ).run(environment: ["HTTPS_PROXY": "http://127.0.0.1:1"])
    }

    private func failure(
        _ address: String,
        deadline: TimeAmount = .seconds(20),
        maximumBytes: Int = 1_000
    ) async -> String? {
        do {
            _ = try await self.download(address, deadline: deadline, maximumBytes: maximumBytes)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("a document is fetched by the address as it is, and nothing of ours is told")
    func document() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(.json(["a": 1]), .json(["b": 2]))
        #expect(
            String(decoding: try await self.download("\(oracle.url)/p/x.json?ref=main"), as: UTF8.self) == #"{"a":1}"#
        )
        #expect(
            String(decoding: try await self.download("http://localhost:\(oracle.port)"), as: UTF8.self) == #"{"b":2}"#
        )
        let seen = try await oracle.request(1)
        #expect(
            seen.headText == """
                GET /p/x.json?ref=main HTTP/1.1\r\nhost: 127.0.0.1:\(oracle.port)\r\n\
                accept: application/json\r\nuser-agent: martlet\r\nconnection: close\r\n\r\n
                """
        )
        #expect(await oracle.wait { $0.openConnections == 0 })
        await oracle.shutdown()
    }

    @Test(
        "addresses that are not https, not URLs or nobody's business are refused before anything is asked",
        arguments: [
            "http://example.com/prices.json", "http://10.0.0.1/p", "http://192.168.1.1/p",
            "http://localhost.evil.example/",
            "https://169.254.169.254/latest", "https://[fe80::1]/p", "ftp://example.com/p", "file:///etc/passwd",
            "https://", "https://user:secret@example.com/p", "https://example.com/a b",
            "https://exa\u{6d}ple.com/\u{e9}",
            "https://example.com/p#frag", "https://example.com:99999/p", "http://0x7f.1/p", "http://127.1/p",
        ]
    )
    func refused(_ address: String) {
        let failure = #expect(throws: DocumentDownload.Failure.self) { try DocumentDownload(address) }
        #expect(failure?.description.isEmpty == false && failure?.description.contains("secret") == false)
    }

    @Test("https and this machine's own addresses are taken")
    func taken() throws {
        for address in [
            "https://example.com/prices.json", "http://127.0.0.1:8/p", "http://[::1]:8/p", "http://localhost/p",
        ] {
            #expect(throws: Never.self) { try DocumentDownload(address) }
        }
        #expect(try DocumentDownload("https://Example.com/p").host == "example.com")
    }

    @Test(
        "redirects are not followed, and other answers are no documents",
        arguments: [301, 302, 303, 307, 308, 404, 500, 204]
    )
    func otherAnswers(_ status: Int) async throws {
        let (oracle, other) = (try await OracleUpstream.start(), try await OracleUpstream.start())
        oracle.enqueue(.json([:], status: status, headers: [OracleHeader("location", other.url)]))
        let failure = await self.failure(oracle.url)
        #expect(failure?.contains("status \(status)") == true)
        #expect(oracle.requestCount == 1 && other.connectionCount == 0)
        await oracle.shutdown()
        await other.shutdown()
    }

    @Test(
        "a document that is too long is refused and cut off, however it is framed",
        arguments: [
            "content-length: 1001\r\n\r\n", "connection: close\r\n\r\n", "transfer-encoding: chunked\r\n\r\n3e9\r\n",
        ]
    )
    func oversize(_ framing: String) async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(
            OracleScript([.text("HTTP/1.1 200 OK\r\n\(framing)"), .fill(byte: 0x61, count: 1_001), .hang]),
            OracleScript([.text("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"), .fill(byte: 0x61, count: 1_000)])
        )
        #expect(await self.failure(oracle.url)?.contains("longer than 1000 bytes") == true)
        #expect(await oracle.wait { $0.openConnections == 0 })
        #expect(try await self.download(oracle.url, maximumBytes: 1_000).count == 1_000)
        await oracle.shutdown()
    }

    @Test(
        "a server that hangs is left at the deadline, which covers all of it",
        arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc"]
    )
    func hang(_ start: String) async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(.raw(start, then: .hang))
        #expect(await self.failure(oracle.url, deadline: .milliseconds(150))?.contains("in time") == true)
        #expect(await oracle.wait { $0.openConnections == 0 })
        await oracle.shutdown()
    }

    @Test("a document that is cut, and a server that is not there, are failures")
    func broken() async throws {
        let oracle = try await OracleUpstream.start()
        oracle.enqueue(.raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc", then: .close))
        #expect(await self.failure(oracle.url) != nil)
        let url = oracle.url
        await oracle.shutdown()
        #expect(await self.failure(url)?.contains("no answer") == true)
    }

    @Test("https proves the server", .enabled(if: TestCertificate.openSSL != nil, "openssl is not there"))
    func tls() async throws {
        let certificate = try TestCertificate()
        var options = OracleUpstream.Options()
        options.prepareChannel = try certificate.server()
        let oracle = try await OracleUpstream.start(options)
        oracle.enqueue(.json(["a": 1]), .json(["a": 1]))
        let address = "https://localhost:\(oracle.port)/p"
        #expect(await self.failure(address)?.isEmpty == false)
        let body = try await self.download(address, caBundlePath: certificate.path)
        #expect(String(decoding: body, as: UTF8.self) == #"{"a":1}"#)
        await oracle.shutdown()
    }
}
