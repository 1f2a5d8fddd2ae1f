import AdminAPI
import Storage
import Wire

/// What went wrong with a backup, and how to mend it.
struct BackupError: Error, CustomStringConvertible {
    let message: String

    init(_ message: String) { self.message = message }

    var description: String { self.message }
}

/// What a backup says of itself: `manifest.json`, written last, so that a folder with one is a whole backup.
struct BackupManifest: Sendable, Equatable {
    /// One file of a backup.
    struct File: Sendable, Equatable {
        /// Relative to the backup's folder: `martlet.sqlite`, `journal/journal-000000000007`, `master.key`.
        var path: String
        var bytes: Int
        var sha256: String
    }

    static let fileName = "manifest.json"
    static let format = 1

    /// The version of Martlet that made it.
    var martlet: String
    /// RFC 3339.
    var createdAt: String
    /// The version of the master key that its secrets are sealed under.
    var keyVersion: Int
    var files: [File]

    var hasMasterKey: Bool { self.files.contains { $0.path == "master.key" } }

    var bytes: Int { self.files.reduce(0) { $0.addingReportingOverflow($1.bytes).partialValue } }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("format", Self.format)
            writer.member("martlet", self.martlet)
            writer.member("created_at", self.createdAt)
            writer.member("master_key_version", self.keyVersion)
            writer.key("files")
            writer.array { writer in
                for file in self.files {
                    writer.object { writer in
                        writer.member("path", file.path)
                        writer.member("bytes", file.bytes)
                        writer.member("sha256", file.sha256)
                    }
                }
            }
        }
        return writer.bytes + [0x0A]
    }
}

extension BackupManifest {
    /// Reads a manifest that may have been made by anybody.
    ///
    /// - Throws: `BackupError` when it is none, of another format, or names a file that no backup has.
    init(json bytes: [UInt8]) throws(BackupError) {
        guard let view = JSONView(bytes), let format = view.text("format") else {
            throw BackupError("\(Self.fileName) is not that of a backup")
        }
        guard format == String(Self.format) else {
            throw BackupError("the backup has format \(format), this Martlet reads \(Self.format): use a newer one")
        }
        guard let martlet = view.text("martlet"), let createdAt = view.text("created_at"),
            let keyVersion = view.text("master_key_version").flatMap({ Int($0) })
        else { throw BackupError("\(Self.fileName) is not complete") }
        var files: [File] = []
        for entry in view.elements("files") {
            guard let path = entry.text("path"), let bytes = entry.text("bytes").flatMap({ Int($0) }), bytes >= 0,
                let sum = entry.text("sha256"), sum.utf8.count == 64
            else { throw BackupError("\(Self.fileName) is not complete") }
            guard Self.isOurs(path), !files.contains(where: { $0.path == path }) else {
                throw BackupError("\(Self.fileName) names a file that no backup has")
            }
            files.append(File(path: path, bytes: bytes, sha256: sum))
        }
        guard files.contains(where: { $0.path == "martlet.sqlite" }) else {
            throw BackupError("the backup has no store")
        }
        self.init(martlet: martlet, createdAt: createdAt, keyVersion: keyVersion, files: files)
    }

    /// Only names that a backup is made with: a manifest must not lead out of its folder, nor out of the one restored to.
    private static func isOurs(_ path: String) -> Bool {
        if path == "martlet.sqlite" || path == "master.key" { return true }
        let prefix = "journal/journal-"
        let digits = path.utf8.dropFirst(prefix.utf8.count)
        return path.hasPrefix(prefix) && (12...20).contains(digits.count) && digits.allSatisfy { 0x30...0x39 ~= $0 }
    }
}
