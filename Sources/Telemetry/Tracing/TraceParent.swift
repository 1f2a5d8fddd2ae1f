/// The value of a `traceparent` header: which trace a request belongs to, and which span it comes from.
///
/// Source: W3C Trace Context, Recommendation of 23 November 2021, section 3.2.
public struct TraceParent: Sendable, Equatable {
    /// The trace.
    public let traceID: TraceID
    /// The span that made the request.
    public let spanID: SpanID
    /// Whether its maker records it.
    public let isSampled: Bool

    /// Names a span as a parent.
    public init(traceID: TraceID, spanID: SpanID, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Reads a header's value. There is none for what is malformed, which is to be treated as if it were not there: upper-case
    /// digits, ids of zeros, version `ff`, or more than version 00 may hold. Of later versions the known beginning is read.
    ///
    /// - Parameter bytes: The value without white space around it.
    public init?(parsing bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.length, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash,
            let version = Self.number(bytes, 0..<2), version != 0xFF,
            let high = Self.number(bytes, 3..<19), let low = Self.number(bytes, 19..<35),
            let span = Self.number(bytes, 36..<52), let flags = Self.number(bytes, 53..<55),
            high != 0 || low != 0, span != 0
        else { return nil }
        if bytes.count > Self.length {
            guard version > 0, bytes[Self.length] == Self.dash else { return nil }
        }
        self.init(traceID: TraceID(high: high, low: low), spanID: SpanID(span), isSampled: flags & 1 == 1)
    }

    /// Reads a text; see the buffer form.
    public init?(_ text: String) {
        var text = text
        guard let parent = text.withUTF8({ TraceParent(parsing: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = parent
    }

    /// The header's value, of version 00. Flags that are not known here are not passed on, as the specification asks.
    public var text: String { "00-\(self.traceID)-\(self.spanID)-\(self.isSampled ? "01" : "00")" }

    private static let length = 55
    private static let dash = UInt8(ascii: "-")

    private static func number(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for byte in bytes[range] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}
