#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The operating system's random bytes, as used where a caller names no other source.
enum RandomBytes {
    /// Most bytes of one `getentropy` call (POSIX.1-2024).
    private static let bytesPerCall = 256

    /// `count` bytes fit for keys. Ends the process when the system has none: nothing secret could be made.
    @Sendable
    static func system(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(count, 0))
        bytes.withUnsafeMutableBytes { buffer in
            for start in stride(from: 0, to: buffer.count, by: self.bytesPerCall) {
                let piece = buffer[start..<min(start + self.bytesPerCall, buffer.count)]
                let result = getentropy(UnsafeMutableRawBufferPointer(rebasing: piece).baseAddress, piece.count)
                precondition(result == 0, "the operating system gives no random bytes")
            }
        }
        return bytes
    }
}
