import Foundation
import MartletTesting
import Storage
import Testing

@testable import SQLiteStorage

@Suite("Kept bodies in a file of their own")
struct SQLiteBodyStoreTests {
    private let folder: TemporaryFolder
    private let store: SQLiteBodyStore

    init() throws {
        self.folder = try TemporaryFolder()
        self.store = SQLiteBodyStore(path: self.folder.path + "/bodies.sqlite")
    }

    private func bodies(_ id: String, _ project: String = "p", at: Int64 = 1, size: Int = 10) -> KeptBodies {
        KeptBodies(
            requestID: id,
            projectID: project,
            at: at,
            mode: "full",
            isStream: true,
            request: .init(bytes: 7, isCut: false, sealed: Array(repeating: 1, count: size)),
            answer: size == 11 ? nil : .init(bytes: 9, isCut: true, sealed: Array(repeating: 2, count: size))
        )
    }

    @Test("there is no file until something is kept; then it is the owner's alone")
    func lazy() throws {
        #expect(try self.store.find(requestID: "a", in: nil) == nil)
        #expect(try self.store.erase(projectID: "p") == 0 && self.store.prune(before: 9, maxBytes: 9) == 0)
        #expect(!FileManager.default.fileExists(atPath: self.store.path))
        try self.store.append([self.bodies("a")])
        let mode = try FileManager.default.attributesOfItem(atPath: self.store.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("what is kept is found again, also by another process, and only in projects that may be seen")
    func find() throws {
        try self.store.append([self.bodies("a", at: 1), self.bodies("a", "q", at: 2), self.bodies("b", size: 11)])
        try self.store.close()
        #expect(try self.store.find(requestID: "a", in: nil) == self.bodies("a", "q", at: 2))
        #expect(try self.store.find(requestID: "a", in: ["p"]) == self.bodies("a", at: 1))
        #expect(try self.store.find(requestID: "a", in: ["x"]) == nil)
        #expect(try self.store.find(requestID: "b", in: nil)?.answer == nil)
    }

    @Test("erasing reaches one request, one project, and nothing else")
    func erase() throws {
        try self.store.append([self.bodies("a"), self.bodies("a", "q"), self.bodies("b"), self.bodies("c", "q")])
        let inScope = try self.store.erase(requestID: "a", in: ["p"])
        #expect(inScope == 1)
        #expect(try self.store.find(requestID: "a", in: nil)?.projectID == "q")
        let ofProject = try self.store.erase(projectID: "q")
        #expect(ofProject == 2)
        #expect(try self.store.find(requestID: "b", in: nil) != nil)
    }

    @Test("what is too old goes, and its room is given back to the disk")
    func age() throws {
        for batch in 0..<10 {
            try self.store.append((0..<50).map { self.bodies("r\($0)", at: Int64(batch), size: 4_000) })
        }
        let before = try self.store.usedBytes()
        var gone = 0
        while case let count = try self.store.prune(before: 9, maxBytes: nil), count > 0 { gone += count }
        #expect(gone == 450)
        #expect(try self.store.usedBytes() < before / 5)
        try self.store.close()
        let size = try FileManager.default.attributesOfItem(atPath: self.store.path)[.size] as? Int ?? .max
        #expect(size < before / 5)
    }

    @Test("over its size the oldest go")
    func size() throws {
        for batch in 0..<10 {
            try self.store.append((0..<100).map { self.bodies("r\($0)", at: Int64(batch), size: 4_000) })
        }
        while try self.store.prune(before: nil, maxBytes: 4 << 20) > 0 {}
        #expect(try self.store.usedBytes() <= 4 << 20)
        #expect(try self.store.find(requestID: "r1", in: nil)?.at == 9)
    }

    @Test("a damaged file is refused, and one put in its place is used without a restart")
    func damaged() throws {
        try Data("this is no database, it is long enough to be looked at; ".utf8).write(
            to: URL(fileURLWithPath: self.store.path)
        )
        chmod(self.store.path, 0o600)
        #expect(throws: StorageError.self) { try self.store.append([self.bodies("a")]) }
        try FileManager.default.removeItem(atPath: self.store.path)
        try self.store.append([self.bodies("a")])
        #expect(try self.store.find(requestID: "a", in: nil) != nil)
    }

    @Test("a file that is moved away under an open store is made anew")
    func moved() throws {
        try self.store.append([self.bodies("a")])
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: self.store.path + suffix) }
        #expect(try self.store.find(requestID: "a", in: nil) == nil)
        try self.store.append([self.bodies("b")])
        try self.store.close()
        #expect(try self.store.find(requestID: "b", in: nil) != nil)
    }

    @Test("a file that others may read, or that may not be written, is refused", arguments: [0o644, 0o400])
    func mode(_ mode: Int) throws {
        try self.store.append([self.bodies("a")])
        try self.store.close()
        chmod(self.store.path, mode_t(mode))
        #expect(throws: StorageError.self) { try self.store.append([self.bodies("b")]) }
    }
}
