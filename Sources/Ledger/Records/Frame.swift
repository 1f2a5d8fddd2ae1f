import Storage

/// One or two records laid out in memory, complete but for what is only known when they are written: their place, and
/// how far the journal is synced. Both go to the disk in one call.
struct Frame {
    private struct Part {
        var start: Int
        var payloadState: UInt32
    }

    private let memory: UnsafeMutableRawBufferPointer
    private var first: Part?
    private var second: Part?
    private(set) var count = 0
    private(set) var records = 0
    private(set) var isTooLarge = false

    /// - Parameter memory: At least as long as the records will be.
    init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    /// The records' bytes.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self.memory[..<self.count]) }

    /// Adds a record.
    mutating func add(_ type: RecordType, _ write: (inout PayloadWriter) -> Void) {
        let start = self.count + RecordFormat.headerBytes
        guard !self.isTooLarge, self.memory.count >= start else { return self.isTooLarge = true }
        var writer = PayloadWriter(UnsafeMutableRawBufferPointer(rebasing: self.memory[start...]))
        write(&writer)
        let size = RecordFormat.paddedBytes(payload: writer.count)
        guard !writer.hasOverflown, self.count + size <= min(self.memory.count, RecordFormat.maximumBytes) else {
            return self.isTooLarge = true
        }
        let end = self.count + size
        for index in (start + writer.count)..<end { self.memory[index] = 0 }
        self.store(RecordFormat.lengthWord(payload: writer.count, type: type), at: self.count)
        for word in 1..<4 { self.store(0, at: self.count + 4 * word) }
        let padded = UnsafeRawBufferPointer(rebasing: self.memory[start..<end])
        self.append(Part(start: self.count, payloadState: CRC32C.update(CRC32C.start, padded)))
        self.count = end
    }

    /// Writes places and checksums into the headers.
    func seal(at place: JournalPosition, synced: JournalPosition) {
        self.seal(self.first, at: place, synced: synced)
        self.seal(self.second, at: place, synced: synced)
    }

    private mutating func append(_ part: Part) {
        precondition(self.second == nil, "a frame holds at most two records")
        if self.first == nil { self.first = part } else { self.second = part }
        self.records += 1
    }

    private func seal(_ part: Part?, at place: JournalPosition, synced: JournalPosition) {
        guard let part else { return }
        let own = JournalPosition(segment: place.segment, offset: place.offset + UInt64(part.start))
        let lengthWord = UInt32(
            littleEndian: self.memory.loadUnaligned(fromByteOffset: part.start, as: UInt32.self)
        )
        let sum = RecordFormat.checksum(part.payloadState, lengthWord, at: own, synced: synced)
        self.store(sum, at: part.start + 4)
        self.store(UInt32(truncatingIfNeeded: synced.segment), at: part.start + 8)
        self.store(UInt32(truncatingIfNeeded: synced.offset), at: part.start + 12)
    }

    private func store(_ word: UInt32, at offset: Int) {
        self.memory.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt32.self)
    }
}
