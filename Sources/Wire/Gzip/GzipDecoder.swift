/// Inflates a gzip body as its bytes come, so that a compressed stream's events are there as soon as they arrived.
///
/// Vendors are asked not to compress; this is for those that do all the same. Source: RFC 1951, RFC 1952.
public struct GzipDecoder {
    enum State: Equatable {
        case header(Int)
        case extraLength
        case extra(Int)
        case name
        case comment
        case headerCheck
        case blockStart
        case storedLength
        case stored(Int)
        case counts
        case codeLengths(Int)
        case lengths
        case symbols
        case checksum
        case size
    }

    /// Bytes that may come out of one piece.
    public let limit: Int

    var state = State.header(0)
    var flags: UInt8 = 0
    var isLastBlock = false
    var lengthCount = 0
    var literalCount = 0
    var distanceCount = 0
    var lengths: [UInt8] = []
    var lengthCodes: CodeTable?
    var literalCodes: CodeTable?
    var distanceCodes: CodeTable?
    private(set) var bits: UInt64 = 0
    private(set) var bitCount = 0
    private var window = [UInt8](repeating: 0, count: Self.windowBytes)
    private var produced = 0
    private var out: [UInt8] = []
    /// How much of it is in the checksum.
    private var settled = 0
    private var crc: UInt32 = 0

    private static let windowBytes = 32_768
    private static let flushBytes = 16_384

    /// Makes a decoder.
    ///
    /// - Parameter limit: Bytes that may come out of one piece; 8 MiB is a hundred times what a full read of text gives.
    public init(limit: Int = 8 << 20) {
        self.limit = limit
    }

    /// Whether the body may end here: after whole members, whose checksums were right. No bytes are no body.
    public var isComplete: Bool { self.state == .header(0) && self.bitCount == 0 }

    /// Inflates a piece.
    ///
    /// - Parameters:
    ///   - bytes: The next bytes; however they are cut changes nothing.
    ///   - emit: Takes what came out, at most 16 KiB and a copy at a time; valid for the call only.
    /// - Throws: What is wrong; the decoder is then of no more use.
    public mutating func decode(
        _ bytes: UnsafeRawBufferPointer,
        _ emit: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
        var offset = 0
        var emitted = 0
        repeat {
            while self.bitCount <= 56, offset < bytes.count {
                self.bits |= UInt64(bytes[offset]) &<< UInt64(self.bitCount)
                self.bitCount += 8
                offset += 1
            }
            guard emitted + self.out.count <= self.limit else { throw GzipError(.tooLarge) }
            if self.out.count >= Self.flushBytes { emitted += self.flush(emit) }
        } while try self.step()
        _ = self.flush(emit)
    }

    private mutating func flush(_ emit: (UnsafeRawBufferPointer) -> Void) -> Int {
        let count = self.out.count
        guard count > 0 else { return 0 }
        self.settle()
        self.out.withUnsafeBytes { emit($0) }
        self.out.removeAll(keepingCapacity: true)
        self.settled = 0
        return count
    }

    /// Takes what came out into the checksum.
    private mutating func settle() {
        self.crc = self.out.withUnsafeBytes { out in
            CRC32.checksum(of: UnsafeRawBufferPointer(rebasing: out[self.settled...]), after: self.crc)
        }
        self.settled = self.out.count
    }

    // MARK: Bits

    /// The next bits, lowest first; `nil` when there are fewer. At most 32.
    mutating func take(_ count: Int) -> Int? {
        guard count <= self.bitCount else { return nil }
        let value = Int(self.bits & ((1 &<< UInt64(count)) - 1))
        self.drop(count)
        return value
    }

    /// Lets bits go that are there.
    mutating func drop(_ count: Int) {
        self.bits >>= UInt64(count)
        self.bitCount -= count
    }

    /// What follows begins with a whole byte.
    mutating func align() {
        self.drop(self.bitCount % 8)
    }

    // MARK: Bytes

    mutating func put(_ byte: UInt8) {
        self.window[self.produced & (Self.windowBytes - 1)] = byte
        self.produced &+= 1
        self.out.append(byte)
    }

    mutating func copy(_ count: Int, from distance: Int) throws(GzipError) {
        guard distance <= self.produced, distance <= Self.windowBytes else { throw GzipError(.badDistance) }
        for _ in 0..<count { self.put(self.window[(self.produced &- distance) & (Self.windowBytes - 1)]) }
    }

    // MARK: Members

    /// Compares the checksum with what came out.
    mutating func check(_ told: Int) throws(GzipError) {
        self.settle()
        guard self.crc == UInt32(truncatingIfNeeded: told) else { throw GzipError(.badChecksum) }
    }

    /// Compares the size with what came out; another member may follow.
    mutating func endMember(_ told: Int) throws(GzipError) {
        guard UInt32(truncatingIfNeeded: self.produced) == UInt32(truncatingIfNeeded: told) else {
            throw GzipError(.badChecksum)
        }
        self.produced = 0
        self.crc = 0
        self.state = .header(0)
    }
}
