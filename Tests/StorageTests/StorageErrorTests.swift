import GRDB
import Storage
import Testing

@testable import SQLiteStorage

@Suite("Errors of the engine")
struct StorageErrorTests {
    @Test(
        "each kind of engine error has its code and its advice",
        arguments: [
            (.SQLITE_CORRUPT, .unusable, "damaged"), (.SQLITE_NOTADB, .unusable, "damaged"),
            (.SQLITE_READONLY, .unusable, "cannot be written"), (.SQLITE_CANTOPEN, .unusable, "cannot be opened"),
            (.SQLITE_BUSY_SNAPSHOT, .failed, "busy"), (.SQLITE_LOCKED, .failed, "busy"),
            (.SQLITE_FULL, .failed, "disk is full"), (.SQLITE_IOERR_FSYNC, .failed, "code 1034"),
            (.SQLITE_CONSTRAINT_CHECK, .conflict, "stored rule"), (.SQLITE_MISUSE, .failed, "code 21"),
        ] as [(ResultCode, StorageError.Code, String)]
    )
    func codes(_ result: ResultCode, _ code: StorageError.Code, _ advice: String) {
        let error = StorageError(engine: DatabaseError(resultCode: result, message: "m", sql: "SELECT secret"))
        #expect(error.code == code)
        #expect(error.message.contains(advice))
        #expect(!error.message.contains("secret"))
    }

    @Test("a storage error passes unchanged and a foreign one is wrapped")
    func mapping() {
        struct Odd: Error {}
        let own = #expect(throws: StorageError.self) {
            try StorageError.mapping { () throws -> Void in throw StorageError(.notFound, "gone") }
        }
        #expect(own?.code == .notFound)
        let odd = #expect(throws: StorageError.self) { try StorageError.mapping { () throws -> Void in throw Odd() } }
        #expect(odd?.code == .failed)
    }

    @Test("a taken name is told by name")
    func clash() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.store)
        try store.insertProject(ProjectRecord(id: "prj_a", name: "acme", createdAt: 1, updatedAt: 1))
        let sameID = #expect(throws: StorageError.self) {
            try store.insertProject(ProjectRecord(id: "prj_a", name: "apex", createdAt: 1, updatedAt: 1))
        }
        #expect(sameID?.message == "a project with the id prj_a exists already")
        let sameName = #expect(throws: StorageError.self) {
            try store.insertProject(ProjectRecord(id: "prj_b", name: "acme", createdAt: 1, updatedAt: 1))
        }
        #expect(sameName?.message == "a project named \"acme\" exists already")
        let missing = #expect(throws: StorageError.self) { try store.deleteModel(id: "mdl_x") }
        #expect(missing?.message == "there is no model with the id mdl_x")
    }

    @Test("a project's keys are counted in the refusal to delete it")
    func owner() throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteStore(path: folder.store)
        try store.insertProject(ProjectRecord(id: "prj_a", name: "acme", createdAt: 1, updatedAt: 1))
        for (count, noun) in [(1, "1 key;"), (2, "2 keys;")] {
            let id = "key\(count)"
            let digest = [UInt8](repeating: UInt8(count), count: 32)
            try store.insertKey(
                KeyRecord(
                    id: id,
                    name: id,
                    projectID: "prj_a",
                    digest: digest,
                    verifier: "",
                    createdAt: 1,
                    updatedAt: 1
                )
            )
            let error = #expect(throws: StorageError.self) { try store.deleteProject(id: "prj_a") }
            #expect(error?.message.contains(noun) == true)
        }
    }
}
