/// Why an upstream exchange could not be had or did not end well. For decisions and logs, never for the caller's eyes.
public struct UpstreamError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened, in the terms decisions are made in.
    public enum Code: String, Sendable, CaseIterable {
        /// The connection could not be made.
        case connectFailed = "connect_failed"
        /// The connection, TLS included, was not there in time.
        case connectTimedOut = "connect_timed_out"
        /// The certificate or the handshake was not acceptable.
        case tlsFailed = "tls_failed"
        /// The host resolves to an address that the provider may not use.
        case addressRefused = "address_refused"
        /// The proxy did not open a tunnel.
        case proxyRefused = "proxy_refused"
        /// All connections are in use and the queue is full, or the queue's deadline passed.
        case saturated
        /// The vendor closed before the first byte of its answer.
        case closedBeforeAnswer = "closed_before_answer"
        /// The vendor closed inside its answer.
        case closedInsideAnswer = "closed_inside_answer"
        /// The vendor's bytes are not acceptable HTTP.
        case protocolViolation = "protocol_violation"
    }

    /// What happened.
    public var code: Code
    /// For the log: host-free, secret-free.
    public var detail: String

    /// Describes an error.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Code and detail.
    public var description: String { "\(self.code.rawValue): \(self.detail)" }

    /// Whether no byte of the request can have reached the vendor.
    public var isBeforeSending: Bool {
        switch self.code {
        case .connectFailed, .connectTimedOut, .tlsFailed, .addressRefused, .proxyRefused, .saturated: true
        case .closedBeforeAnswer, .closedInsideAnswer, .protocolViolation: false
        }
    }
}
