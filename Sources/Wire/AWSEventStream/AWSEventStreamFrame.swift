/// One frame of `application/vnd.amazon.eventstream`: offsets into the buffer it was found in, checksums verified.
public struct AWSEventStreamFrame: Sendable, Equatable {
    /// What `:message-type` says.
    public enum Kind: Sendable, Equatable {
        /// An event; its name is `:event-type`.
        case event
        /// An exception that the service describes; its name is `:exception-type`.
        case exception
        /// An error without payload; its name is `:error-code`.
        case error
        /// No type, or an unknown one.
        case other
    }

    /// The whole frame.
    public var range: Range<Int>
    /// What `:message-type` says.
    public var kind = Kind.other
    /// The value of `:event-type`, `:exception-type` or `:error-code`, as the kind has it.
    public var name: Range<Int>?
    /// The value of `:error-message`.
    public var errorMessage: Range<Int>?
    /// The headers, one after the other.
    public var headers: Range<Int>
    /// The payload, as a rule JSON.
    public var payload: Range<Int>

    /// Makes a frame without a meaning yet.
    init(range: Range<Int>, headers: Range<Int>, payload: Range<Int>) {
        self.range = range
        self.headers = headers
        self.payload = payload
    }
}

/// Why a binary stream was given up. Nothing after the fault can be trusted, for lengths tell where frames begin.
public enum AWSEventStreamError: Error, Equatable, Sendable {
    /// One frame is longer than the limit, given in bytes.
    case frameTooLarge(limit: Int)
    /// The lengths contradict each other: the frame is shorter than its parts.
    case impossibleLength
    /// The checksum of the twelve first bytes, or of the frame, is another one.
    case checksumMismatch
    /// A header has an unknown type, or reaches beyond the headers.
    case brokenHeaders
}

/// One header of a frame.
public struct AWSEventStreamHeader: Sendable, Equatable {
    /// A value, by its type on the wire.
    public enum Value: Sendable, Equatable {
        case bool(Bool)
        case integer(Int64)
        case bytes(Range<Int>)
        case string(Range<Int>)
        /// Milliseconds since 1970.
        case timestamp(Int64)
        /// Sixteen bytes.
        case uuid(Range<Int>)
    }

    /// The name, ASCII.
    public var name: Range<Int>
    /// The value.
    public var value: Value

    /// A header.
    public init(name: Range<Int>, value: Value) {
        self.name = name
        self.value = value
    }
}
