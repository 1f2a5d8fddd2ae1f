import AnthropicMessages
import Exchange
import Foundation
import Logging
import MartletTesting
import NIOCore
import OpenAIChat
import OpenAIResponses
import Policy
import SQLiteStorage
import Storage
import Telemetry
import Testing
import Upstream

@testable import Gateway

/// The data plane as `serve` wires it: a real listener on a free port, real pools, a store in a folder of its own, one key,
/// and an oracle where the vendors should be.
final class LiveGateway: Sendable {
    /// What a gateway is made of.
    struct Setup {
        var options = GatewayOptions()
        var providers: [ProviderRecord]
        /// Public name, provider, and the model's name there.
        var models: [(name: String, provider: String, upstreamModel: String)] = [
            ("fast", "openai", "gpt-real"), ("claude", "anthropic", "claude-real"),
        ]
        /// For proxies.
        var environment: [String: String] = [:]
        /// What the listener, and what connections to vendors, may use.
        var descriptors = DescriptorRoom.process
        var vendorDescriptors = DescriptorRoom.process
        /// Every provider's.
        var secret = LiveGateway.vendorSecret
        var translations = TranslationTable.none
        var formats: [any WireFormat] = [OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat()]

        /// Two accounts at one oracle.
        init(oraclePort: Int) {
            self.options.host = "127.0.0.1"
            self.options.port = 0
            self.options.loops = 1
            self.options.drain.limit = .seconds(5)
            let vendor = "http://127.0.0.1:\(oraclePort)"
            self.providers = [
                LiveGateway.provider("openai", kind: "openai", "\(vendor)/v1"),
                LiveGateway.provider("anthropic", kind: "anthropic", vendor),
            ]
        }
    }

    static let vendorSecret = "vendor-secret-of-the-test"

    let port: Int
    let key = VirtualKey.testing
    let dataPlane: DataPlane
    private let store: SQLiteStore
    private let writer: RecordWriter
    private let registry: MetricRegistry
    private let admissions: AdmissionTable
    private let folder: LiveFolder

    /// Runs a test with a gateway and an oracle behind it, stops both whatever happens, and checks that nothing is left.
    static func run(
        oracle options: OracleUpstream.Options = .init(),
        configure: (inout Setup) -> Void = { _ in },
        _ body: (LiveGateway, OracleUpstream) async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(LiveExecutor()) {
            try await Self.runHere(oracle: options, configure: configure, body)
        }
    }

    private static func runHere(
        oracle options: OracleUpstream.Options,
        configure: (inout Setup) -> Void,
        _ body: (LiveGateway, OracleUpstream) async throws -> Void
    ) async throws {
        let oracle = try await OracleUpstream.start(options)
        do {
            var setup = Setup(oraclePort: oracle.port)
            configure(&setup)
            let gateway = try await LiveGateway(setup)
            do {
                try await body(gateway, oracle)
            } catch {
                await gateway.stop()
                throw error
            }
            await gateway.stop()
            gateway.expectNothingLeft()
        } catch {
            await oracle.shutdown()
            throw error
        }
        await oracle.shutdown()
    }

    private init(_ setup: Setup) async throws {
        self.folder = try LiveFolder()
        self.registry = MetricRegistry()
        self.admissions = AdmissionTable()
        self.store = try SQLiteStore(path: self.folder.file("martlet.sqlite"))
        try Self.fill(self.store, setup, self.key)
        let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let builder = SnapshotBuilder(
            environment: setup.environment,
            admissions: self.admissions,
            translations: setup.translations,
            credentials: { _ in Secret(setup.secret) }
        )
        let (snapshot, problems) = builder.build(
            try self.store.loadConfiguration(),
            after: .empty,
            at: MonotonicInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds)
        )
        try #require(problems.isEmpty, "\(problems)")
        for model in snapshot.models { TestWorld.spendRetries(of: model) }
        let records = RecordQueue(registry: self.registry)
        self.writer = RecordWriter(queue: records, requests: self.store, registry: self.registry, log: log)
        self.dataPlane = DataPlane(
            .init(
                options: setup.options,
                snapshots: SnapshotHolder(snapshot),
                digester: TestWorld.digester,
                admissions: self.admissions,
                formats: setup.formats,
                registry: self.registry,
                records: records,
                connector: SocketConnector(
                    connectTimeout: TimeAmount(setup.options.deadlines.connect),
                    descriptors: setup.vendorDescriptors,
                    unixSeconds: { Int(Self.unixMilliseconds() / 1000) }
                ),
                descriptors: setup.descriptors,
                firstUse: { _, _ in },
                unixMilliseconds: Self.unixMilliseconds,
                log: log
            )
        )
        try await self.dataPlane.start()
        self.port = try #require(self.dataPlane.port)
    }

    private static func fill(_ store: SQLiteStore, _ setup: Setup, _ key: VirtualKey) throws {
        let now = Self.unixMilliseconds()
        try store.insertProject(ProjectRecord(id: "prj_live", name: "live", createdAt: now, updatedAt: now))
        try store.insertKey(
            KeyRecord(
                id: key.id,
                name: "live",
                projectID: "prj_live",
                digest: TestWorld.digester.digest(key).bytes,
                verifier: "",
                createdAt: now,
                updatedAt: now
            )
        )
        for provider in setup.providers { try store.insertProvider(provider) }
        for model in setup.models {
            try store.insertModel(
                ModelRecord(
                    id: "mdl_\(model.name)",
                    name: model.name,
                    targets: [TargetRecord(provider: model.provider, upstreamModel: model.upstreamModel)],
                    createdAt: now,
                    updatedAt: now
                )
            )
        }
    }

    static func provider(
        _ name: String,
        kind: String,
        _ baseURL: String,
        settings: [String: String] = ["allow_private": "true"]
    ) -> ProviderRecord {
        ProviderRecord(
            id: "prv_\(name)",
            name: name,
            kind: kind,
            baseURL: baseURL,
            settings: settings,
            createdAt: 1,
            updatedAt: 1
        )
    }

    private static let unixMilliseconds: @Sendable () -> UnixMilliseconds = {
        UnixMilliseconds(Date().timeIntervalSince1970 * 1000)
    }

    private func stop() async {
        await self.dataPlane.drain()
        await self.writer.drain()
        try? self.store.close()
    }

    private func expectNothingLeft() {
        #expect(self.metric("martlet_in_flight_requests") == 0)
        #expect(self.metric("martlet_held_body_bytes") == 0)
        #expect(self.metric("martlet_client_connections") == 0)
        #expect(self.metric("martlet_defects_total") == 0)
        #expect(self.admissions.abandonedCount == 0)
    }
}

