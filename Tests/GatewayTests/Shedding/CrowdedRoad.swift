import AnthropicMessages
import Exchange
import Logging
import NIOCore
import NIOEmbedded
import OpenAIChat
import OpenAIResponses
import Policy
import Storage
import Telemetry
import Testing
import Upstream

@testable import Gateway

/// The road with many clients of two projects, without a socket, and a clock moved by hand.
final class CrowdedRoad {
    /// Who asks.
    enum Project: String, CaseIterable {
        case blue, red
    }

    /// One client connection.
    struct Client {
        let channel: EmbeddedChannel

        /// Everything it was sent since the last call.
        func received() throws -> String {
            var text = ""
            while let part = try self.channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
            return text
        }

        func answer() throws -> Answer { try #require(Answer(try self.received())) }
    }

    let loop = EmbeddedEventLoop()
    let vendors = EmbeddedVendors()
    let registry = MetricRegistry()
    let snapshots = SnapshotHolder()
    let shared: SharedState
    private let state: LoopState
    private let records: RecordQueue
    private let admissions = AdmissionTable()
    private let models: [Model]
    private let tokens: [Project: VirtualKey]
    private var keys = KeyTable.empty
    private let wall = WallClock()

    init(places: Int, _ configure: (inout GatewayOptions) -> Void = { _ in }) throws {
        var options = GatewayOptions()
        options.limits.maxInFlight = places
        configure(&options)
        self.records = RecordQueue(registry: self.registry)
        self.models = try TestWorld().snapshot().models
        self.tokens = [.blue: .generate(), .red: .generate()]
        let wall = self.wall
        self.shared = SharedState(
            DataPlane.Parts(
                options: options,
                snapshots: self.snapshots,
                digester: TestWorld.digester,
                admissions: self.admissions,
                formats: [OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat()],
                registry: self.registry,
                records: self.records,
                connector: self.vendors,
                firstUse: { _, _ in },
                unixMilliseconds: { wall.now },
                log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        self.state = LoopState(loop: self.loop, shared: self.shared, connector: self.vendors, seed: 1)
        self.publish()
    }

    /// Puts the keys in force, without those of one project if it is named.
    func publish(withoutKeyOf project: Project? = nil) {
        let facts = self.tokens.compactMap { owner, token -> KeyFacts? in
            guard owner != project else { return nil }
            return KeyFacts(
                id: token.id,
                name: owner.rawValue,
                projectID: owner.rawValue,
                digest: TestWorld.digester.digest(token).bytes,
                verifier: ""
            )
        }
        self.keys = self.keys.successor(
            keys: facts,
            projects: Project.allCases.map { KeyProject(id: $0.rawValue, name: $0.rawValue, isEnabled: true) },
            limits: self.admissions,
            now: MonotonicInstant(microseconds: 0)
        )
        self.snapshots.publish(Snapshot(keys: self.keys, models: self.models))
    }

    func connect() throws -> Client {
        let channel = EmbeddedChannel(handler: ClientConnection(loop: self.state), loop: self.loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.9", port: 40_000)).wait()
        return Client(channel: channel)
    }

    static let paths = ["/v1/chat/completions", "/v1/responses", "/v1/messages"]
    static let chat = #"{"model":"fast","messages":[{"role":"user","content":"hi"}]}"#

    /// A request as bytes.
    func request(
        _ project: Project,
        path: String = CrowdedRoad.paths[0],
        body: String = CrowdedRoad.chat,
        length: Int? = nil
    ) throws -> String {
        let token = try #require(self.tokens[project])
        return "POST \(path) HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer \(token.text)\r\n"
            + "Content-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)"
    }

    /// A new client that asks.
    func ask(_ project: Project, path: String = CrowdedRoad.paths[0]) throws -> Client {
        try self.send(try self.request(project, path: path))
    }

    /// A new client that sends these bytes.
    func send(_ text: String) throws -> Client {
        let client = try self.connect()
        try client.channel.writeInbound(ByteBuffer(string: text))
        return client
    }

    /// The vendor answers the request that it got at this place in the order of arrival.
    func vendorAnswers(_ index: Int) throws {
        let body = #"{"id":"c","choices":[]}"#
        let text =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        try self.vendors.channels[index].writeInbound(ByteBuffer(string: text))
        self.loop.run()
    }

    /// Requests that reached the vendor: each has a connection of its own while none has been answered.
    var arrivals: Int { self.vendors.channels.count }

    func advance(_ amount: Duration) {
        self.wall.advance(amount)
        self.loop.advanceTime(by: TimeAmount(amount))
    }

    func metric(_ line: String) -> Bool {
        String(decoding: self.registry.render(), as: UTF8.self).split(separator: "\n").contains { $0 == line }
    }

    /// Nobody is in, nobody waits, nothing is held.
    var isEmpty: Bool {
        self.shared.gate.count.requests == 0 && self.shared.gate.count.bodyBytes == 0 && self.shared.gate.waiting == 0
    }
}
