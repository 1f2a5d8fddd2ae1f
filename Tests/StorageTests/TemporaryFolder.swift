import Glibc

/// A folder of mode 0700 that goes away with this value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-storage-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CreationFailed(code: errno) }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in self.names { unlink(self.path + "/" + name) }
        rmdir(self.path)
    }

    struct CreationFailed: Error { let code: Int32 }

    /// The path of the store inside.
    var store: String { self.path + "/martlet.db" }

    /// The files inside.
    var names: [String] {
        guard let folder = opendir(self.path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The last nine bits of a file's mode.
    static func mode(_ path: String) -> mode_t? {
        var facts = stat()
        return lstat(path, &facts) == 0 ? facts.st_mode & 0o777 : nil
    }

    /// Overwrites bytes of a file at an offset, creating it when missing.
    static func write(_ bytes: [UInt8], to path: String, at offset: Int = 0) {
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, offset) }
        close(descriptor)
    }

    /// The size of a file, or `nil` when there is none.
    static func size(_ path: String) -> Int? {
        var facts = stat()
        return lstat(path, &facts) == 0 ? Int(facts.st_size) : nil
    }
}
