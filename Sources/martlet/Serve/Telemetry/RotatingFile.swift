import Glibc
import Synchronization

/// A file of lines that is put aside before it grows beyond a size: `access.log` becomes `access.log.1`, that one
/// `access.log.2`, and the oldest goes. A line is never cut in two.
final class RotatingFile: Sendable {
    private struct State {
        var descriptor: CInt = -1
        var bytes = 0
        var lost = 0
    }

    private let path: String
    private let limit: Int
    private let count: Int
    private let state = Mutex(State())

    /// Opens the file, or makes it, for its owner alone.
    ///
    /// - Parameters:
    ///   - path: Where it is; its folder must exist.
    ///   - bytes: How large it may grow.
    ///   - count: How many files put aside are kept.
    /// - Throws: When it cannot be opened for writing.
    init(path: String, bytes: Int, count: Int) throws(TelemetryMistake) {
        self.path = path
        self.limit = bytes
        self.count = count
        let (descriptor, size) = Self.open(path)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw TelemetryMistake("log.access_file \(path) cannot be opened for writing: \(reason)")
        }
        self.state.withLock { $0 = State(descriptor: descriptor, bytes: size) }
    }

    deinit {
        let descriptor = self.state.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Lines that could not be written.
    var lostLines: Int { self.state.withLock { $0.lost } }

    /// Writes whole lines; blocks while the disk does. What cannot be written is lost and counted.
    ///
    /// The lock is held meanwhile: one thread alone writes, and nobody else but a scrape waits for it.
    func append(_ lines: [UInt8]) {
        self.state.withLock { state in
            var rest = lines[...]
            while !rest.isEmpty {
                if state.descriptor < 0 { (state.descriptor, state.bytes) = Self.open(self.path) }
                var part = Self.lines(of: rest, fitting: self.limit - state.bytes)
                if part.isEmpty, state.bytes > 0 {
                    self.putAside(&state)
                    continue
                }
                // A line that is longer than a whole file may be is written all the same.
                if part.isEmpty { part = Self.firstLine(of: rest) }
                if !Self.write(part, to: &state) {
                    state.lost += part.count { $0 == UInt8(ascii: "\n") }
                }
                rest = rest[part.endIndex...]
            }
        }
    }

    private static func lines(of bytes: ArraySlice<UInt8>, fitting room: Int) -> ArraySlice<UInt8> {
        guard bytes.count > room else { return bytes }
        let end = bytes.prefix(max(0, room)).lastIndex(of: UInt8(ascii: "\n"))
        return end.map { bytes[...$0] } ?? bytes.prefix(0)
    }

    private static func firstLine(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.firstIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? bytes
    }

    private func putAside(_ state: inout State) {
        if state.descriptor >= 0 { close(state.descriptor) }
        for number in stride(from: self.count - 1, to: 0, by: -1) {
            rename("\(self.path).\(number)", "\(self.path).\(number + 1)")
        }
        if self.count > 0 { rename(self.path, "\(self.path).1") } else { unlink(self.path) }
        (state.descriptor, state.bytes) = Self.open(self.path)
        // A folder that lets nothing be renamed leaves the full file in place: it grows, rather than lines being lost.
        if state.bytes > 0 { state.bytes = 0 }
    }

    private static func open(_ path: String) -> (descriptor: CInt, size: Int) {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return (-1, 0) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            errno = EINVAL
            return (-1, 0)
        }
        return (descriptor, Int(status.st_size))
    }

    /// Writes all of it; a file that takes no more is closed, and opened again for the next lines.
    private static func write(_ bytes: ArraySlice<UInt8>, to state: inout State) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(state.descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                state.bytes += count
            } else if count == 0 || errno != EINTR {
                if state.descriptor >= 0 { close(state.descriptor) }
                state.descriptor = -1
                return false
            }
        }
        return true
    }
}
