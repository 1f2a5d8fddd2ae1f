import NIOCore
import Providers
import Wire

/// Collects the answer to a request for credentials, whatever its status, as far as the limit.
final class CredentialAnswer: UpstreamConsumer {
    private let answer: EventLoopPromise<CredentialResponse>
    private var response = CredentialResponse(status: 0, body: [])

    init(_ answer: EventLoopPromise<CredentialResponse>) {
        self.answer = answer
    }

    func upstreamReceivedHead(_ head: HTTPResponseHead, in bytes: UnsafeRawBufferPointer) {
        self.response.status = head.status
        self.response.headers = head.headers.map { field in
            CredentialHeader(
                String(decoding: bytes[field.name], as: UTF8.self).lowercased(),
                String(decoding: bytes[field.value], as: UTF8.self)
            )
        }
        if case .length(let count) = head.framing, count > CredentialLimits.answerBytes { self.refuse() }
    }

    func upstreamReceivedBody(_ bytes: UnsafeRawBufferPointer) {
        // Once refused, the connection is being closed; what still comes is dropped.
        guard bytes.count <= CredentialLimits.answerBytes - self.response.body.count else { return self.refuse() }
        self.response.body += bytes
    }

    func upstreamReadComplete() {}

    func upstreamEnded() { self.answer.succeed(self.response) }

    func upstreamFailed(_ error: UpstreamError) { self.answer.fail(error) }

    private func refuse() {
        self.answer.fail(
            CredentialError(.malformed, "the answer is longer than \(CredentialLimits.answerBytes) bytes")
        )
    }
}

extension CredentialRequest {
    /// The request as it goes over the wire.
    ///
    /// - Throws: `.malformed` for a header that would not stay one line.
    func wireBytes() throws(CredentialError) -> ByteBuffer {
        let isSafe = self.headers.allSatisfy { header in
            header.name.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ":") }
                && header.value.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        }
        guard isSafe, self.target.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw CredentialError(.malformed, "a header or path to be sent holds a character that it may not have")
        }
        var bytes = ByteBufferAllocator().buffer(capacity: 1024 + self.body.count)
        bytes.writeString("\(self.method.rawValue) \(self.target) HTTP/1.1\r\nhost: \(self.origin.authority)\r\n")
        for header in self.headers { bytes.writeString("\(header.name): \(header.value)\r\n") }
        if self.method != .get || !self.body.isEmpty { bytes.writeString("content-length: \(self.body.count)\r\n") }
        bytes.writeStaticString("user-agent: martlet\r\nconnection: close\r\n\r\n")
        bytes.writeBytes(self.body)
        return bytes
    }
}
