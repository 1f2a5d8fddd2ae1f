import NIOCore
import NIOEmbedded
import Testing

@testable import Upstream

@Suite("Upstream connection")
struct UpstreamConnectionTests {
    private struct Pair {
        let channel: EmbeddedChannel
        let connection: UpstreamConnection
        let recorder = Recorder()

        init() throws {
            let connection = UpstreamConnection()
            self.connection = connection
            self.channel = EmbeddedChannel(handler: connection)
            try self.channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 443)).wait()
        }

        func ask() -> Bool {
            self.connection.send(ByteBuffer(string: "POST / HTTP/1.1\r\n\r\n"), to: self.recorder)
        }

        func receive(_ text: String) throws {
            try self.channel.writeInbound(ByteBuffer(string: text))
        }
    }

    private static let answers = [
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
    ]

    @Test("an answer is the same whole and cut at every byte, and the connection is kept", arguments: Self.answers)
    func cuts(_ answer: String) throws {
        let bytes = Array(answer.utf8)
        for cut in 0...bytes.count {
            let pair = try Pair()
            #expect(pair.ask())
            try pair.channel.writeInbound(ByteBuffer(bytes: bytes[..<cut]))
            try pair.channel.writeInbound(ByteBuffer(bytes: bytes[cut...]))
            #expect(pair.recorder.status == 200)
            #expect(pair.recorder.text == "hello")
            #expect(pair.recorder.ended == 1)
            #expect(pair.recorder.failure == nil)
            #expect(pair.connection.isReusable)
        }
    }

    /// `hello`, compressed.
    private static let gzip: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0, 0,
    ]

    @Test("E01 an answer that is compressed unasked is inflated, however it is framed and cut")
    func gzip() throws {
        let size = String(Self.gzip.count, radix: 16)
        let forms = [
            Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\ncontent-length: \(Self.gzip.count)\r\n\r\n".utf8)
                + Self.gzip,
            Array("HTTP/1.1 200 OK\r\ncontent-encoding: x-gzip\r\ntransfer-encoding: chunked\r\n\r\n\(size)\r\n".utf8)
                + Self.gzip + Array("\r\n0\r\n\r\n".utf8),
        ]
        for bytes in forms {
            for cut in 0...bytes.count {
                let pair = try Pair()
                #expect(pair.ask())
                try pair.channel.writeInbound(ByteBuffer(bytes: bytes[..<cut]))
                try pair.channel.writeInbound(ByteBuffer(bytes: bytes[cut...]))
                #expect(pair.recorder.text == "hello" && pair.recorder.ended == 1)
                #expect(pair.connection.isReusable)
            }
        }
    }

    @Test("an encoding that is not understood, or not kept, is a failure")
    func encodings() throws {
        func failure(_ encoding: String, _ body: [UInt8]) throws -> UpstreamError.Code? {
            let pair = try Pair()
            #expect(pair.ask())
            let head = "HTTP/1.1 200 OK\r\ncontent-encoding: \(encoding)\r\ncontent-length: \(body.count)\r\n\r\n"
            try pair.channel.writeInbound(ByteBuffer(bytes: Array(head.utf8) + body))
            #expect(pair.recorder.ended == (pair.recorder.failure == nil ? 1 : 0))
            return pair.recorder.failure?.code
        }
        #expect(try failure("br", Self.gzip) == .protocolViolation)
        #expect(try failure("gzip, gzip", Self.gzip) == .protocolViolation)
        #expect(try failure("gzip", Array("hello".utf8)) == .protocolViolation)
        #expect(try failure("gzip", Self.gzip.dropLast()) == .closedInsideAnswer)
        #expect(try failure("gzip", []) == nil)
        #expect(try failure("identity", Array("hello".utf8)) == nil)
    }

    @Test("an answer without a length ends with the connection")
    func untilClose() throws {
        let pair = try Pair()
        #expect(pair.ask())
        try pair.receive("HTTP/1.1 200 OK\r\n\r\nhel")
        try pair.receive("lo")
        try pair.channel.close().wait()
        #expect(pair.recorder.text == "hello")
        #expect(pair.recorder.ended == 1)
    }

    @Test(
        "an answer that is cut is a failure, told once",
        arguments: [
            "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhel",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n",
            "HTTP/1.1 200 OK\r\ncontent-", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n30\r\nhel",
        ]
    )
    func cutAnswer(_ bytes: String) throws {
        let pair = try Pair()
        #expect(pair.ask())
        try pair.receive(bytes)
        try pair.channel.close().wait()
        #expect(pair.recorder.failure?.code == .closedInsideAnswer)
        #expect(pair.recorder.ended == 0)
    }

    @Test("a vendor that closes without a byte is told apart")
    func noAnswer() throws {
        let pair = try Pair()
        #expect(pair.ask())
        try pair.channel.close().wait()
        #expect(pair.recorder.failure?.code == .closedBeforeAnswer)
    }

    @Test("bytes beyond an answer, or without a question, make a connection unusable", arguments: [true, false])
    func leftovers(_ asks: Bool) throws {
        let pair = try Pair()
        if asks {
            #expect(pair.ask())
            try pair.receive("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n")
            #expect(pair.recorder.text == "ok")
        } else {
            try pair.receive("HTTP/1.1 408 Request Timeout\r\n\r\n")
        }
        #expect(!pair.connection.isReusable)
        #expect(!pair.channel.isActive)
    }

    @Test("an answer that says close is the connection's last")
    func closing() throws {
        let pair = try Pair()
        #expect(pair.ask())
        try pair.receive("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")
        #expect(pair.recorder.ended == 1)
        #expect(!pair.connection.isReusable)
    }

    @Test(
        "what is not HTTP is a failure of the vendor's",
        arguments: [
            "nonsense\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nx: a\u{0}b\r\n\r\n",
        ]
    )
    func violations(_ bytes: String) throws {
        let pair = try Pair()
        #expect(pair.ask())
        try pair.receive(bytes)
        #expect(pair.recorder.failure?.code == .protocolViolation)
        #expect(!pair.channel.isActive)
    }

    @Test("after an abort nothing more is heard")
    func abort() throws {
        let pair = try Pair()
        #expect(pair.ask())
        pair.connection.abort()
        #expect(pair.recorder.failure == nil)
        #expect(!pair.channel.isActive)
        #expect(!pair.ask())
    }

    @Test("reading is paused and resumed by option")
    func pausing() throws {
        let pair = try Pair()
        #expect(pair.ask())
        func reads() -> Bool? {
            pair.channel.options.last { $0.option is ChannelOptions.Types.AutoReadOption }?.value as? Bool
        }
        pair.connection.setReadingPaused(true)
        #expect(reads() == false)
        pair.connection.setReadingPaused(false)
        #expect(reads() == true)
    }
}
