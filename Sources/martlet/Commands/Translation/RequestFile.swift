import ArgumentParser
import Glibc
import Wire

/// A request given to a command: a file, or standard input.
enum RequestFile {
    /// Reads it whole, and no more than one byte above what the JSON gate takes.
    ///
    /// - Parameter path: The file; `nil` or `-` for standard input.
    /// - Returns: Its bytes.
    /// - Throws: When it cannot be read, or a person at a terminal would be waited for.
    static func read(_ path: String?) throws -> [UInt8] {
        guard let path, path != "-" else {
            guard isatty(STDIN_FILENO) == 0 else {
                throw ValidationError("give the request as a file or on standard input: … < request.json")
            }
            return try Self.read(STDIN_FILENO, "standard input")
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw CommandFailure(code: 2, message: "\(path) cannot be opened") }
        defer { _ = close(file) }
        return try Self.read(file, path)
    }

    private static func read(_ file: CInt, _ name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= JSONLimits().maxBytes {
            let count = piece.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else {
                throw CommandFailure(code: 2, message: "\(name) cannot be read")
            }
            guard count != 0 else { break }
            bytes += piece.prefix(max(count, 0))
        }
        return bytes
    }
}
