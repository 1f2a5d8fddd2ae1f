import NIOCore

/// Writes the lines of a head one behind the other into memory that is taken once for all of them. What finds no more room is
/// left out and noted: `ByteBuffer.writeHead` begins again with more.
struct HeadWriter: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0
    /// Something was left out.
    private(set) var isFull = false

    fileprivate init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    /// Writes bytes as they are.
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= self.memory.count - self.count else {
            self.isFull = true
            return
        }
        UnsafeMutableRawBufferPointer(rebasing: self.memory[self.count...]).copyMemory(from: bytes)
        self.count += bytes.count
    }

    /// Writes text that the program is made with.
    mutating func write(fixed text: StaticString) {
        text.withUTF8Buffer { self.write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes text.
    mutating func write(_ text: String) {
        let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { self.write(UnsafeRawBufferPointer($0)) }
        if isWritten == nil { Array(text.utf8).withUnsafeBytes { self.write($0) } }
    }

    /// Writes a number, not less than 0, without making a string.
    mutating func write(_ value: Int) {
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { raw in
            var index = raw.count
            var rest = max(0, value)
            repeat {
                index -= 1
                raw[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            self.write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(raw)[index...]))
        }
    }

    /// Writes one header line. The value must not hold CR or LF; where it comes from outside it was checked by the parser.
    mutating func write(_ name: StaticString, _ value: String) {
        self.write(fixed: name)
        self.write(fixed: ": ")
        self.write(value)
        self.write(fixed: "\r\n")
    }

    /// Writes one header line.
    mutating func write(_ name: StaticString, _ value: Int) {
        self.write(fixed: name)
        self.write(fixed: ": ")
        self.write(value)
        self.write(fixed: "\r\n")
    }

    /// Writes header lines.
    mutating func write(_ headers: [(name: String, value: String)]) {
        for header in headers {
            self.write(header.name)
            self.write(fixed: ": ")
            self.write(header.value)
            self.write(fixed: "\r\n")
        }
    }
}

extension ByteBuffer {
    /// Writes a head, or a part of one. `write` is called again with more memory while what it writes finds no room.
    mutating func writeHead(_ write: (inout HeadWriter) -> Void) {
        var capacity = 2048
        var isWritten = false
        while !isWritten {
            self.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { memory in
                var writer = HeadWriter(memory)
                write(&writer)
                isWritten = !writer.isFull
                return isWritten ? writer.count : 0
            }
            capacity *= 4
        }
    }
}
