import Exchange
import Glibc
import Wire

/// A blocking HTTP/1.1 call per request, to the admin listener. Small on purpose: one connection, a deadline, a cap.
struct HTTPTransport: AdminTransport {
    /// Nobody listens there: the store may be worked on directly.
    struct NoServer: Error {}

    private static let maxAnswerBytes = 64 << 20

    let host: String
    let port: Int
    let token: Secret
    /// How long each sending and receiving may take.
    var deadlineSeconds = 10

    func waiting(seconds: Int) -> any AdminTransport {
        var patient = self
        patient.deadlineSeconds = seconds
        return patient
    }

    func send(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> AdminReply {
        let socket = try self.connect()
        defer { _ = close(socket) }
        var request = Array(
            "\(method) \(path) HTTP/1.1\r\nhost: \(self.host):\(self.port)\r\nconnection: close\r\n".utf8
        )
        request += Array("authorization: Bearer ".utf8) + self.token.bytes + Array("\r\n".utf8)
        if let body { request += Array("content-type: application/json\r\ncontent-length: \(body.count)\r\n".utf8) }
        request += Array("\r\n".utf8) + (body ?? [])
        try Self.write(request, to: socket)
        return try Self.parse(try Self.readAll(socket))
    }

    private func connect() throws -> CInt {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(self.host, String(self.port), &hints, &list) == 0, let first = list else {
            throw CommandFailure(code: 1, message: "the admin host '\(self.host)' cannot be resolved")
        }
        defer { freeaddrinfo(first) }
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let entry = next?.pointee {
            let descriptor = socket(entry.ai_family, entry.ai_socktype, entry.ai_protocol)
            if descriptor >= 0 {
                self.setDeadline(descriptor)
                if Glibc.connect(descriptor, entry.ai_addr, entry.ai_addrlen) == 0 { return descriptor }
                _ = close(descriptor)
            }
            next = entry.ai_next
        }
        throw NoServer()
    }

    private func setDeadline(_ descriptor: CInt) {
        var limit = timeval(tv_sec: self.deadlineSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    private static func write(_ bytes: [UInt8], to socket: CInt) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { throw CommandFailure(code: 1, message: "the admin listener closed the connection") }
            rest = rest.dropFirst(count)
        }
    }

    private static func readAll(_ socket: CInt) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = piece.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            guard count >= 0 else {
                throw CommandFailure(code: 1, message: "the admin listener did not answer in time")
            }
            guard count > 0 else { return bytes }
            bytes += piece.prefix(count)
            guard bytes.count <= Self.maxAnswerBytes else {
                throw CommandFailure(code: 1, message: "the admin listener's answer is too long")
            }
        }
    }

    /// Reads a whole answer; the listener closes after it.
    static func parse(_ bytes: [UInt8]) throws -> AdminReply {
        let unreadable = CommandFailure(code: 1, message: "the admin listener's answer is not HTTP")
        return try bytes.withUnsafeBytes { raw in
            var parser = HTTPResponseParser(limits: HTTPLimits())
            var head = HTTPResponseHead()
            guard (try? parser.parse(raw, requestWasHead: false, into: &head)) == true else { throw unreadable }
            let rest = UnsafeRawBufferPointer(rebasing: raw[head.byteCount...])
            switch head.framing {
            case .none:
                return AdminReply(status: head.status, body: [])
            case .untilClose:
                return AdminReply(status: head.status, body: Array(rest))
            case .length(let count):
                guard rest.count >= count else { throw unreadable }
                return AdminReply(status: head.status, body: Array(rest.prefix(count)))
            case .chunked:
                return AdminReply(status: head.status, body: try Self.dechunk(rest))
            }
        }
    }

    private static func dechunk(_ bytes: UnsafeRawBufferPointer) throws -> [UInt8] {
        var decoder = ChunkedDecoder()
        var offset = 0
        var body: [UInt8] = []
        while true {
            switch try decoder.next(bytes, from: &offset) {
            case .data(let range): body += bytes[range]
            case .end: return body
            case .needMore: throw CommandFailure(code: 1, message: "the admin listener's answer was cut")
            }
        }
    }
}