// MARK: Looking

extension LiveGateway {
    /// A metric without labels, as a scrape would tell it.
    func metric(_ name: String) -> Double? {
        String(decoding: self.registry.render(), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix(name + " ") }
            .flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    /// Whether no exchange is under way and no body is held, within the limit.
    func isAtRest(within limit: Duration = .seconds(2)) async -> Bool {
        await eventually(within: limit) {
            self.dataPlane.exchangesUnderWay == 0 && self.metric("martlet_held_body_bytes") == 0
        }
    }

    /// The stored record of a request, waited for.
    func record(_ id: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> RequestRecord {
        var found: RequestRecord?
        _ = try await eventually {
            await self.writer.drain()
            found = try self.store.find(id: id)?.record
            return found != nil
        }
        return try #require(found, "no record of \(id)", sourceLocation: sourceLocation)
    }
}

// MARK: Asking

extension LiveGateway {
    func connect() async throws -> RawClient { try await RawClient.connect(port: self.port) }

    /// The head of a POST with the gateway's key; `id` becomes the request's id.
    func head(_ path: String, _ headers: [String], id: String? = nil) -> String {
        var lines = ["POST \(path) HTTP/1.1", "Host: gateway", "Content-Type: application/json"]
        lines.append("Authorization: Bearer \(self.key.text)")
        if let id { lines.append("X-Request-Id: \(id)") }
        return (lines + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// A POST with its length.
    func post(_ path: String, _ body: String, id: String? = nil) -> String {
        self.head(path, ["Content-Length: \(body.utf8.count)"], id: id) + body
    }

    /// One POST on a connection of its own.
    func ask(_ path: String, _ body: String, id: String? = nil) async throws -> Answer {
        let client = try await self.connect()
        do {
            try await client.send(self.post(path, body, id: id))
            let answer = try await client.answer()
            await client.close()
            return answer
        } catch {
            await client.close()
            throw error
        }
    }
}

extension RawClient {
    /// Waits for one whole answer, the first on this connection.
    func answer(within limit: Duration = .seconds(10)) async throws -> Answer {
        let bytes = try await self.receive(within: limit) { bytes in
            Answer(String(decoding: bytes, as: UTF8.self))?.isWhole == true
        }
        return try #require(Answer(String(decoding: bytes, as: UTF8.self)))
    }
}

/// Bodies and streams of the two vendors.
enum Live {
    static let chat = #"{"model":"fast","messages":[{"role":"user","content":"Hi"}]}"#
    static let chatStream = #"{"model":"fast","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#

    static let chatAnswer =
        #"{"id":"c1","object":"chat.completion","created":1,"model":"gpt-real","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"hi"}}],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}"#

    static func chunk(_ text: String, finish: String = "null") -> String {
        #"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"gpt-real","choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":\#(finish)}]}"#
            + "\n\n"
    }

    static let done = "data: [DONE]\n\n"

    /// A whole JSON answer.
    static func json(_ body: String) -> OracleScript {
        OracleScript(
            OracleAnswer(headers: [OracleHeader("content-type", "application/json")], pieces: [Array(body.utf8)])
        )
    }
}
