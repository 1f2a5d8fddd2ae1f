/// Writes the lines of a head one behind the other into memory that is taken once for all of them. What finds no more room is
/// left out and noted: `ByteBuffer.writeHead` begins again with more.
public struct HeadWriter: ~Copyable {
    @usableFromInline let memory: UnsafeMutableRawPointer
    @usableFromInline let capacity: Int
    @usableFromInline var count = 0
    /// Something was left out.
    @usableFromInline var isFull = false

    /// Writes what finds room in some memory.
    ///
    /// - Returns: How many bytes it takes; `nil` when there was not enough room.
    public static func write(to memory: UnsafeMutableRawBufferPointer, _ write: (inout HeadWriter) -> Void) -> Int? {
        guard let start = memory.baseAddress else { return nil }
        var writer = HeadWriter(start, memory.count)
        write(&writer)
        return writer.isFull ? nil : writer.count
    }

    private init(_ memory: UnsafeMutableRawPointer, _ capacity: Int) {
        self.memory = memory
        self.capacity = capacity
    }

    @inlinable
    mutating func copy(_ bytes: UnsafeRawPointer, _ count: Int) {
        guard count <= self.capacity &- self.count else {
            self.isFull = true
            return
        }
        (self.memory + self.count).copyMemory(from: bytes, byteCount: count)
        self.count &+= count
    }

    /// Writes bytes as they are.
    @inlinable
    public mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        self.copy(start, bytes.count)
    }

    /// Writes text that the program is made with.
    @inlinable
    public mutating func write(fixed text: StaticString) {
        text.withUTF8Buffer { self.write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes text.
    public mutating func write(_ text: String) {
        let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { self.write(UnsafeRawBufferPointer($0)) }
        if isWritten == nil { Array(text.utf8).withUnsafeBytes { self.write($0) } }
    }

    /// Writes a number, not less than 0, without making a string.
    public mutating func write(_ value: Int) {
        let value = UInt64(max(0, value))
        var count = 1
        var power: UInt64 = 10
        while value >= power {
            count &+= 1
            guard count < 19 else { break }
            power &*= 10
        }
        guard count <= self.capacity &- self.count else {
            self.isFull = true
            return
        }
        var (place, rest) = (self.count &+ count, value)
        while rest >= 100 {
            place &-= 2
            let pair = Self.pairs.utf8Start + Int(rest % 100) &* 2
            (self.memory + place).copyMemory(from: pair, byteCount: 2)
            rest /= 100
        }
        let pair = Self.pairs.utf8Start + Int(rest) &* 2
        if rest >= 10 {
            (self.memory + (place &- 2)).copyMemory(from: pair, byteCount: 2)
        } else {
            (self.memory + (place &- 1)).copyMemory(from: pair + 1, byteCount: 1)
        }
        self.count &+= count
    }

    /// The numbers below a hundred, two digits each.
    private static let pairs: StaticString = """
        00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354\
        555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """

    /// Writes one header line. The value must not hold CR or LF; where it comes from outside it was checked by the parser.
    public mutating func write(field name: StaticString, _ value: String) {
        self.begin(field: name)
        self.write(value)
        self.endLine()
    }

    /// Writes one header line.
    public mutating func write(field name: StaticString, _ value: Int) {
        self.begin(field: name)
        self.write(value)
        self.endLine()
    }

    /// Writes one header line.
    public mutating func write(_ name: String, _ value: String) {
        self.write(name)
        self.pair(UInt8(ascii: ":"), UInt8(ascii: " "))
        self.write(value)
        self.endLine()
    }

    /// Writes one header line.
    public mutating func write(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        self.write(name)
        self.pair(UInt8(ascii: ":"), UInt8(ascii: " "))
        self.write(value)
        self.endLine()
    }

    /// Begins a header line.
    public mutating func begin(field name: StaticString) {
        self.write(fixed: name)
        self.pair(UInt8(ascii: ":"), UInt8(ascii: " "))
    }

    /// Ends a line.
    public mutating func endLine() {
        self.pair(UInt8(ascii: "\r"), UInt8(ascii: "\n"))
    }

    @inlinable
    mutating func pair(_ first: UInt8, _ second: UInt8) {
        guard self.capacity &- self.count >= 2 else {
            self.isFull = true
            return
        }
        self.memory.storeBytes(of: first, toByteOffset: self.count, as: UInt8.self)
        self.memory.storeBytes(of: second, toByteOffset: self.count &+ 1, as: UInt8.self)
        self.count &+= 2
    }

    /// Writes header lines.
    public mutating func write(_ headers: [(name: String, value: String)]) {
        for header in headers { self.write(header.name, header.value) }
    }
}
