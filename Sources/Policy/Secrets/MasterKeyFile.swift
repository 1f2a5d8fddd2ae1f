import Exchange

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The file of a master key: opened without following links, and refused unless it is ours alone.
struct MasterKeyFile {
    private static let maximumBytes = 4_096

    let path: String

    /// The file's text.
    func read() throws(SecretsError) -> String {
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        let descriptor = try self.open(self.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        defer { close(descriptor) }
        try self.checkOwnership(descriptor)
        return String(decoding: try self.readAll(descriptor), as: UTF8.self)
    }

    /// Creates the file with `content`, and syncs it and its folder. Removes it again when that fails.
    func create(_ content: Secret) throws(SecretsError) {
        let descriptor = try self.open(self.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
        defer { close(descriptor) }
        do throws(SecretsError) {
            try self.write(content, to: descriptor)
            // Whatever the umask took away.
            guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw self.unusable("write", errno) }
            try self.syncFolder()
        } catch {
            unlink(self.path)
            throw error
        }
    }
}

extension MasterKeyFile {
    /// Moves `next` here; the file that is here keeps the name `former`.
    func replace(by next: String, keeping former: String) throws(SecretsError) {
        guard link(self.path, former) == 0 || errno == EEXIST else { throw self.unusable("keep a name of", errno) }
        guard rename(next, self.path) == 0 else { throw self.unusable("replace", errno) }
        try self.syncFolder()
    }

    /// Overwrites the file with zeros and deletes it. When it is the file at `place` under a second name, only this name goes.
    func erase(unlessAt place: String) throws(SecretsError) {
        var (here, there) = (stat(), stat())
        guard lstat(self.path, &here) == 0 else { return }
        let isOther = lstat(place, &there) != 0 || here.st_ino != there.st_ino || here.st_dev != there.st_dev
        if isOther, here.st_mode & S_IFMT == S_IFREG {
            let descriptor = try self.open(self.path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
            defer { close(descriptor) }
            let bytes = min(max(Int(here.st_size), 0), Self.maximumBytes)
            try self.write(Secret([UInt8](repeating: 0, count: bytes)), to: descriptor)
            guard fsync(descriptor) == 0 else { throw self.unusable("overwrite", errno) }
        }
        guard unlink(self.path) == 0 || errno == ENOENT else { throw self.unusable("delete", errno) }
        try self.syncFolder()
    }
}

extension MasterKeyFile {
    private func open(_ path: String, _ flags: CInt) throws(SecretsError) -> CInt {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SecretsError(.fileUnusable, "the path of the master key file is empty or holds a NUL")
        }
        while true {
            #if canImport(Glibc)
            let descriptor = Glibc.open(path, flags, 0o600)
            #elseif canImport(Musl)
            let descriptor = Musl.open(path, flags, 0o600)
            #else
            let descriptor = Darwin.open(path, flags, 0o600)
            #endif
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR else { throw self.refusal(errno, isNew: flags & O_CREAT != 0) }
        }
    }

    private func refusal(_ number: CInt, isNew: Bool) -> SecretsError {
        switch number {
        case ENOENT where isNew:
            self.error(.fileUnusable, "cannot be created because its folder does not exist; create the folder")
        case ENOENT:
            self.error(.fileMissing, "does not exist; restore it, or set \(MasterKey.environmentVariable)")
        case EEXIST:
            self.error(.fileExists, "exists already and is not overwritten; use it, or move it away")
        case ELOOP:
            self.error(.fileIsLink, "is a symbolic link; give the path of the file itself")
        default:
            self.unusable(isNew ? "create" : "open", number)
        }
    }

    private func checkOwnership(_ descriptor: CInt) throws(SecretsError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw self.unusable("inspect", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw self.error(.fileNotRegular, "is not a regular file; give the path of a file")
        }
        guard status.st_uid == geteuid() else {
            throw self.error(
                .fileOwner,
                "belongs to user \(status.st_uid), not to user \(geteuid()) who runs this; `chown \(geteuid())` it"
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            throw self.error(.filePermissions, "is open to its group or to others; `chmod 600` it")
        }
    }

    private func readAll(_ descriptor: CInt) throws(SecretsError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                #if canImport(Glibc)
                return Glibc.read(descriptor, rest.baseAddress, rest.count)
                #elseif canImport(Musl)
                return Musl.read(descriptor, rest.baseAddress, rest.count)
                #else
                return Darwin.read(descriptor, rest.baseAddress, rest.count)
                #endif
            }
            if got == 0 { return Array(bytes[..<count]) }
            guard got > 0 || errno == EINTR else { throw self.unusable("read", errno) }
            count += max(got, 0)
        }
        throw self.error(.keyMalformed, "holds more than \(Self.maximumBytes) bytes and is no master key")
    }

    private func write(_ content: Secret, to descriptor: CInt) throws(SecretsError) {
        try content.withBytes { (bytes) throws(SecretsError) in
            var written = 0
            while written < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                #if canImport(Glibc)
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                #elseif canImport(Musl)
                let count = Musl.write(descriptor, rest.baseAddress, rest.count)
                #else
                let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
                #endif
                guard count > 0 || errno == EINTR else { throw self.unusable("write", errno) }
                written += max(count, 0)
            }
        }
    }

    /// Makes the file's name last: a synced file in an unsynced folder may be gone after a power cut.
    private func syncFolder() throws(SecretsError) {
        let folder = try self.open(self.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw self.unusable("sync the folder of", errno) }
    }

    private var folder: String {
        guard let slash = self.path.lastIndex(of: "/") else { return "." }
        return slash == self.path.startIndex ? "/" : String(self.path[..<slash])
    }

    private func unusable(_ action: String, _ number: CInt) -> SecretsError {
        SecretsError(
            .fileUnusable,
            "cannot \(action) the master key file \(self.path): \(String(cString: strerror(number)))"
        )
    }

    private func error(_ code: SecretsError.Code, _ problem: String) -> SecretsError {
        SecretsError(code, "the master key file \(self.path) \(problem)")
    }
}
