import Foundation
import GRDB
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

    private func append(_ bodies: [KeptBodies], maxBytes: Int? = nil) throws {
        let addition = try self.store.append(bodies, maxBytes: maxBytes)
        #expect(addition == .added)
    }

    /// Erases part by part; how many went with each.
    private func erase(_ bodies: BodySelection, before mark: Int64? = nil) throws -> [Int] {
        let mark = try mark ?? self.store.mark()
        var parts: [Int] = []
        while case let count = try self.store.erase(bodies, before: mark), count > 0 { parts.append(count) }
        return parts
    }

    @Test("there is no file until something is kept; then it is the owner's alone")
    func lazy() throws {
        #expect(try self.store.find(requestID: "a", in: nil) == nil)
        #expect(try self.erase(.project("p")).isEmpty && self.store.prune(before: 9, maxBytes: 9) == 0)
        #expect(try !self.store.holds(.project("p")) && self.store.mark() == 0)
        #expect(!FileManager.default.fileExists(atPath: self.store.path))
        try self.append([self.bodies("a")])
        let mode = try FileManager.default.attributesOfItem(atPath: self.store.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("what is kept is found again, also by another process, and only in projects that may be seen")
    func find() throws {
        try self.append([self.bodies("a", at: 1), self.bodies("a", "q", at: 2), self.bodies("b", size: 11)])
        try self.store.close()
        #expect(try self.store.find(requestID: "a", in: nil) == self.bodies("a", "q", at: 2))
        #expect(try self.store.find(requestID: "a", in: ["p"]) == self.bodies("a", at: 1))
        #expect(try self.store.find(requestID: "a", in: ["x"]) == nil)
        #expect(try self.store.find(requestID: "b", in: nil)?.answer == nil)
    }

    @Test("erasing reaches one request, one project, and nothing else")
    func erase() throws {
        try self.append([self.bodies("a"), self.bodies("a", "q"), self.bodies("b"), self.bodies("c", "q")])
        #expect(try self.store.holds(.request("a", projects: ["p"])) && self.store.holds(.project("q")))
        let inScope = try self.erase(.request("a", projects: ["p"]))
        #expect(inScope == [1])
        #expect(try !self.store.holds(.request("a", projects: ["p", "x"])))
        #expect(try self.store.holds(.request("a", projects: nil)) && !self.store.holds(.request("a", projects: [])))
        #expect(try self.store.find(requestID: "a", in: nil)?.projectID == "q")
        let ofProject = try self.erase(.project("q"))
        #expect(ofProject == [2])
        #expect(try self.store.find(requestID: "b", in: nil) != nil)
    }

    @Test("what is too old goes, and its room is given back to the disk")
    func age() throws {
        for batch in 0..<10 {
            try self.append((0..<50).map { self.bodies("r\($0)", at: Int64(batch), size: 4_000) })
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
            try self.append((0..<100).map { self.bodies("r\($0)", at: Int64(batch), size: 4_000) })
        }
        while try self.store.prune(before: nil, maxBytes: 4 << 20) > 0 {}
        #expect(try self.store.usedBytes() <= 4 << 20)
        #expect(try self.store.find(requestID: "r1", in: nil)?.at == 9)
    }

    @Test("of large bodies no more go than must, be the store ever so small")
    func largeBodies() throws {
        for id in 0..<10 { try self.append([self.bodies("r\(id)", size: 256 << 10)]) }
        while try self.store.prune(before: nil, maxBytes: 3 << 20) > 0 {}
        let left = try (0..<10).filter { try self.store.holds(.request("r\($0)", projects: nil)) }
        #expect(left == [5, 6, 7, 8, 9])
        #expect(try (5 << 19...3 << 20).contains(self.store.usedBytes()))
    }

    @Test("what is too old goes though what came before it is not, after the clock has jumped")
    func clockJump() throws {
        try self.append((0..<300).map { self.bodies("future\($0)", at: 9_000) })
        try self.append((0..<50).map { self.bodies("now\($0)", at: 5) })
        var gone = 0
        while case let count = try self.store.prune(before: 6, maxBytes: nil), count > 0 { gone += count }
        #expect(gone == 50)
        #expect(try self.store.holds(.request("future299", projects: nil)))
    }

    @Test("the store is never larger than it may be: what is added takes the place of the oldest")
    func cap() throws {
        let most = 1 << 20
        for id in 0..<40 {
            try self.append([self.bodies("r\(id)", size: 60_000)], maxBytes: most)
            #expect(try self.store.usedBytes() <= most)
        }
        let left = try (0..<40).filter { try self.store.holds(.request("r\($0)", projects: nil)) }
        #expect(left == Array((40 - left.count)..<40) && left.count >= 6)
    }

    @Test("what has no room is not added, all or none, and may be later")
    func noRoom() throws {
        let tooLarge = try self.store.append([self.bodies("a", size: 600_000)], maxBytes: 1 << 20)
        #expect(tooLarge == .noRoom)
        #expect(try !self.store.holds(.project("p")))
        // More than one step makes room for.
        for id in 0..<20 { try self.append([self.bodies("r\(id)", size: 500_000)]) }
        let first = try self.store.append([self.bodies("b")], maxBytes: 1 << 20)
        #expect(first == .madeRoom)
        #expect(try !self.store.holds(.request("b", projects: nil)))
        while try self.store.prune(before: nil, maxBytes: 1 << 20) > 0 {}
        try self.append([self.bodies("b")], maxBytes: 1 << 20)
    }

    @Test("of small bodies as many go, part by part, as a large one takes")
    func largeAmongSmall() throws {
        let most = 2 << 20
        for batch in 0..<20 { try self.append((0..<100).map { self.bodies("s\(batch)-\($0)", size: 400) }) }
        while try self.store.prune(before: nil, maxBytes: most) > 0 {}
        let isFull = try self.store.usedBytes() > most * 3 / 4
        var additions: [BodyAddition] = []
        repeat {
            additions.append(try self.store.append([self.bodies("large", size: 400_000)], maxBytes: most))
        } while additions.last == .madeRoom && additions.count < 50
        #expect(isFull && additions.count > 2 && additions.last == .added)
        #expect(try self.store.usedBytes() <= most)
        #expect(try self.store.holds(.request("s19-99", projects: nil)))
    }

    @Test("erasing goes by bounded parts, and stops at its mark though more is written meanwhile")
    func parts() throws {
        try self.append((0..<450).map { self.bodies("r\($0)") })
        let mark = try self.store.mark()
        let first = try self.store.erase(.project("p"), before: mark)
        try self.append((0..<10).map { self.bodies("later\($0)") })
        let rest = try self.erase(.project("p"), before: mark)
        #expect(first == 200 && rest == [200, 50])
        #expect(try self.store.holds(.request("later0", projects: nil)))
        try self.append((0..<40).map { self.bodies("large\($0)", "q", size: 512 << 10) })
        let large = try self.erase(.project("q"))
        #expect(large.reduce(0, +) == 40 && large.allSatisfy { $0 <= 8 })
    }

    @Test("one id that a caller gave to many requests is erased by parts too, and found at once")
    func repeatedIDs() throws {
        try self.append((0..<300).map { _ in self.bodies("x", "a") } + [self.bodies("x", "b")])
        #expect(try self.store.find(requestID: "x", in: ["b"])?.projectID == "b")
        #expect(try self.erase(.request("x", projects: ["a"])) == [200, 100])
        #expect(try self.store.find(requestID: "x", in: nil)?.projectID == "b")
    }

    @Test("a file of the first version is brought up to date, with what it holds")
    func migration() throws {
        try self.append([self.bodies("a", at: 3)])
        try self.store.close()
        let database = try DatabaseQueue(path: self.store.path)
        try database.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    DROP INDEX bodies_by_time; DROP INDEX bodies_by_request_and_project;
                    CREATE INDEX bodies_by_request ON bodies (request_id); PRAGMA user_version = 1
                    """
            )
        }
        try database.close()
        #expect(try self.store.find(requestID: "a", in: ["p"]) == self.bodies("a", at: 3))
        try self.store.close()
        let after = try DatabaseQueue(path: self.store.path)
        let indexes = try after.read {
            try String.fetchSet($0, sql: "SELECT name FROM sqlite_schema WHERE type = 'index'")
        }
        try after.close()
        #expect(indexes == ["bodies_by_time", "bodies_by_project", "bodies_by_request_and_project"])
    }

    @Test("a file of the first version that cannot be brought up to date is refused, each time, and left as it is")
    func failedMigration() throws {
        try self.append([self.bodies("a", at: 3)])
        try self.store.close()
        func change(_ sql: String) throws {
            let database = try DatabaseQueue(path: self.store.path)
            try database.writeWithoutTransaction { try $0.execute(sql: sql) }
            try database.close()
        }
        try change(
            """
            DROP INDEX bodies_by_time; DROP INDEX bodies_by_request_and_project;
            CREATE INDEX bodies_by_request ON bodies (request_id); PRAGMA user_version = 1;
            CREATE TABLE bodies_by_request_and_project (x)
            """
        )
        for _ in 0..<2 { #expect(throws: StorageError.self) { try self.store.find(requestID: "a", in: nil) } }
        // What came before the step that failed is undone.
        try change("DROP TABLE bodies_by_request_and_project")
        #expect(try self.store.find(requestID: "a", in: nil) == self.bodies("a", at: 3))
    }

    @Test("a damaged file is refused, and one put in its place is used without a restart")
    func damaged() throws {
        try Data("this is no database, it is long enough to be looked at; ".utf8).write(
            to: URL(fileURLWithPath: self.store.path)
        )
        chmod(self.store.path, 0o600)
        #expect(throws: StorageError.self) { try self.append([self.bodies("a")]) }
        try FileManager.default.removeItem(atPath: self.store.path)
        try self.append([self.bodies("a")])
        #expect(try self.store.find(requestID: "a", in: nil) != nil)
    }

    @Test("a file that is moved away under an open store is made anew")
    func moved() throws {
        try self.append([self.bodies("a")])
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: self.store.path + suffix) }
        #expect(try self.store.find(requestID: "a", in: nil) == nil)
        try self.append([self.bodies("b")])
        try self.store.close()
        #expect(try self.store.find(requestID: "b", in: nil) != nil)
    }

    @Test("a file that others may read, or that may not be written, is refused", arguments: [0o644, 0o400])
    func mode(_ mode: Int) throws {
        try self.append([self.bodies("a")])
        try self.store.close()
        chmod(self.store.path, mode_t(mode))
        #expect(throws: StorageError.self) { try self.append([self.bodies("b")]) }
    }
}
