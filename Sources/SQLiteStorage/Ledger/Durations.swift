import Storage

/// Counts of durations in buckets whose width grows with the value: sixteen to each doubling, so that a bucket's middle is
/// within 3.2 % of everything in it. Three kinds of duration share one list, in the order of `Kind`.
struct Durations: Equatable {
    /// What was measured.
    enum Kind: Int, CaseIterable {
        case total, firstContent, overhead
    }

    /// Places in use, ascending, with their counts.
    private(set) var places: [(place: UInt16, count: Int64)] = []

    static func == (a: Durations, b: Durations) -> Bool {
        a.places.elementsEqual(b.places) { $0.place == $1.place && $0.count == $1.count }
    }

    /// No durations.
    init() {}

    /// Counts that are in order already, each place once.
    init(ordered places: [(place: UInt16, count: Int64)]) { self.places = places }

    /// Counts places, which need no order.
    init(_ samples: [UInt16]) {
        for place in samples.sorted() {
            if let last = self.places.last, last.place == place {
                self.places[self.places.count - 1].count += 1
            } else {
                self.places.append((place, 1))
            }
        }
    }

    var isEmpty: Bool { self.places.isEmpty }

    /// Where a duration is counted; negative ones count as 0.
    static func place(_ kind: Kind, _ microseconds: Int64) -> UInt16 {
        UInt16(kind.rawValue * Self.kindWidth + Self.bucket(microseconds))
    }

    /// Adds all counts of another list. As a rule a few are added to many, where nearly all have a place already: then nothing
    /// is moved.
    mutating func add(_ other: Durations) {
        guard !self.places.isEmpty else { return self.places = other.places }
        var new: [(place: UInt16, count: Int64)] = []
        for (place, count) in other.places {
            let index = self.index(of: place)
            if index < self.places.count, self.places[index].place == place {
                self.places[index].count = self.places[index].count.addingSaturating(count)
            } else {
                new.append((place, count))
            }
        }
        if !new.isEmpty { self.insert(new) }
    }

    /// Where a place is, or would be.
    private func index(of place: UInt16) -> Int {
        var (low, high) = (0, self.places.count)
        while low < high {
            let middle = (low + high) / 2
            if self.places[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Puts counts, in order, to places that have none.
    private mutating func insert(_ new: [(place: UInt16, count: Int64)]) {
        var sum: [(place: UInt16, count: Int64)] = []
        sum.reserveCapacity(self.places.count + new.count)
        var rest = new[...]
        for own in self.places {
            while let next = rest.first, next.place < own.place { sum.append(rest.removeFirst()) }
            sum.append(own)
        }
        sum.append(contentsOf: rest)
        self.places = sum
    }

    /// Percentiles of one kind by nearest rank, or `nil` when nothing of it was measured.
    func percentiles(_ kind: Kind) -> UsagePercentiles? {
        let first = UInt16(kind.rawValue * Self.kindWidth)
        let own = self.places.filter { $0.place >= first && $0.place < first + UInt16(Self.kindWidth) }
        let count = own.reduce(Int64(0)) { $0.addingSaturating($1.count) }
        guard count > 0 else { return nil }
        func value(_ percent: Int64) -> Int64 {
            let rank = count / 100 * percent + (count % 100 * percent + 99) / 100
            var seen: Int64 = 0
            for (place, count) in own {
                seen = seen.addingSaturating(count)
                if seen >= rank { return Self.middle(Int(place - first)) }
            }
            return 0
        }
        return UsagePercentiles(p50: value(50), p95: value(95), p99: value(99))
    }
}

// MARK: - Buckets

extension Durations {
    /// Places set aside for each kind; 960 are used.
    private static let kindWidth = 1024
    /// Every place is below this.
    static let end = 4096

    /// Values below 16 have a bucket each; above, the four bits behind the first one choose it.
    private static func bucket(_ value: Int64) -> Int {
        guard value >= 16 else { return Int(max(value, 0)) }
        let exponent = 63 - value.leadingZeroBitCount
        return (exponent - 3) * 16 + Int(value >> Int64(exponent - 4) & 15)
    }

    /// The value in the middle of a bucket.
    private static func middle(_ bucket: Int) -> Int64 {
        guard bucket >= 16 else { return Int64(bucket) }
        let shift = Int64(bucket / 16 - 1)
        return Int64(16 + bucket % 16) << shift + (1 << shift - 1) / 2
    }
}

// MARK: - Bytes

extension Durations {
    /// The list as pairs of numbers: the distance from the place before, and the count; each of seven bits a byte, the
    /// lowest first, and the eighth bit set on all but the last byte.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.places.count * 3)
        var before: UInt16 = 0
        for (place, count) in self.places {
            Self.append(UInt64(place - before), to: &bytes)
            Self.append(UInt64(bitPattern: count), to: &bytes)
            before = place
        }
        return bytes
    }

    /// Reads `bytes` back.
    ///
    /// - Throws: `.failed` when they are not such a list.
    init(bytes: UnsafeRawBufferPointer) throws(StorageError) {
        self.places.reserveCapacity(bytes.count / 2)
        var reader = DurationReader(bytes)
        while let next = try reader.next() { self.places.append(next) }
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
