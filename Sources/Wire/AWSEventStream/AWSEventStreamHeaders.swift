/// Reads a frame's headers one after the other.
///
/// Each is a length and a name, a type, and a value whose length the type tells. Source: the event stream encoding of the
/// AWS SDKs, November 2026.
public struct AWSEventStreamHeaders {
    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    private let end: Int

    /// Reads the headers in a range of a buffer; a range outside of it holds none.
    public init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
        let isInside = range.lowerBound >= 0 && range.upperBound <= bytes.count
        self.bytes = bytes
        self.position = isInside ? range.lowerBound : 0
        self.end = isInside ? range.upperBound : 0
    }

    /// The next header; `nil` after the last.
    ///
    /// - Throws: `brokenHeaders`.
    public mutating func next() throws(AWSEventStreamError) -> AWSEventStreamHeader? {
        guard self.position < self.end else { return nil }
        let name = try self.take(Int(self.byte()))
        return AWSEventStreamHeader(name: name, value: try self.value(ofType: self.byte()))
    }

    private mutating func value(ofType type: UInt8) throws(AWSEventStreamError) -> AWSEventStreamHeader.Value {
        switch type {
        case 0: .bool(true)
        case 1: .bool(false)
        case 2: .integer(try self.integer(1))
        case 3: .integer(try self.integer(2))
        case 4: .integer(try self.integer(4))
        case 5: .integer(try self.integer(8))
        case 6: .bytes(try self.take(self.length()))
        case 7: .string(try self.take(self.length()))
        case 8: .timestamp(try self.integer(8))
        case 9: .uuid(try self.take(16))
        default: throw .brokenHeaders
        }
    }

    private mutating func take(_ count: Int) throws(AWSEventStreamError) -> Range<Int> {
        guard count <= self.end &- self.position else { throw .brokenHeaders }
        let start = self.position
        self.position = start &+ count
        return start..<self.position
    }

    private mutating func byte() throws(AWSEventStreamError) -> UInt8 {
        self.bytes[try self.take(1).lowerBound]
    }

    private mutating func length() throws(AWSEventStreamError) -> Int {
        let range = try self.take(2)
        return Int(self.bytes[range.lowerBound]) << 8 | Int(self.bytes[range.lowerBound &+ 1])
    }

    /// A signed number of so many bytes, the highest first.
    private mutating func integer(_ count: Int) throws(AWSEventStreamError) -> Int64 {
        let range = try self.take(count)
        let unsigned = self.bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = UInt64(64 &- 8 &* count)
        return Int64(bitPattern: unsigned << unused) >> Int64(unused)
    }
}
