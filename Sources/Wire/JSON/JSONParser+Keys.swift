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
            hash = KeyHash.hash(self.base + (start &+ 1), self.cursor &- start &- 2, seed: self.repeats.seed)
        }
        let index = self.tape.count
        try self.append(start, link: hash, info: TapeEntry.info(.string, escapes: escapes))
        guard self.isNew(index, hash, frame) else { throw JSONError(.duplicateKey, at: start) }
    }

    /// Objects that grow beyond the threshold are looked at when they close.
    @inline(__always)
    private mutating func isNew(_ index: Int, _ hash: UInt32, _ frame: Int) -> Bool {
        guard self.frames[frame].count < RepeatFinder.threshold else { return true }
        let bit: UInt64 = 1 &<< UInt64(hash & 63)
        let seen = self.frames[frame].seen
        self.frames[frame].seen = seen | bit
        return seen & bit == 0 || self.isNewAmongFew(index, frame)
    }

    /// Looks for a repeated key in a large object that is complete.
    @inline(never)
    mutating func checkLargeObject(_ frame: JSONFrame) throws(JSONError) {
        let base = self.base
        let entries = self.tape.entries
        let found = self.repeats.firstRepeat(entries, first: frame.index &+ 1, count: frame.count) {
            JSONParser.isSame(base, $0, $1)
        }
        guard let found else { return }
        throw JSONError(.duplicateKey, at: Int(entries[found].start))
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
        let seed = self.repeats.seed
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(count, 1)) { scratch in
            guard let out = scratch.baseAddress else { return 0 }
            let length = Unescape.decode(self.base + start, count, to: out)
            return KeyHash.hash(UnsafePointer(out), length, seed: seed)
        }
    }
}
