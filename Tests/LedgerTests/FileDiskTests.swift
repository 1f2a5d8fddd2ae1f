import Exchange
import Glibc
import MartletTesting
import Storage
import Testing

@testable import Ledger

@Suite("The journal's folder on a real disk")
final class FileDiskTests {
    private let parent: String

    init() throws {
        var template = Array("/tmp/martlet-journal-XXXXXX".utf8CString)
        self.parent = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        for folder in [self.folder, self.parent + "/other"] {
            for name in (try? FileDisk(folder: folder).list()) ?? [] { unlink(folder + "/" + name) }
            unlink(folder + "/lock")
            rmdir(folder)
            unlink(folder)
        }
        rmdir(self.parent)
    }

    private var folder: String { self.parent + "/journal" }

    private func refusal() -> JournalError? {
        do throws(JournalError) {
            try FileDisk(folder: self.folder).lock()
            return nil
        } catch {
            return error
        }
    }

    @Test("one process at a time has it")
    func locked() throws {
        let disk = FileDisk(folder: self.folder)
        try disk.lock()
        #expect(self.refusal()?.code == .locked)
        disk.unlock()
        #expect(self.refusal() == nil)
        var info = stat()
        #expect(stat(self.folder, &info) == 0 && info.st_mode & 0o777 == 0o700)
    }

    @Test("a folder that others can read is refused, and a symbolic link")
    func unsafe() throws {
        mkdir(self.folder, 0o700)
        chmod(self.folder, 0o750)
        #expect(self.refusal()?.code == .unusable)
        #expect(self.refusal()?.message.contains("chmod 700") == true)
        rmdir(self.folder)
        mkdir(self.parent + "/other", 0o700)
        symlink(self.parent + "/other", self.folder)
        #expect(self.refusal()?.code == .unusable)
        #expect(self.refusal()?.message.contains("symbolic link") == true)
    }

    @Test("a journal on it outlives its process, and a clean stop leaves it unlocked")
    func journal() throws {
        let store = MemoryLedgerStore()
        var options = JournalOptions()
        options.segmentBytes = 65_536
        let first = try Journal.open(disk: FileDisk(folder: self.folder), options: options, store: store, now: 1)
        for number in 0..<500 {
            let entry = LedgerEntry.sample(number)
            var ticket = try? first.journal.open(entry)
            // Segments are made ready by the committer's thread.
            while ticket == nil {
                usleep(1_000)
                ticket = try? first.journal.open(entry)
            }
            if let ticket { first.journal.settle(ticket, entry.ended(charge: 3)) }
        }
        #expect(throws: JournalError.self) {
            try Journal.open(disk: FileDisk(folder: self.folder), options: options, store: store, now: 1)
        }
        first.journal.syncNow(withinMilliseconds: 10_000)
        #expect(try first.drain.drainOnce() == 500)
        first.journal.close()
        first.journal.close()
        #expect(throws: JournalError.self) { try first.journal.open(.sample(1_000)) }
        let second = try Journal.open(disk: FileDisk(folder: self.folder), options: options, store: store, now: 1)
        #expect(second.recovered == 0)
        #expect(store.allEntries.count == 500)
        second.journal.close()
    }
}
