/// A text as it reads once its escapes are undone, in one piece or in several, and where each of its bytes stood.
struct DecodedText {
    private(set) var bytes: [UInt8] = []
    /// Where each byte's character began.
    private var places: [UInt32] = []
    /// Where each piece ends: here, and where it stood.
    private var ends: [(here: Int, there: Int)] = []

    /// - Parameters:
    ///   - source: Less than 4 GiB.
    ///   - range: Between the quotes.
    init(_ source: ArraySlice<UInt8>, _ range: Range<Int>) {
        self.init(source, pieces: CollectionOfOne(range))
    }

    init(_ source: ArraySlice<UInt8>, pieces: some Collection<Range<Int>>) {
        let count = pieces.reduce(0) { $0 + $1.count }
        self.bytes.reserveCapacity(count)
        self.places.reserveCapacity(count)
        for range in pieces { self.append(source, range) }
    }

    private mutating func append(_ source: ArraySlice<UInt8>, _ range: Range<Int>) {
        var i = range.lowerBound
        while i < range.upperBound {
            guard source[i] == UInt8(ascii: "\\") else {
                self.add(source[i], at: i)
                i += 1
                continue
            }
            // An escape that is cut may be any character of a word.
            switch i + 1 < range.upperBound ? source[i + 1] : UInt8(ascii: "u") {
            case UInt8(ascii: "n"): self.add(0x0A, at: i)
            case UInt8(ascii: "r"): self.add(0x0D, at: i)
            case UInt8(ascii: "t"): self.add(0x09, at: i)
            case UInt8(ascii: "b"), UInt8(ascii: "f"): self.add(0x20, at: i)
            case UInt8(ascii: "u"):
                let digits = source[min(i + 2, range.upperBound)..<min(i + 6, range.upperBound)]
                self.add(scalar: digits, at: i)
                i += digits.count
            default: self.add(source[i + 1], at: i)
            }
            i += 2
        }
        self.ends.append((self.bytes.count, range.upperBound))
    }

    private mutating func add(scalar digits: ArraySlice<UInt8>, at place: Int) {
        let isWhole = digits.count == 4
        let code = (isWhole ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16) : nil) ?? 0xFFFD
        // Half of a pair stands for itself: no pattern is looked for beyond it.
        let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
        for byte in String(scalar).utf8 { self.add(byte, at: place) }
    }

    private mutating func add(_ byte: UInt8, at place: Int) {
        self.bytes.append(byte)
        self.places.append(UInt32(clamping: place))
    }

    /// Where a range of this text stood: a range of each piece that it touches, in order.
    func source(of range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = self.firstPiece(endingBehind: range.lowerBound)
        var start = range.lowerBound
        while start < range.upperBound, index < self.ends.count {
            let end = self.ends[index]
            let stop = min(end.here, range.upperBound)
            if start < stop {
                let there = stop == end.here ? end.there : Int(self.places[stop])
                found.append(Int(self.places[start])..<there)
            }
            start = max(start, stop)
            index += 1
        }
        return found
    }

    /// Pieces may be as many as edits: none is looked for one by one.
    private func firstPiece(endingBehind place: Int) -> Int {
        var (low, high) = (0, self.ends.count)
        while low < high {
            let middle = (low + high) / 2
            if self.ends[middle].here > place { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
