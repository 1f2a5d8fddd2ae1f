import Glibc
import Providers

/// Reads files that hold credentials.
enum CredentialFile {
    /// Reads a whole file; blocks, so never on an event loop.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - limit: Most bytes.
    /// - Returns: All bytes.
    /// - Throws: `.absent` when there is none; `.fileUnreadable` when it is no regular file (a pipe would block), longer
    ///   than the limit, or the system says no.
    static func read(_ path: String, limit: Int = CredentialLimits.fileBytes) throws(CredentialError) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw self.unreadable("its path holds a zero byte") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            guard code != ENOENT, code != ENOTDIR else { throw CredentialError(.absent, "there is no such file") }
            throw self.unreadable("errno \(code)")
        }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw self.unreadable("it is not a regular file")
        }
        var failure: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit + 1) { buffer, count in
            while count < buffer.count {
                let taken = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if taken > 0 { count += taken }
                if taken == 0 { return }
                if taken < 0, errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else { throw self.unreadable("errno \(failure)") }
        guard bytes.count <= limit else { throw self.unreadable("it is longer than \(limit) bytes") }
        return bytes
    }

    private static func unreadable(_ why: String) -> CredentialError {
        CredentialError(.fileUnreadable, "a file of credentials cannot be read: \(why)")
    }
}
