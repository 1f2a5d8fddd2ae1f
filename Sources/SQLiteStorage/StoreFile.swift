import Glibc
import Storage

/// Checks, and if need be creates, the file before SQLite sees it.
struct StoreFile {
    /// Whether nothing was ever written into it.
    let isEmpty: Bool

    /// Makes sure that the file is ours alone and that it is safe to open.
    static func prepare(path: String, create: Bool) throws(StorageError) -> StoreFile {
        try Self.checkText(path)
        let folder = Self.folder(of: path)
        if create { mkdir(folder, 0o700) }
        try Self.checkFolder(folder)
        if create { try Self.createFile(path, in: folder) }
        for suffix in ["-wal", "-shm", "-journal", ".lock"] {
            try Self.checkCompanion(path + suffix)
        }
        let size = try Self.checkFile(path)
        if size > 0 { try Self.checkHeader(path) }
        return StoreFile(isEmpty: size == 0)
    }

    /// The folder part of a path; `.` when there is none.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func checkText(_ path: String) throws(StorageError) {
        guard !path.isEmpty, !path.utf8.contains(0), !path.hasSuffix("/"), !path.hasPrefix("file:") else {
            throw StorageError(.unusable, "\"\(path)\" is not the path of a file")
        }
    }
}

// MARK: - Creation

extension StoreFile {
    private static func createFile(_ path: String, in folder: String) throws(StorageError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno != EEXIST else { return }
            throw Self.refusal(path, "cannot be created: \(Self.reason(errno))")
        }
        // The mode asked for at creation passes through the umask, which may take away the owner's bits.
        let isDone = fchmod(descriptor, 0o600) == 0 && fsync(descriptor) == 0
        let failure = errno
        Glibc.close(descriptor)
        guard isDone else { throw Self.refusal(path, "cannot be created: \(Self.reason(failure))") }
        Self.syncFolder(folder)
    }

    /// Makes the new name survive a power cut. Some filesystems cannot sync a folder; nothing more can be done there.
    private static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        Glibc.close(descriptor)
    }
}

// MARK: - Checks

extension StoreFile {
    private static func checkFolder(_ folder: String) throws(StorageError) {
        var facts = stat()
        guard stat(folder, &facts) == 0 else {
            throw Self.refusal(folder, "cannot be used: \(Self.reason(errno)); create it with mode 0700")
        }
        guard facts.st_mode & S_IFMT == S_IFDIR else { throw Self.refusal(folder, "is not a folder") }
        guard facts.st_uid == geteuid() || facts.st_uid == 0 else {
            throw Self.refusal(folder, "belongs to user \(facts.st_uid), not to user \(geteuid())")
        }
        guard facts.st_mode & 0o022 == 0 else {
            throw Self.refusal(folder, "can be written by other users; run: chmod 700 \(folder)")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw Self.refusal(folder, "cannot be written: \(Self.reason(errno))")
        }
        if let type = NetworkFilesystem.type(ofFolder: folder) {
            throw Self.refusal(folder, "is on a \(type) filesystem, where file locks fail; use a local disk")
        }
    }

    /// Checks kind, owner, mode and links. Returns the size in bytes.
    private static func checkFile(_ path: String) throws(StorageError) -> Int {
        var facts = stat()
        guard lstat(path, &facts) == 0 else {
            guard errno != ENOENT else { throw Self.refusal(path, "does not exist") }
            throw Self.refusal(path, "cannot be examined: \(Self.reason(errno))")
        }
        try Self.checkOwnership(path, facts)
        guard facts.st_nlink == 1 else {
            throw Self.refusal(path, "has \(facts.st_nlink) names (hard links); keep one")
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw Self.refusal(path, "can be read or written by other users; run: chmod 600 \(path)")
        }
        guard facts.st_mode & 0o600 == 0o600, access(path, R_OK | W_OK) == 0 else {
            throw Self.refusal(path, "is read-only; run: chmod 600 \(path)")
        }
        return Int(facts.st_size)
    }

    private static func checkCompanion(_ path: String) throws(StorageError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return }
        try Self.checkOwnership(path, facts)
    }

    private static func checkOwnership(_ path: String, _ facts: stat) throws(StorageError) {
        guard facts.st_mode & S_IFMT != S_IFLNK else {
            throw Self.refusal(path, "is a symbolic link; give the path of the file itself")
        }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw Self.refusal(path, "is not a regular file") }
        guard facts.st_uid == geteuid() else {
            throw Self.refusal(path, "belongs to user \(facts.st_uid), not to user \(geteuid())")
        }
    }

    /// Reads the first 100 bytes: SQLite's magic, and Martlet's application id unless it is still in the log.
    /// Source: https://www.sqlite.org/fileformat.html, section 1.3.
    private static func checkHeader(_ path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.refusal(path, "cannot be opened: \(Self.reason(errno))") }
        defer { Glibc.close(descriptor) }
        var header = [UInt8](repeating: 0, count: 100)
        let count = header.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count == header.count, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw Self.refusal(path, "is damaged or not an SQLite database; restore it from a backup")
        }
        let id = header[68..<72].reduce(0) { $0 << 8 | UInt32($1) }
        guard id == 0 || id == Schema.applicationID else {
            throw Self.refusal(path, "belongs to another application")
        }
    }

    /// An `.unusable` error about a path.
    static func refusal(_ path: String, _ text: String) -> StorageError {
        StorageError(.unusable, "\(path) \(text)")
    }

    /// The system's words for an error number.
    static func reason(_ number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }
}
