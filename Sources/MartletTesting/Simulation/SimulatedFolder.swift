import Ledger
import Synchronization

/// A simulated disk as one process sees it.
final class SimulatedFolder: JournalDisk {
    private let disk: SimulatedDisk
    private let life: Int

    init(_ disk: SimulatedDisk, life: Int) {
        self.disk = disk
        self.life = life
    }

    func lock() throws(JournalError) {
        try self.disk.access(life: self.life) { (platter) throws(JournalError) in
            if let owner = platter.lockedBy, owner == platter.life {
                throw JournalError(.locked, "the folder is in use")
            }
            platter.lockedBy = platter.life
        }
    }

    func unlock() {
        try? self.disk.access(life: self.life) { (platter) throws(JournalError) in platter.lockedBy = nil }
    }

    func list() throws(JournalError) -> [String] {
        try self.disk.access(life: self.life) { (platter) throws(JournalError) in platter.files.keys.sorted() }
    }

    func create(_ name: String, bytes: Int) throws(JournalError) -> any JournalFile {
        try self.disk.access(life: self.life) { (platter) throws(JournalError) in
            guard !platter.faults.contains(.full) else { throw JournalError(.full, "there is no space left") }
            guard !platter.takeFault(.create) else { throw JournalError(.failed, "\(name) cannot be made") }
            guard platter.files[name] == nil else { throw JournalError(.failed, "\(name) is there already") }
            platter.files[name] = PlatterFile(bytes: bytes)
        }
        return SimulatedFile(self.disk, name, life: self.life, size: bytes)
    }

    func open(_ name: String) throws(JournalError) -> any JournalFile {
        let size = try self.disk.access(life: self.life) { (platter) throws(JournalError) in
            guard let file = platter.files[name] else { throw JournalError(.failed, "there is no \(name)") }
            return file.content.count
        }
        return SimulatedFile(self.disk, name, life: self.life, size: size)
    }

    func remove(_ name: String) throws(JournalError) {
        try self.disk.access(life: self.life) { (platter) throws(JournalError) in
            guard !platter.takeFault(.remove) else { throw JournalError(.failed, "\(name) cannot be deleted") }
            platter.files[name] = nil
        }
    }

    func usedFraction() -> Double? { nil }
}

/// One of its files.
final class SimulatedFile: JournalFile {
    private let disk: SimulatedDisk
    private let name: String
    private let life: Int
    private let bytes: Atomic<Int>

    init(_ disk: SimulatedDisk, _ name: String, life: Int, size: Int) {
        self.disk = disk
        self.name = name
        self.life = life
        self.bytes = Atomic(size)
    }

    var size: Int { self.bytes.load(ordering: .relaxed) }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError) {
        try self.disk.access(life: self.life) { (platter) throws(JournalError) in
            guard !platter.takeFault(.write) else { throw JournalError(.failed, "\(self.name) cannot be written") }
            guard !platter.takeFault(.tornWrite) else {
                platter.files[self.name]?.write(
                    UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]),
                    at: offset
                )
                throw JournalError(.failed, "\(self.name) cannot be written")
            }
            guard offset >= 0, offset + bytes.count <= self.size else {
                throw JournalError(.failed, "a write beyond the end of \(self.name)")
            }
            platter.files[self.name]?.write(bytes, at: offset)
        }
    }

    func sync() throws(JournalError) {
        try self.disk.access(life: self.life) { (platter) throws(JournalError) in
            let fails = platter.takeFault(.sync)
            platter.files[self.name]?.sync(fails: fails)
            guard !fails else { throw JournalError(.failed, "\(self.name) cannot be synced") }
        }
    }

    func read(at offset: Int, count: Int) throws(JournalError) -> [UInt8] {
        try self.disk.access(life: self.life) { (platter) throws(JournalError) in
            guard let content = platter.files[self.name]?.content, offset >= 0, offset < content.count else {
                return []
            }
            return Array(content[offset..<min(content.count, offset + max(0, count))])
        }
    }

    func truncate(to size: Int) throws(JournalError) {
        try self.disk.access(life: self.life) { (platter) throws(JournalError) in
            platter.files[self.name]?.truncate(to: size)
        }
        self.bytes.store(size, ordering: .relaxed)
    }
}
