public import NIOCore
public import Wire

extension ByteBuffer {
    /// Room that is asked for before it is known how long a head is; most are shorter.
    public static let headCapacity = 2048

    /// Writes a head, or a part of one. `write` is called again with more memory while what it writes finds no room.
    public mutating func writeHead(_ write: (inout HeadWriter) -> Void) {
        var capacity = Self.headCapacity
        var isWritten = false
        while !isWritten {
            self.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { memory in
                let count = HeadWriter.write(to: memory, write)
                isWritten = count != nil
                return count ?? 0
            }
            capacity *= 4
        }
    }
}
