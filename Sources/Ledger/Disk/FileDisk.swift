import Glibc
import Synchronization

/// A journal's folder on a real disk: mode 0700, ours, not a symbolic link, held by one process. It lies in the
/// data folder, which is refused on a network filesystem.
public final class FileDisk: JournalDisk {
    private let folder: String
    private let held = Mutex<Int32?>(nil)

    /// Names the folder; it is made when it is locked.
    public init(folder: String) {
        self.folder = folder
    }

    deinit {
        self.unlock()
    }

    /// Makes the folder when it is not there, checks it, and takes it for this process.
    ///
    /// - Throws: `.locked`, `.unusable`.
    public func lock() throws(JournalError) {
        if mkdir(self.folder, 0o700) != 0, errno != EEXIST { throw self.failure(.unusable, "cannot be made") }
        try self.checkFolder()
        let path = self.folder + "/lock"
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard file >= 0 else { throw self.refusal(of: path) }
        if let fault = Self.fault(of: file, path) {
            _ = Glibc.close(file)
            throw JournalError(.unusable, "\(path) \(fault)")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            _ = Glibc.close(file)
            throw isHeld
                ? JournalError(.locked, "\(self.folder) is in use by another Martlet process")
                : self.failure(.unusable, "cannot be locked")
        }
        self.held.withLock { $0 = file }
    }

    /// Gives the folder back.
    public func unlock() {
        self.held.withLock { held in
            if let file = held.take() { _ = Glibc.close(file) }
        }
    }

    private func checkFolder() throws(JournalError) {
        var info = stat()
        guard lstat(self.folder, &info) == 0 else { throw self.failure(.unusable, "cannot be read") }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            throw JournalError(.unusable, "\(self.folder) is a symbolic link or no folder; give the real path")
        }
        guard info.st_uid == geteuid() else {
            throw JournalError(
                .unusable,
                "\(self.folder) belongs to another user; run as that user, or chown it to yours"
            )
        }
        guard info.st_mode & 0o077 == 0 else {
            throw JournalError(
                .unusable,
                "\(self.folder) can be read by others; mend it with: chmod 700 \(self.folder)"
            )
        }
    }

    /// The names of the files in it, but for the lock.
    public func list() throws(JournalError) -> [String] {
        guard let folder = opendir(self.folder) else { throw self.failure(.unusable, "cannot be read") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != "..", name != "lock" { names.append(name) }
        }
        return names
    }

    /// Makes a file of zeros, its space taken.
    public func create(_ name: String, bytes: Int) throws(JournalError) -> any JournalFile {
        let path = self.path(name)
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw self.failure(errno == ENOSPC ? .full : .failed, "no segment can be made") }
        // The mode asked for passes through the umask, which may take away the owner's bits.
        let code = fchmod(file, 0o600) == 0 ? posix_fallocate(file, 0, off_t(bytes)) : errno
        guard code == 0, fsync(file) == 0, self.syncFolder() else {
            let error = code == 0 ? errno : code
            _ = Glibc.close(file)
            _ = unlink(path)
            throw JournalError(
                error == ENOSPC || error == EDQUOT ? .full : .failed,
                "no segment can be made in \(self.folder): \(String(cString: strerror(error)))"
            )
        }
        return OpenFile(file, path, size: bytes)
    }

    /// Opens a file of ours. Whoever could put a file of another's in its place could have the journal read or write that.
    ///
    /// - Throws: `.unusable` when it is a symbolic link or no file, belongs to another user, has a second name, or can be
    ///   read or written by others.
    public func open(_ name: String) throws(JournalError) -> any JournalFile {
        let path = self.path(name)
        let file = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { throw self.refusal(of: path) }
        if let fault = Self.fault(of: file, path) {
            _ = Glibc.close(file)
            throw JournalError(.unusable, "\(path) \(fault)")
        }
        let size = lseek(file, 0, SEEK_END)
        return OpenFile(file, path, size: Int(size))
    }

    /// Why an open file is not to be used; `nil` when nothing speaks against it.
    private static func fault(of file: Int32, _ path: String) -> String? {
        var info = stat()
        guard fstat(file, &info) == 0 else { return "cannot be examined: \(String(cString: strerror(errno)))" }
        guard info.st_mode & S_IFMT == S_IFREG else { return "is not a file; move it away" }
        guard info.st_uid == geteuid() else { return "belongs to another user; run as that user, or chown it to yours" }
        guard info.st_nlink == 1 else { return "has \(info.st_nlink) names (hard links); keep one" }
        guard info.st_mode & 0o077 == 0 else { return "can be read by others; mend it with: chmod 600 \(path)" }
        return nil
    }

    /// Why a file could not be opened.
    private func refusal(of path: String) -> JournalError {
        // A symbolic link that was not to be followed.
        guard errno != ELOOP else { return JournalError(.unusable, "\(path) is a symbolic link; move it away") }
        return JournalError(.unusable, "\(path) cannot be opened: \(String(cString: strerror(errno)))")
    }

    /// Deletes a file.
    public func remove(_ name: String) throws(JournalError) {
        guard unlink(self.path(name)) == 0 || errno == ENOENT, self.syncFolder() else {
            throw self.failure(.failed, "\(name) cannot be deleted")
        }
    }

    /// The part of the disk that is not free for us.
    public func usedFraction() -> Double? {
        var info = statvfs()
        guard statvfs(self.folder, &info) == 0, info.f_blocks > 0 else { return nil }
        return 1 - Double(info.f_bavail) / Double(info.f_blocks)
    }

    private func path(_ name: String) -> String { self.folder + "/" + name }

    private func syncFolder() -> Bool {
        let file = Glibc.open(self.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { _ = Glibc.close(file) }
        return fsync(file) == 0
    }

    private func failure(_ code: JournalError.Code, _ what: String) -> JournalError {
        JournalError(code, "\(self.folder): \(what): \(String(cString: strerror(errno)))")
    }
}

/// A segment's file.
private final class OpenFile: JournalFile {
    private let descriptor: Int32
    private let path: String
    private let bytes: Atomic<Int>

    init(_ descriptor: Int32, _ path: String, size: Int) {
        self.descriptor = descriptor
        self.path = path
        self.bytes = Atomic(size)
    }

    deinit {
        _ = Glibc.close(self.descriptor)
    }

    var size: Int { self.bytes.load(ordering: .relaxed) }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(self.descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw self.failure("written") }
            done += count
        }
    }

    func sync() throws(JournalError) {
        while fdatasync(self.descriptor) != 0 {
            guard errno == EINTR else { throw self.failure("synced") }
        }
    }

    func read(at offset: Int, count: Int) throws(JournalError) -> [UInt8] {
        var failure: JournalError?
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { out, done in
            while done < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(out)[done..<count])
                let read = pread(self.descriptor, rest.baseAddress, rest.count, off_t(offset + done))
                if read < 0, errno == EINTR { continue }
                if read < 0 { failure = self.failure("read") }
                guard read > 0 else { return }
                done += read
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func truncate(to size: Int) throws(JournalError) {
        guard ftruncate(self.descriptor, off_t(size)) == 0, fsync(self.descriptor) == 0 else {
            throw self.failure("cut")
        }
        self.bytes.store(size, ordering: .relaxed)
    }

    private func failure(_ what: String) -> JournalError {
        let code: JournalError.Code = errno == ENOSPC || errno == EDQUOT ? .full : .failed
        return JournalError(code, "\(self.path) cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
