import MartletTesting
import SQLiteStorage
import Storage
import Testing

@Suite("SQLite passes the storage exam")
struct StorageExamTests {
    @Test("an engine answers every question", arguments: StorageExam.all)
    func exam(_ question: StorageExam) throws {
        let folder = try TemporaryFolder()
        try question.ask { try SQLiteStore(path: folder.store) }
    }

    @Test("the questions differ")
    func questions() {
        #expect(Set(StorageExam.all.map(\.description)).count == StorageExam.all.count)
        #expect(StorageExam.all.count > 60)
    }
}
