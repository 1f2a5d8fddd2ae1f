import Glibc
import Storage
import Testing

@testable import SQLiteStorage

@Suite("Opening the file")
struct StoreFileTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    private func refusal(create: Bool = true, at path: String? = nil) -> String {
        let error = #expect(throws: StorageError.self) {
            try SQLiteStore(path: path ?? self.folder.store, create: create)
        }
        guard let error else { return "" }
        #expect(error.code == .unusable)
        return error.message
    }

    private func makeStore() throws {
        let store = try SQLiteStore(path: self.folder.store)
        try store.insertProject(ProjectRecord(id: "p", name: "p", createdAt: 1, updatedAt: 1))
        try store.close()
    }

    @Test("a new store makes its folder 0700 and its files 0600")
    func creation() throws {
        let inner = self.folder.path + "/data"
        let mask = umask(0)
        defer { umask(mask) }
        let store = try SQLiteStore(path: inner + "/m.db")
        defer { Self.remove(inner) }
        #expect(TemporaryFolder.mode(inner) == 0o700)
        for suffix in ["", "-wal", "-shm", ".lock"] {
            #expect(TemporaryFolder.mode(inner + "/m.db" + suffix) == 0o600, "\(suffix)")
        }
        try store.close()
    }

    private static func remove(_ inner: String) {
        for suffix in ["", "-wal", "-shm", ".lock"] { unlink(inner + "/m.db" + suffix) }
        rmdir(inner)
    }

    @Test("a missing file is refused when it may not be created, and stays missing")
    func missing() {
        #expect(self.refusal(create: false).contains("does not exist"))
        #expect(self.folder.names.isEmpty)
    }

    @Test("a missing folder is refused when it may not be created")
    func missingFolder() {
        #expect(self.refusal(create: false, at: self.folder.path + "/none/m.db").contains("create it with mode 0700"))
    }

    @Test("what is no path of a file is refused", arguments: ["", "/tmp/", "file:/tmp/x.db?mode=ro", "a\0b"])
    func noPath(_ path: String) {
        #expect(self.refusal(at: path).contains("not the path of a file"))
    }

    @Test("a symbolic link is refused, whichever file it stands for", arguments: ["", "-wal", "-shm", ".lock"])
    func symbolicLink(_ suffix: String) throws {
        try self.makeStore()
        let path = self.folder.store + suffix
        rename(path, path + ".real")
        #expect(symlink(path + ".real", path) == 0)
        #expect(self.refusal().contains("symbolic link"))
    }

    @Test("a second name of the file is refused")
    func hardLink() throws {
        try self.makeStore()
        #expect(link(self.folder.store, self.folder.path + "/other.db") == 0)
        #expect(self.refusal().contains("hard links"))
    }

    @Test("a folder or pipe in the file's place is refused")
    func notAFile() {
        #expect(mkfifo(self.folder.store, 0o600) == 0)
        #expect(self.refusal().contains("not a regular file"))
    }

    @Test("a file that others can reach is refused", arguments: [0o644, 0o640, 0o660, 0o604, 0o602] as [mode_t])
    func readable(_ mode: mode_t) throws {
        try self.makeStore()
        #expect(chmod(self.folder.store, mode) == 0)
        #expect(self.refusal().contains("run: chmod 600"))
        #expect(TemporaryFolder.mode(self.folder.store) == mode, "a refusal mends nothing by itself")
    }

    @Test("a read-only file is refused")
    func readOnly() throws {
        try self.makeStore()
        #expect(chmod(self.folder.store, 0o400) == 0)
        #expect(self.refusal().contains("read-only"))
    }

    @Test("a folder that others can write is refused", arguments: [0o777, 0o1777, 0o770] as [mode_t])
    func writableFolder(_ mode: mode_t) {
        #expect(chmod(self.folder.path, mode) == 0)
        #expect(self.refusal().contains("can be written by other users"))
    }

    @Test("a file of another user is refused", .enabled(if: geteuid() == 0))
    func foreignOwner() throws {
        try self.makeStore()
        #expect(chown(self.folder.store, 12_345, 12_345) == 0)
        #expect(self.refusal().contains("belongs to user 12345"))
    }

    @Test("a folder of another user is refused", .enabled(if: geteuid() == 0))
    func foreignFolder() {
        #expect(chown(self.folder.path, 12_345, 12_345) == 0)
        #expect(self.refusal().contains("belongs to user 12345"))
    }

    @Test("a corrupt header is refused and not mended", arguments: [0, 3, 15])
    func corruptHeader(_ offset: Int) throws {
        try self.makeStore()
        TemporaryFolder.write([0xFF], to: self.folder.store, at: offset)
        #expect(self.refusal().contains("damaged"))
    }

    @Test("a file that is too short for a header is refused")
    func shortFile() {
        TemporaryFolder.write(Array("SQLite format 3\0".utf8), to: self.folder.store)
        #expect(self.refusal().contains("damaged"))
    }

    @Test("a page of nonsense behind a good header is refused")
    func corruptPage() throws {
        try self.makeStore()
        TemporaryFolder.write([UInt8](repeating: 0xA5, count: 3900), to: self.folder.store, at: 100)
        #expect(self.refusal().contains("damaged"))
    }

    @Test("a store that was only created is opened again")
    func emptyFile() throws {
        TemporaryFolder.write([], to: self.folder.store)
        try SQLiteStore(path: self.folder.store, create: false).close()
    }

    @Test("the folder of a path is what stands before its last slash")
    func folders() {
        #expect(StoreFile.folder(of: "m.db") == ".")
        #expect(StoreFile.folder(of: "/m.db") == "/")
        #expect(StoreFile.folder(of: "/var/lib/m.db") == "/var/lib")
    }
}
