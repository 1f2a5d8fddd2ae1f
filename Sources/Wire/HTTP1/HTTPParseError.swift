/// Why an HTTP/1 message was refused.
public struct HTTPParseError: Error, Equatable, Sendable {
    /// The kinds of refusal.
    public enum Code: UInt8, Sendable {
        /// The first line of a request is malformed.
        case badRequestLine
        /// The first line of a response is malformed.
        case badStatusLine
        /// A target that is neither a path nor `*` for OPTIONS, or holds bytes other than visible ASCII.
        case badTarget
        /// The target is longer than the limit.
        case targetTooLong
        /// Another version than 1.0 and 1.1.
        case unsupportedVersion
        /// A field with a malformed name, a space before its colon, or control characters in its value.
        case badHeader
        /// A line ended by LF alone.
        case bareLF
        /// A field continued on the next line.
        case obsFold
        /// Both `content-length` and `transfer-encoding`, or one of them twice.
        case conflictingFraming
        /// A `content-length` that is not a plain decimal number in range.
        case badContentLength
        /// A `transfer-encoding` other than `chunked`, or one in HTTP/1.0.
        case badTransferEncoding
        /// More fields than the limit.
        case tooManyHeaders
        /// A line or the whole head is larger than the limit.
        case headersTooLarge
        /// An HTTP/1.1 request without `host`.
        case missingHost
        /// Two `host` fields.
        case duplicateHost
        /// A `host` that holds other bytes than a host and a port may.
        case badHost
        /// An `expect` other than `100-continue`.
        case unsupportedExpectation
        /// A malformed chunk size, extension or chunk end.
        case badChunk
        /// Chunk extensions longer than the limit.
        case chunkExtensionsTooLong
        /// A malformed field after the last chunk, or one that would change the framing.
        case badTrailer
        /// Fields after the last chunk longer than the limit.
        case trailersTooLarge
    }

    /// What is wrong.
    public var code: Code

    /// Makes an error.
    public init(_ code: Code) {
        self.code = code
    }

    /// The status a server answers with before it closes; a response refused on our side is a 502 instead.
    public var status: Int {
        switch self.code {
        case .targetTooLong: 414
        case .tooManyHeaders, .headersTooLarge, .trailersTooLarge: 431
        case .unsupportedVersion: 505
        case .unsupportedExpectation: 417
        case .badRequestLine, .badStatusLine, .badTarget, .badHeader, .bareLF, .obsFold, .conflictingFraming,
            .badContentLength, .badTransferEncoding, .missingHost, .duplicateHost, .badHost, .badChunk,
            .chunkExtensionsTooLong, .badTrailer:
            400
        }
    }

    /// A sentence without any of the message's content, safe to show to the peer.
    public var message: String {
        switch self.code {
        case .badRequestLine: "malformed request line"
        case .badStatusLine: "malformed status line"
        case .badTarget: "the request target must be an absolute path"
        case .targetTooLong: "the request target is too long"
        case .unsupportedVersion: "only HTTP/1.1 and HTTP/1.0 are spoken here"
        case .badHeader: "malformed header field"
        case .bareLF: "lines must end with CRLF"
        case .obsFold: "header fields must not be folded"
        case .conflictingFraming: "conflicting or repeated content-length and transfer-encoding"
        case .badContentLength: "content-length must be a decimal number"
        case .badTransferEncoding: "transfer-encoding must be chunked"
        case .tooManyHeaders: "too many header fields"
        case .headersTooLarge: "header fields too large"
        case .missingHost: "missing host header field"
        case .duplicateHost: "more than one host header field"
        case .badHost: "malformed host header field"
        case .unsupportedExpectation: "the only expectation understood is 100-continue"
        case .badChunk: "malformed chunk"
        case .chunkExtensionsTooLong: "chunk extensions too long"
        case .badTrailer: "malformed or forbidden trailer field"
        case .trailersTooLarge: "trailer fields too large"
        }
    }
}

/// Bounds of a message's head.
public struct HTTPLimits: Sendable, Equatable {
    /// Bytes of a request target.
    public var maxTargetBytes = 8192
    /// Header fields.
    public var maxHeaderCount = 100
    /// Bytes of the whole head, first line and final empty line included.
    public var maxHeaderBytes = 65_536
    /// Bytes of one header line.
    public var maxHeaderLine = 32_768

    /// The defaults.
    public init() {}
}
