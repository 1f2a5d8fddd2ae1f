import Crypto
import Glibc

/// A file that is written once, in order, and summed on the way.
struct SummedFile: ~Copyable {
    private let descriptor: CInt
    private let path: String
    private var hash = SHA256()
    private(set) var bytes = 0

    /// Makes the file, which must not be there yet, with mode 0600.
    init(creating path: String) throws(BackupError) {
        self.path = path
        self.descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard self.descriptor >= 0 else { throw BackupFiles.failure(path, "made") }
    }

    deinit { _ = close(self.descriptor) }

    mutating func write(_ piece: [UInt8]) throws(BackupError) {
        var done = 0
        while done < piece.count {
            let count = piece.withUnsafeBytes {
                Glibc.write(self.descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BackupFiles.failure(self.path, "written") }
            done += count
        }
        piece.withUnsafeBytes { self.hash.update(bufferPointer: $0) }
        self.bytes += piece.count
    }

    /// Has it on the disk.
    ///
    /// - Returns: The SHA-256 of what was written, in hex.
    consuming func finish() throws(BackupError) -> String {
        guard fsync(self.descriptor) == 0 else { throw BackupFiles.failure(self.path, "synced") }
        return BackupFiles.hex(self.hash.finalize())
    }
}

/// What backups do with files.
enum BackupFiles {
    private static let pieceBytes = 1 << 20

    /// Reads a regular file piece by piece, without following a link.
    static func read(_ path: String, _ take: ([UInt8]) throws(BackupError) -> Void) throws(BackupError) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw self.failure(path, "read") }
        defer { _ = close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw BackupError("\(path) is not a regular file")
        }
        var buffer = [UInt8](repeating: 0, count: self.pieceBytes)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw self.failure(path, "read") }
            guard count > 0 else { return }
            try take(Array(buffer.prefix(count)))
        }
    }

    /// Reads a small file whole.
    static func contents(_ path: String) throws(BackupError) -> [UInt8] {
        var bytes: [UInt8] = []
        try self.read(path) { (piece) throws(BackupError) in
            bytes += piece
            guard bytes.count <= 16 << 20 else { throw BackupError("\(path) is longer than any of ours") }
        }
        return bytes
    }

    /// The length and SHA-256 of a file.
    static func sum(_ path: String) throws(BackupError) -> (bytes: Int, sha256: String) {
        var (hash, bytes) = (SHA256(), 0)
        try self.read(path) { (piece) throws(BackupError) in
            piece.withUnsafeBytes { hash.update(bufferPointer: $0) }
            bytes += piece.count
        }
        return (bytes, self.hex(hash.finalize()))
    }

    /// Copies a file to a place where there is none yet.
    ///
    /// - Returns: The length and SHA-256 of what was copied.
    @discardableResult
    static func copy(_ path: String, to target: String) throws(BackupError) -> (bytes: Int, sha256: String) {
        var file = try SummedFile(creating: target)
        try self.read(path) { (piece) throws(BackupError) in try file.write(piece) }
        let bytes = file.bytes
        return (bytes, try file.finish())
    }

    /// Makes a folder of mode 0700 where there is none.
    static func makeFolder(_ path: String) throws(BackupError) {
        guard mkdir(path, 0o700) == 0 else { throw self.failure(path, "made") }
    }

    /// Makes sure that a folder is there and empty.
    static func requireEmptyFolder(_ path: String) throws(BackupError) {
        if mkdir(path, 0o700) == 0 { return }
        guard errno == EEXIST else { throw self.failure(path, "made") }
        guard try self.names(path).isEmpty else {
            throw BackupError("\(path) is not empty; give a folder that is, or that does not exist")
        }
        guard chmod(path, 0o700) == 0 else { throw self.failure(path, "closed to others") }
    }

    static func names(_ path: String) throws(BackupError) -> [String] {
        guard let folder = opendir(path) else { throw self.failure(path, "read") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Deletes a folder of ours: its files, and those of its folders.
    static func remove(_ path: String) {
        for name in (try? self.names(path)) ?? [] {
            let entry = "\(path)/\(name)"
            var info = stat()
            guard lstat(entry, &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFDIR { self.remove(entry) } else { unlink(entry) }
        }
        rmdir(path)
    }

    /// Moves a folder, by copying where it cannot be renamed.
    static func move(_ path: String, to target: String) throws(BackupError) {
        guard rename(path, target) != 0 else { return }
        guard errno == EXDEV else { throw self.failure(target, "made") }
        try self.makeFolder(target)
        // The manifest last: a folder with one is whole.
        for name in try self.names(path).sorted(by: { a, _ in a != BackupManifest.fileName }) {
            var info = stat()
            guard lstat("\(path)/\(name)", &info) == 0 else { throw self.failure("\(path)/\(name)", "read") }
            if info.st_mode & S_IFMT == S_IFDIR {
                try self.move("\(path)/\(name)", to: "\(target)/\(name)")
            } else {
                try self.copy("\(path)/\(name)", to: "\(target)/\(name)")
            }
        }
        self.remove(path)
    }

    static func sync(folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        _ = close(descriptor)
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func failure(_ path: String, _ what: String) -> BackupError {
        BackupError("\(path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
