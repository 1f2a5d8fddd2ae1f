extension JSONParser {
    /// Reads the key at the cursor, puts it on the tape, and refuses it when its object has it already.
    @inline(__always)
    mutating func key(_ frame: Int) throws(JSONError) {
        let start = self.cursor
        let escapes = try self.scanString()
        let hash: UInt32
        if escapes {
            hash = self.hashDecoded(start &+ 1, self.cursor &- start &- 2)
        } else {
            hash = KeyHash.hash(self.base + (start &+ 1), self.cursor &- start &- 2, seed: self.keys.seed)
        }
        let index = self.tape.count
        let info = TapeEntry.info(.string, escapes: escapes, upper: self.frames[frame].index)
        try self.append(start, link: hash, info: info)
        guard self.isNew(index, hash, frame) else { throw JSONError(.duplicateKey, at: start) }
    }

    @inline(__always)
    private mutating func isNew(_ index: Int, _ hash: UInt32, _ frame: Int) -> Bool {
        let count = self.frames[frame].count
        guard count < KeyTable.threshold else { return self.isNewInTable(index, frame, count) }
        let bit: UInt64 = 1 &<< UInt64(hash & 63)
        let seen = self.frames[frame].seen
        self.frames[frame].seen = seen | bit
        return seen & bit == 0 || self.isNewAmongFew(index, frame)
    }

    /// Compares with each earlier key of the object.
    @inline(never)
    private func isNewAmongFew(_ index: Int, _ frame: Int) -> Bool {
        let key = self.tape.entries[index]
        var other = self.frames[frame].index &+ 1
        while other < index {
            let entry = self.tape.entries[other]
            if entry.link == key.link, self.isSame(entry, key) { return false }
            other = self.indexAfterValue(other &+ 1)
        }
        return true
    }

    @inline(never)
    private mutating func isNewInTable(_ index: Int, _ frame: Int, _ count: Int) -> Bool {
        if count == KeyTable.threshold {
            var other = self.frames[frame].index &+ 1
            while other < index {
                _ = self.insert(other)
                other = self.indexAfterValue(other &+ 1)
            }
        }
        return self.insert(index)
    }

    private mutating func insert(_ index: Int) -> Bool {
        let base = self.base
        return self.keys.insert(index, tape: self.tape.entries) { JSONParser.isSame(base, $0, $1) }
    }

    private func indexAfterValue(_ index: Int) -> Int {
        let entry = self.tape.entries[index]
        return entry.isContainer ? Int(entry.link) : index &+ 1
    }

    private func isSame(_ a: TapeEntry, _ b: TapeEntry) -> Bool {
        JSONParser.isSame(self.base, a, b)
    }

    /// Whether two strings have the same decoded bytes.
    private static func isSame(_ base: UnsafePointer<UInt8>, _ a: TapeEntry, _ b: TapeEntry) -> Bool {
        let aCount = Int(a.end &- a.start) &- 2
        let bCount = Int(b.end &- b.start) &- 2
        let aStart = base + (Int(a.start) &+ 1)
        let bStart = base + (Int(b.start) &+ 1)
        if a.hasEscapes || b.hasEscapes { return Unescape.same(aStart, aCount, bStart, bCount) }
        return aCount == bCount && Words.same(aStart, bStart, aCount)
    }

    /// The hash of a key with escapes, as if it had been written without. Allocates, but only for long keys.
    @inline(never)
    private func hashDecoded(_ start: Int, _ count: Int) -> UInt32 {
        let seed = self.keys.seed
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(count, 1)) { scratch in
            guard let out = scratch.baseAddress else { return 0 }
            let length = Unescape.decode(self.base + start, count, to: out)
            return KeyHash.hash(UnsafePointer(out), length, seed: seed)
        }
    }
}
