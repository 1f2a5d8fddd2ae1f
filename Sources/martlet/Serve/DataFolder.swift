import Exchange
import Glibc

/// What went wrong with the data folder, and how to mend it.
struct DataFolderError: Error, CustomStringConvertible {
    let message: String

    var description: String { self.message }
}

/// The folder that holds everything Martlet must not lose: mode 0700, ours, not a symbolic link.
struct DataFolder: Sendable {
    let path: String

    var storePath: String { self.path + "/martlet.sqlite" }
    /// Kept bodies, in a file of their own.
    var bodiesPath: String { self.path + "/bodies.sqlite" }
    var journalPath: String { self.path + "/journal" }
    var masterKeyPath: String { self.path + "/master.key" }
    /// The key that a rotation is on its way to.
    var nextMasterKeyPath: String { self.masterKeyPath + ".next" }
    /// The key that a rotation has left, until it is erased.
    var formerMasterKeyPath: String { self.masterKeyPath + ".old" }
    /// Where backups are made.
    var backupsPath: String { self.path + "/backups" }
    var adminTokenPath: String { self.path + "/admin-token" }
    var firstKeyPath: String { self.path + "/first-key" }

    /// Opens the folder, creating it (and its parents) when it is missing.
    static func open(_ path: String, create: Bool = true) throws(DataFolderError) -> DataFolder {
        let folder = DataFolder(path: path)
        var info = stat()
        if lstat(path, &info) != 0 {
            guard create else {
                throw DataFolderError(message: "\(path) does not exist; 'martlet init' or 'martlet serve' makes it")
            }
            try Self.makeFolders(path)
            guard lstat(path, &info) == 0 else {
                throw DataFolderError(message: "\(path) cannot be created: \(Self.reason())")
            }
        }
        try Self.check(info, path, kind: S_IFDIR, mend: "chmod 700 \(path)")
        return folder
    }

    /// Reads a small file that only we may read; `nil` when it does not exist.
    func read(_ path: String) throws(DataFolderError) -> [UInt8]? {
        let file = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw DataFolderError(message: "\(path) cannot be read: \(Self.reason())")
        }
        defer { _ = Glibc.close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else {
            throw DataFolderError(message: "\(path) cannot be read: \(Self.reason())")
        }
        try Self.check(info, path, kind: S_IFREG, mend: "chmod 600 \(path)")
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw DataFolderError(message: "\(path) cannot be read: \(Self.reason())") }
        return Array(bytes.prefix(count))
    }

    /// Writes a new file with mode 0600; fails when there is one already.
    func write(_ bytes: [UInt8], to path: String) throws(DataFolderError) {
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw DataFolderError(message: "\(path) cannot be written: \(Self.reason())") }
        defer { _ = Glibc.close(file) }
        let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(file) == 0 else {
            throw DataFolderError(message: "\(path) cannot be written: \(Self.reason())")
        }
    }

    private static func makeFolders(_ path: String) throws(DataFolderError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST {
                throw DataFolderError(message: "\(made) cannot be created: \(Self.reason())")
            }
        }
    }

    private static func check(_ info: stat, _ path: String, kind: mode_t, mend: String) throws(DataFolderError) {
        guard info.st_mode & S_IFMT == kind else {
            throw DataFolderError(message: "\(path) is a symbolic link or of the wrong kind; give the real path")
        }
        guard info.st_uid == geteuid() else {
            throw DataFolderError(message: "\(path) belongs to another user; run as that user, or chown it to yours")
        }
        guard info.st_mode & 0o077 == 0 else {
            throw DataFolderError(message: "\(path) can be read by others; mend it with: \(mend)")
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
