public import Ledger
import Synchronization

/// A disk that forgets what was not synced, and fails when told. Nothing in it depends on time or chance but what the
/// caller passes in.
///
/// Each life of a process sees it through a view of its own (`mount`), which is dead once the process is.
public final class SimulatedDisk: Sendable {
    /// What can go wrong at the next call of its kind.
    public enum Fault: Sendable, CaseIterable {
        /// A write fails, and nothing of it is there.
        case write
        /// A write fails, and half of it is there.
        case tornWrite
        /// A sync fails, and what it should have brought to the disk never gets there, whatever later syncs say.
        case sync
        /// There is no room for a new file, until `heal`.
        case full
        /// A file cannot be made.
        case create
        /// A file cannot be deleted.
        case remove
    }

    static let sectorBytes = 512

    private let state = Mutex(Platter())

    /// An empty disk.
    public init() {}

    /// The view of a new process. Those of earlier ones are dead from now on.
    public func mount() -> any JournalDisk {
        SimulatedFolder(self, life: self.state.withLock { $0.beginLife() })
    }

    /// The process dies: its view fails, what it wrote stays.
    public func kill() {
        self.state.withLock { $0.life += 1 }
    }

    /// The power goes: the process dies, and of every sector that was written since its last sync either the old or the
    /// new content is there, or, in one sector of a file, the new content up to some byte.
    public func losePower(_ random: inout some RandomNumberGenerator) {
        var local = random
        self.state.withLock { $0.losePower(&local) }
        random = local
    }

    /// Lets the next call of a kind fail.
    public func inject(_ fault: Fault) {
        self.state.withLock { _ = $0.faults.insert(fault) }
    }

    /// Takes back what was injected and has not happened yet.
    public func heal() {
        self.state.withLock { $0.faults = [] }
    }

    /// Whether something was injected that has not happened yet.
    public var hasFaults: Bool {
        self.state.withLock { !$0.faults.isEmpty }
    }

    /// Flips a bit of what is on the disk.
    public func flip(bit: Int, of name: String, at offset: Int) {
        self.state.withLock { $0.files[name]?.flip(bit: bit, at: offset) }
    }

    /// The files' names, in order.
    public var names: [String] {
        self.state.withLock { $0.files.keys.sorted() }
    }

    func access<Result>(
        life: Int,
        _ body: (inout Platter) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        try self.state.withLock { (platter) throws(JournalError) in
            guard platter.life == life else { throw JournalError(.failed, "the process that asks has died") }
            return try body(&platter)
        }
    }
}

/// What is behind the disk's lock.
struct Platter {
    var files: [String: PlatterFile] = [:]
    var faults: Set<SimulatedDisk.Fault> = []
    /// Which process may use it.
    var life = 0
    var lockedBy: Int?

    mutating func beginLife() -> Int {
        self.life += 1
        return self.life
    }

    mutating func losePower(_ random: inout some RandomNumberGenerator) {
        self.life += 1
        for name in self.files.keys.sorted() { self.files[name]?.losePower(&random) }
    }

    /// Whether a fault was waiting for this call.
    mutating func takeFault(_ fault: SimulatedDisk.Fault) -> Bool {
        self.faults.remove(fault) != nil
    }
}

/// A file as processes see it, and as it would be after a power cut.
struct PlatterFile {
    private(set) var content: [UInt8]
    private var durable: [UInt8]
    /// Sectors whose two contents may differ, and of those the ones a failed sync has given up.
    private var dirty: Set<Int> = []
    private var abandoned: Set<Int> = []

    init(bytes: Int) {
        self.content = [UInt8](repeating: 0, count: bytes)
        self.durable = self.content
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard offset >= 0, offset < self.content.count else { return }
        let bytes = bytes.prefix(self.content.count - offset)
        guard !bytes.isEmpty else { return }
        self.content.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
        for sector in (offset / SimulatedDisk.sectorBytes)...((offset + bytes.count - 1) / SimulatedDisk.sectorBytes) {
            self.dirty.insert(sector)
            self.abandoned.remove(sector)
        }
    }

    mutating func sync(fails: Bool) {
        if !fails {
            for sector in self.dirty { self.persist(sector, upTo: SimulatedDisk.sectorBytes) }
        }
        if fails { self.abandoned.formUnion(self.dirty) }
        self.dirty = []
    }

    mutating func truncate(to size: Int) {
        self.content.removeLast(max(0, self.content.count - size))
        self.durable.removeLast(max(0, self.durable.count - size))
        let isInside = { (sector: Int) in sector * SimulatedDisk.sectorBytes < size }
        self.dirty = self.dirty.filter(isInside)
        self.abandoned = self.abandoned.filter(isInside)
    }

    mutating func flip(bit: Int, at offset: Int) {
        guard self.content.indices.contains(offset) else { return }
        self.content[offset] ^= 1 << UInt8(bit & 7)
        self.durable[offset] ^= 1 << UInt8(bit & 7)
    }

    mutating func losePower(_ random: inout some RandomNumberGenerator) {
        var mayTear = true
        for sector in self.dirty.union(self.abandoned).sorted() {
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1: continue
            case 2 where mayTear:
                mayTear = false
                self.persist(sector, upTo: Int.random(in: 0...SimulatedDisk.sectorBytes, using: &random))
            default: self.persist(sector, upTo: SimulatedDisk.sectorBytes)
            }
        }
        self.content = self.durable
        self.dirty = []
        self.abandoned = []
    }

    private mutating func persist(_ sector: Int, upTo count: Int) {
        let start = sector * SimulatedDisk.sectorBytes
        let end = min(start + count, self.content.count)
        guard start < end else { return }
        self.durable.replaceSubrange(start..<end, with: self.content[start..<end])
    }
}
