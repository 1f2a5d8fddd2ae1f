import Glibc
import SQLiteStorage
import Storage
import Testing

@Suite("One holder per file")
struct StoreLockTests {
    private let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    private func acquire() throws(StorageError) -> StoreLock { try StoreLock.acquire(path: self.folder.store) }

    @Test("a second holder is refused and told who holds it")
    func second() throws {
        let lock = try self.acquire()
        let error = #expect(throws: StorageError.self) { try self.acquire() }
        #expect(error?.code == .unusable)
        #expect(error?.message.contains("process \(getpid())") == true)
        lock.release()
    }

    @Test("a released lock can be taken again, and releasing twice takes nothing from the next holder")
    func release() throws {
        let first = try self.acquire()
        first.release()
        let second = try self.acquire()
        first.release()
        #expect(throws: StorageError.self) { try self.acquire() }
        second.release()
        #expect(second.path == self.folder.store + ".lock")
    }

    @Test("a lock that is let go is released")
    func letGo() throws {
        do { _ = try self.acquire() }
        try self.acquire().release()
    }

    @Test("a lock file left by a dead process does not block")
    func stale() throws {
        TemporaryFolder.write(Array("4000000\n".utf8), to: self.folder.store + ".lock")
        try self.acquire().release()
    }

    @Test("an open store holds the lock until it is closed")
    func store() throws {
        let store = try SQLiteStore(path: self.folder.store)
        #expect(throws: StorageError.self) { try self.acquire() }
        let error = #expect(throws: StorageError.self) { try SQLiteStore(path: self.folder.store) }
        #expect(error?.message.contains("in use by another process") == true)
        try store.close()
        try self.acquire().release()
    }

    @Test("a store that is let go gives the lock back")
    func letGoStore() throws {
        do { _ = try SQLiteStore(path: self.folder.store) }
        try self.acquire().release()
    }

    @Test("a store can use a lock taken before it")
    func given() throws {
        let lock = try self.acquire()
        let store = try SQLiteStore(path: self.folder.store, lock: lock)
        #expect(throws: StorageError.self) { try self.acquire() }
        try store.close()
        try self.acquire().release()
    }

    @Test("a refused store gives the lock back")
    func refused() throws {
        try SQLiteStore(path: self.folder.store).close()
        TemporaryFolder.write([UInt8](repeating: 0xA5, count: 3900), to: self.folder.store, at: 100)
        #expect(throws: StorageError.self) { try SQLiteStore(path: self.folder.store) }
        try self.acquire().release()
    }

    @Test("a lock in a missing folder is refused with the reason")
    func noFolder() {
        let error = #expect(throws: StorageError.self) { try StoreLock.acquire(path: self.folder.path + "/none/m.db") }
        #expect(error?.message.contains("No such file") == true)
    }
}
