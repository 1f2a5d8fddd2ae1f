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
        unlink(self.outside)
        for folder in [self.folder, self.parent + "/other"] {
            for name in (try? FileDisk(folder: folder).list()) ?? [] { unlink(folder + "/" + name) }
            unlink(folder + "/lock")
            rmdir(folder)
            unlink(folder)
        }
        rmdir(self.parent)
    }

    private var folder: String { self.parent + "/journal" }
    private var outside: String { self.parent + "/outside" }

    /// A journal with one unsettled attempt, whose process is gone; the path of its segment.
    private func leaveJournal() throws -> String {
        let opened = try Journal.open(
            disk: FileDisk(folder: self.folder),
            options: Bench.options(),
            store: MemoryLedgerStore(),
            now: 1
        )
        _ = try opened.journal.open(.sample(1))
        opened.journal.close()
        return self.folder + "/" + SegmentHeader.fileName(1)
    }

    /// Why a journal cannot be opened.
    private func openingRefusal() -> JournalError? {
        do throws(JournalError) {
            let disk = FileDisk(folder: self.folder)
            let opened = try Journal.open(disk: disk, options: Bench.options(), store: MemoryLedgerStore(), now: 1)
            opened.journal.close()
            return nil
        } catch {
            return error
        }
    }

    private func mode(_ path: String) -> mode_t {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & 0o7777 : 0
    }

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

    @Test("segments and lock are ours alone, whatever the umask")
    func modes() throws {
        let mask = umask(0)
        defer { umask(mask) }
        let segment = try self.leaveJournal()
        #expect(self.mode(segment) == 0o600 && self.mode(self.folder + "/lock") == 0o600)
        umask(0o377)
        let file = try FileDisk(folder: self.folder).create("journal-000000000009", bytes: 4_096)
        #expect(file.size == 4_096)
        #expect(self.mode(self.folder + "/journal-000000000009") == 0o600)
    }

    @Test("a symbolic link in a segment's place is not followed, nor in the lock's", arguments: [true, false])
    func linkedSegment(_ isSegment: Bool) throws {
        let segment = try self.leaveJournal()
        let path = isSegment ? segment : self.folder + "/lock"
        rename(path, self.outside)
        #expect(symlink(self.outside, path) == 0)
        let refusal = try #require(self.openingRefusal())
        #expect(refusal.code == .unusable)
        #expect(refusal.message.contains(path) && refusal.message.contains("symbolic link"))
    }

    @Test("a segment with a second name, that others can read, or that is no file is refused, and the reason is told")
    func foreignSegment() throws {
        let segment = try self.leaveJournal()
        #expect(link(segment, self.outside) == 0)
        #expect(self.openingRefusal()?.message.contains("hard links") == true)
        unlink(self.outside)
        for mode in [0o644, 0o620, 0o606] as [mode_t] {
            chmod(segment, mode)
            #expect(self.openingRefusal()?.code == .unusable)
            #expect(self.openingRefusal()?.message.contains("chmod 600 \(segment)") == true)
        }
        chmod(segment, 0o600)
        rename(segment, self.outside)
        #expect(mkfifo(segment, 0o600) == 0)
        #expect(self.openingRefusal()?.message.contains("is not a file") == true)
        unlink(segment)
        rename(self.outside, segment)
        #expect(self.openingRefusal() == nil)
    }

    @Test("a segment of another user is refused", .enabled(if: geteuid() == 0))
    func segmentOfAnother() throws {
        let segment = try self.leaveJournal()
        chown(segment, 65_534, 65_534)
        #expect(self.openingRefusal()?.code == .unusable)
        #expect(self.openingRefusal()?.message.contains("another user") == true)
        chown(segment, 0, 0)
        chown(self.folder, 65_534, 65_534)
        #expect(self.openingRefusal()?.message.contains("another user") == true)
        chown(self.folder, 0, 0)
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
