import AnthropicMessages
import Exchange
import Ledger
import Logging
import NIOCore
import NIOEmbedded
import OpenAIChat
import OpenAIResponses
import Policy
import Providers
import Storage
import Synchronization
import Telemetry
import Testing
import Upstream

@testable import Gateway

/// The whole road without a socket: an embedded client channel, embedded vendor channels, and a clock moved by hand.
final class RoadHarness {
    let loop = EmbeddedEventLoop()
    let vendors = EmbeddedVendors()
    let records: RecordQueue
    let telemetry: TelemetryQueue
    let bodies: BodyQueue
    let registry = MetricRegistry()
    let snapshots = SnapshotHolder()
    let state: LoopState
    let shared: SharedState
    let admissions = AdmissionTable()
    let client: EmbeddedChannel
    let key: String
    private let wall = WallClock()

    init(
        options: GatewayOptions = .init(),
        world: TestWorld = .init(),
        journal: Journal? = nil,
        bodyBytes: Int = 64 << 20
    ) throws {
        self.key = world.key.text
        self.records = RecordQueue(registry: self.registry)
        self.telemetry = TelemetryQueue(registry: self.registry)
        self.bodies = BodyQueue(capacity: 4, maxBytes: bodyBytes, registry: self.registry)
        let admissions = self.admissions
        self.snapshots.publish(try world.snapshot(after: .empty, admissions))
        let wall = self.wall
        self.shared = SharedState(
            DataPlane.Parts(
                options: options,
                snapshots: self.snapshots,
                digester: TestWorld.digester,
                admissions: admissions,
                formats: [OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat()],
                registry: self.registry,
                records: self.records,
                telemetry: options.tracing == nil ? nil : self.telemetry,
                bodies: self.bodies,
                connector: self.vendors,
                journal: journal,
                firstUse: { _, _ in },
                unixMilliseconds: { wall.now },
                log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        self.state = LoopState(loop: self.loop, shared: self.shared, connector: self.vendors, seed: 1)
        self.client = EmbeddedChannel(handler: ClientConnection(loop: self.state), loop: self.loop)
        try self.client.connect(to: SocketAddress(ipAddress: "192.0.2.9", port: 40_000)).wait()
    }

    /// Moves both clocks.
    func advance(_ amount: Duration) {
        self.wall.advance(amount)
        self.loop.advanceTime(by: TimeAmount(amount))
    }

    // MARK: Client side

    /// Sends raw bytes as the client, and lets the loop end its round.
    func send(_ text: String, endsRound: Bool = true) throws {
        try self.client.writeInbound(ByteBuffer(string: text))
        if endsRound { self.endRound() }
    }

    /// Lets the loop end its round, where a journal waits for that.
    private func endRound() {
        if self.shared.journal != nil { self.loop.run() }
    }

    /// Sends a POST with a JSON body and the harness's key.
    func post(
        _ path: String,
        _ body: String,
        headers: [String] = [],
        authorization: String? = nil,
        endsRound: Bool = true
    ) throws {
        var lines = ["POST \(path) HTTP/1.1", "Host: gateway", "Content-Type: application/json"]
        lines.append("Authorization: Bearer \(authorization ?? self.key)")
        lines += headers
        lines.append("Content-Length: \(body.utf8.count)")
        try self.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body, endsRound: endsRound)
    }

    /// Everything the client was sent since the last call.
    func received() throws -> String {
        var text = ""
        while let part = try self.client.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    /// An answer to the client, taken apart. What is about to be tried again, after a moment, is waited for.
    func answer() throws -> Answer {
        var text = try self.received()
        for _ in 0..<200 where text.isEmpty {
            self.advance(.milliseconds(50))
            text = try self.received()
        }
        return try #require(Answer(text))
    }

    // MARK: Vendor side

    /// What the last vendor connection was sent since the last call.
    func vendorReceived() throws -> String {
        let vendor = try #require(self.vendors.last)
        var text = ""
        while let part = try vendor.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    /// Sends raw bytes as the last vendor.
    func vendorSends(_ text: String) throws {
        let vendor = try #require(self.vendors.last)
        try vendor.writeInbound(ByteBuffer(string: text))
        self.endRound()
    }

    /// Sends raw bytes as the last vendor.
    func vendorSends(_ bytes: [UInt8]) throws {
        let vendor = try #require(self.vendors.last)
        try vendor.writeInbound(ByteBuffer(bytes: bytes))
        self.endRound()
    }

    /// A complete JSON answer from the vendor.
    func vendorAnswers(
        _ status: Int = 200,
        _ body: String,
        type: String = "application/json",
        headers: [String] = []
    ) throws {
        let lines = ["HTTP/1.1 \(status) X", "content-type: \(type)", "content-length: \(body.utf8.count)"] + headers
        try self.vendorSends(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// The head of a chunked event stream from the vendor.
    func vendorStartsStream() throws {
        try self.vendorSends("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    }

    /// One chunk of a stream.
    func vendorStreams(_ text: String) throws {
        try self.vendorSends(String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
    }

    /// The end of a stream.
    func vendorEndsStream() throws {
        try self.vendorSends("0\r\n\r\n")
    }

    /// What telemetry was told so far.
    func takeFinished() -> [FinishedRequest] {
        self.state.flushRecords()
        return self.telemetry.take()
    }

    /// The records written so far.
    func takeRecords() -> [RequestRecord] {
        self.state.flushRecords()
        return self.records.take(atLeast: 1000).flatMap { $0 }
    }
}

/// A wall clock moved by hand.
final class WallClock: Sendable {
    private let milliseconds = Atomic<Int64>(1_795_550_400_000)

    var now: Int64 { self.milliseconds.load(ordering: .relaxed) }

    func advance(_ amount: Duration) {
        let (seconds, attoseconds) = amount.components
        self.milliseconds.add(seconds * 1000 + attoseconds / 1_000_000_000_000_000, ordering: .relaxed)
    }
}

/// A connector that hands out embedded channels, or fails.
///
/// `@unchecked Sendable`: everything happens on the one thread that runs the test's embedded loop.
final class EmbeddedVendors: UpstreamConnector, @unchecked Sendable {
    private(set) var channels: [EmbeddedChannel] = []
    var failure: UpstreamError?
    /// So many connections fail with it.
    var failures = Int.max
    var hangs = false

    var last: EmbeddedChannel? { self.channels.last }

    func connect(to endpoint: UpstreamEndpoint, on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        if let failure, self.failures > 0 {
            self.failures -= 1
            return loop.makeFailedFuture(failure)
        }
        if self.hangs { return loop.makePromise(of: (any Channel).self).futureResult }
        guard let embedded = loop as? EmbeddedEventLoop else {
            return loop.makeFailedFuture(UpstreamError(.connectFailed, "not an embedded loop"))
        }
        let channel = EmbeddedChannel(handler: UpstreamConnection(), loop: embedded)
        self.channels.append(channel)
        return loop.makeCompletedFuture {
            channel.connect(to: try SocketAddress(ipAddress: "192.0.2.1", port: 443), promise: nil)
            return channel
        }
    }
}

/// An HTTP answer as text, with a chunked body put together.
struct Answer {
    let status: Int
    let headers: [String: String]
    let body: String
    let isChunked: Bool
    /// Whether a chunked body ended with its last chunk, or a counted one has its length.
    let isWhole: Bool

    init?(_ text: String) {
        guard let split = text.range(ofASCII: "\r\n\r\n") else { return nil }
        let lines = text[..<split.lowerBound].split(separator: "\r\n")
        guard let first = lines.first, let status = Int(first.split(separator: " ")[1]) else { return nil }
        self.status = status
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop(while: { $0 == " " })) : ""
        }
        self.headers = headers
        self.isChunked = headers["transfer-encoding"] == "chunked"
        let rest = Array(text[split.upperBound...].utf8)
        if self.isChunked {
            let (body, isWhole) = Self.dechunk(rest)
            self.body = String(decoding: body, as: UTF8.self)
            self.isWhole = isWhole
        } else {
            self.body = String(decoding: rest, as: UTF8.self)
            self.isWhole = headers["content-length"].flatMap { Int($0) } == rest.count
        }
    }

    private static func dechunk(_ bytes: [UInt8]) -> ([UInt8], Bool) {
        var body: [UInt8] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0D) {
            guard let count = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) else { break }
            guard count > 0 else { return (body, true) }
            let start = end + 2
            guard start + count <= rest.endIndex else { break }
            body += rest[start..<start + count]
            rest = rest[(start + count + 2)...]
        }
        return (body, false)
    }
}

extension String {
    fileprivate func range(ofASCII pattern: String) -> Range<String.Index>? {
        let needle = Array(pattern.utf8)
        let bytes = Array(self.utf8)
        guard bytes.count >= needle.count else { return nil }
        for start in 0...(bytes.count - needle.count) where bytes[start..<start + needle.count].elementsEqual(needle) {
            let lower = self.utf8.index(self.utf8.startIndex, offsetBy: start)
            return lower..<self.utf8.index(lower, offsetBy: needle.count)
        }
        return nil
    }
}
