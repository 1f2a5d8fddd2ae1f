import Testing

@testable import martlet

@Suite("A backup's manifest")
struct BackupManifestTests {
    private static let sum = String(repeating: "a", count: 64)

    private static func manifest(_ paths: [String]) -> BackupManifest {
        BackupManifest(
            martlet: "1.2.3",
            createdAt: "2026-11-28T00:00:00.000Z",
            keyVersion: 2,
            files: paths.map { .init(path: $0, bytes: 7, sha256: Self.sum) }
        )
    }

    @Test("what is written is what is read")
    func roundTrip() throws {
        let manifest = Self.manifest(["martlet.sqlite", "journal/journal-000000000007", "master.key"])
        #expect(try BackupManifest(json: manifest.json) == manifest)
        #expect(manifest.hasMasterKey && manifest.bytes == 21)
        #expect(!Self.manifest(["martlet.sqlite"]).hasMasterKey)
    }

    @Test(
        "a manifest that names any other file is refused: none leads out of the backup, or of the folder restored to",
        arguments: [
            "../../etc/passwd", "/etc/passwd", "journal/../x", "journal/journal-00000000000a", "journal/journal-1",
            "admin-token", "first-key", "martlet.sqlite/", "", "journal/lock", "./martlet.sqlite",
            "journal/journal-000000000001/x",
        ]
    )
    func foreignNames(_ path: String) {
        #expect(throws: BackupError.self) { try BackupManifest(json: Self.manifest(["martlet.sqlite", path]).json) }
    }

    @Test(
        "what is no manifest, not whole or of another format is refused",
        arguments: [
            "", "[]", "{}", #"{"format":2}"#, #"{"format":1,"martlet":"x"}"#,
            #"{"format":1,"martlet":"x","created_at":"y","master_key_version":1,"files":[]}"#,
            #"{"format":1,"martlet":"x","created_at":"y","master_key_version":1,"files":[{"path":"martlet.sqlite"}]}"#,
        ]
    )
    func refused(_ text: String) {
        #expect(throws: BackupError.self) { try BackupManifest(json: Array(text.utf8)) }
    }

    @Test("a file named twice, without a store, or of a negative length is refused")
    func wrongFiles() {
        for paths in [["martlet.sqlite", "martlet.sqlite"], ["master.key"]] {
            #expect(throws: BackupError.self) { try BackupManifest(json: Self.manifest(paths).json) }
        }
        var negative = Self.manifest(["martlet.sqlite"])
        negative.files[0].bytes = -1
        #expect(throws: BackupError.self) { try BackupManifest(json: negative.json) }
    }
}
