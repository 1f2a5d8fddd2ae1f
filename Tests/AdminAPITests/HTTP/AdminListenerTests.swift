import Exchange
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Storage
import Testing

@testable import AdminAPI

@Suite("admin listener", .timeLimit(.minutes(5)))
struct AdminListenerTests {
    /// Runs the listener on a free port for the length of a body.
    func listening(
        _ adjust: (inout AdminListener.Options) -> Void = { _ in },
        _ body: @Sendable @escaping (_ port: Int, _ fixture: AdminFixture) async throws -> Void
    ) async throws {
        let fixture = try await AdminFixture()
        var options = AdminListener.Options(host: "127.0.0.1", port: 0)
        adjust(&options)
        let (ports, port) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = AdminListener.service(
            router: fixture.router,
            options: options,
            group: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            onListening: { port.yield($0) }
        )
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                for await port in ports {
                    try await body(port, fixture)
                    break
                }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    static let authorization = "Authorization: Bearer \(String(decoding: AdminFixture.token.bytes, as: UTF8.self))\r\n"

    /// One exchange whose connection is closed after it.
    static func exchange(
        _ port: Int,
        _ head: String,
        authorization: String = Self.authorization,
        body: String = ""
    ) async throws -> String {
        try await offPool {
            let connection = try RawConnection(port: port)
            connection.send("\(head)\r\nHost: x\r\nConnection: close\r\n\(authorization)\r\n\(body)")
            return connection.read()
        }
    }

    @Test("answers a created project over a socket, with headers that keep it from caches")
    func create() async throws {
        try await self.listening { port, fixture in
            let body = #"{"name":"team"}"#
            let text = try await Self.exchange(
                port,
                "POST /admin/v1/projects HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)",
                body: body
            )
            #expect(text.hasPrefix("HTTP/1.1 201 Created\r\n"))
            for header in ["cache-control: no-store", "x-content-type-options: nosniff", "x-request-id: adm_"] {
                #expect(text.lowercased().contains(header))
            }
            #expect(await fixture.administration.configuration.projects.map(\.name).contains("team"))
        }
    }

    @Test("serves several requests on one connection, queries included")
    func keepAlive() async throws {
        try await self.listening { port, _ in
            let answers = try await offPool {
                let connection = try RawConnection(port: port)
                return (0..<3).map { _ in
                    connection.send(
                        "GET /admin/v1/models?name=sandbox%2Fecho HTTP/1.1\r\nHost: x\r\n\(Self.authorization)\r\n"
                    )
                    return connection.read { $0.hasSuffix("}") }
                }
            }
            for answer in answers {
                #expect(answer.contains(#""origin":"built_in""#))
            }
        }
    }

    @Test("refuses strangers, odd paths and two credentials over a socket")
    func strangers() async throws {
        try await self.listening { port, _ in
            for head in ["GET /admin/v1/keys HTTP/1.1", "GET /nowhere HTTP/1.1", "DELETE /admin/v1/keys/a HTTP/1.1"] {
                #expect(try await Self.exchange(port, head, authorization: "").hasPrefix("HTTP/1.1 401"))
            }
            for path in ["/admin/v1/keys/", "//admin/v1/keys", "/admin/v1/keys%2f", "/admin/v1/./keys"] {
                #expect(try await Self.exchange(port, "GET \(path) HTTP/1.1").hasPrefix("HTTP/1.1 404"))
            }
            let twice = try await Self.exchange(
                port,
                "GET /admin/v1/keys HTTP/1.1\r\n\(Self.authorization.dropLast(2))"
            )
            #expect(twice.hasPrefix("HTTP/1.1 401"))
        }
    }

    @Test("refuses a body over the cap, told or not, and ends the connection")
    func tooLarge() async throws {
        try await self.listening({ $0.maxBodyBytes = 1_000 }) { port, _ in
            let head = "POST /admin/v1/projects HTTP/1.1\r\nContent-Type: application/json\r\n"
            let told = try await Self.exchange(
                port,
                "\(head)Content-Length: 5000",
                body: String(repeating: " ", count: 5_000)
            )
            #expect(told.hasPrefix("HTTP/1.1 413"))
            let chunk = "7d0\r\n\(String(repeating: " ", count: 2_000))\r\n0\r\n\r\n"
            #expect(
                try await Self.exchange(port, "\(head)Transfer-Encoding: chunked", body: chunk).hasPrefix(
                    "HTTP/1.1 413"
                )
            )
        }
    }

    @Test("a body that does not come is a 408")
    func slowBody() async throws {
        try await self.listening({ $0.bodyDeadline = .milliseconds(50) }) { port, _ in
            let text = try await Self.exchange(
                port,
                "POST /admin/v1/projects HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 50",
                body: "{"
            )
            #expect(text.hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test("a silent connection is closed")
    func idle() async throws {
        try await self.listening({ $0.idleDeadline = .milliseconds(50) }) { port, _ in
            let text = try await offPool {
                let connection = try RawConnection(port: port)
                connection.send("GET /livez HTT")
                return connection.read()
            }
            #expect(!text.contains("200 OK"))
        }
    }

    @Test("an answer to HEAD has no body")
    func head() async throws {
        try await self.listening { port, _ in
            let text = try await Self.exchange(port, "HEAD /livez HTTP/1.1")
            #expect(text.hasPrefix("HTTP/1.1 200") && text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("metrics come with their media type")
    func metrics() async throws {
        try await self.listening { port, _ in
            _ = try await Self.exchange(port, "GET /admin/v1/status HTTP/1.1")
            let text = try await Self.exchange(port, "GET /metrics HTTP/1.1")
            #expect(text.contains("text/plain; version=0.0.4"))
            #expect(
                text.contains(
                    "martlet_admin_requests_total{method=\"GET\",route=\"/admin/v1/status\",status=\"200\"} 1"
                )
            )
        }
    }
}
