/// The methods that have a meaning here.
public enum HTTPMethod: UInt8, Sendable {
    /// GET
    case get
    /// HEAD
    case head
    /// POST
    case post
    /// PUT
    case put
    /// PATCH
    case patch
    /// DELETE
    case delete
    /// OPTIONS
    case options
    /// CONNECT
    case connect
    /// TRACE
    case trace
    /// Any other token, case counting.
    case other
}

/// A header field: offsets into the buffer that was parsed.
public struct HTTPHeaderField: Sendable, Equatable {
    /// The name, as written.
    public var name: Range<Int>
    /// The value, without the white space around it.
    public var value: Range<Int>

    /// Makes a field.
    public init(name: Range<Int>, value: Range<Int>) {
        self.name = name
        self.value = value
    }
}

/// How a body ends.
public enum HTTPFraming: Sendable, Equatable {
    /// There is none.
    case none
    /// After so many bytes.
    case length(Int)
    /// After the last chunk.
    case chunked
    /// With the connection; responses only.
    case untilClose
}

/// The head of a request. All ranges are offsets into the buffer that was parsed.
public struct HTTPRequestHead: Sendable, Equatable {
    /// The method.
    public var method = HTTPMethod.other
    /// Where the method is.
    public var methodRange = 0..<0
    /// Where the target is: visible ASCII, beginning with `/` (or `*` for OPTIONS, or an authority for CONNECT).
    public var target = 0..<0
    /// Whether the version is 1.0.
    public var isHTTP10 = false
    /// The fields, in order.
    public var headers: [HTTPHeaderField] = []
    /// How the body ends.
    public var framing = HTTPFraming.none
    /// Whether the client means to keep the connection.
    public var keepAlive = false
    /// Whether the client waits for a 100 before it sends the body.
    public var expectsContinue = false
    /// Whether the client offers another protocol.
    public var isUpgrade = false
    /// Bytes of the head, an empty line before it included.
    public var byteCount = 0

    /// An empty head, to be filled by a parser; keep it, so that its memory is used again.
    public init() {}
}

/// The head of a response. All ranges are offsets into the buffer that was parsed.
public struct HTTPResponseHead: Sendable, Equatable {
    /// The status, 100 to 599.
    public var status = 0
    /// Whether the version is 1.0.
    public var isHTTP10 = false
    /// The fields, in order.
    public var headers: [HTTPHeaderField] = []
    /// How the body ends.
    public var framing = HTTPFraming.none
    /// Whether the connection can be used again after the body.
    public var keepAlive = false
    /// Bytes of the head.
    public var byteCount = 0

    /// An empty head, to be filled by a parser; keep it, so that its memory is used again.
    public init() {}
}

extension HTTPRequestHead {
    /// The first value of the field with this name, which is given in lower case.
    public func value(_ name: StaticString, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        HTTPFields.value(name, of: self.headers, in: bytes)
    }
}

extension HTTPResponseHead {
    /// The first value of the field with this name, which is given in lower case.
    public func value(_ name: StaticString, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        HTTPFields.value(name, of: self.headers, in: bytes)
    }
}
