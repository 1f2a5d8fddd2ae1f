import Glibc

/// Filesystems on which SQLite's locks and shared memory cannot be trusted, nor a journal's locks and syncs.
package enum NetworkFilesystem {
    private static let types: Set<Substring> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph", "gpfs", "lustre", "beegfs", "ocfs2",
        "gfs", "gfs2", "coda", "orangefs", "fuse", "fuseblk",
    ]

    /// The type of the network filesystem that holds a folder, or `nil` when it is local or cannot be told.
    package static func type(ofFolder folder: String) -> String? {
        guard let real = realpath(folder, nil) else { return nil }
        defer { free(real) }
        return Self.type(ofFolder: String(cString: real), mounts: Self.readMounts())
    }

    /// As above, by the kernel's list of mounts. Source: proc(5), `/proc/pid/mountinfo`: the fifth field is the mount
    /// point, the type follows a lone dash; later mounts cover earlier ones.
    static func type(ofFolder folder: String, mounts: String) -> String? {
        var best: (length: Int, type: Substring)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 6, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
            let point = Self.unescaped(fields[4])
            guard Self.contains(folder, in: point), point.utf8.count >= best?.length ?? 0 else { continue }
            best = (point.utf8.count, fields[dash + 1])
        }
        guard let type = best?.type, Self.types.contains(type) || type.hasPrefix("fuse.") else { return nil }
        return String(type)
    }

    private static func contains(_ folder: String, in point: String) -> Bool {
        point == "/" || folder == point || folder.hasPrefix(point + "/")
    }

    /// The kernel writes space, tab, newline and backslash as three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The kernel's list; empty when `/proc` is not mounted.
    private static func readMounts() -> String {
        let descriptor = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 1 << 22 {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
