import Exchange
import Storage

/// What the records of a block can be looked for by, as a Bloom filter: it says "not here" for certain and "here" with about one
/// error in a hundred. One small row of marks stands for up to `RequestBlock.capacity` records, so that a listing passes over
/// blocks without reading them, and no record pays for an index.
enum RequestMarks {
    /// The columns that are marked. A number never changes its meaning: it is part of what is stored.
    enum Column: UInt8 {
        case id = 1
        case key = 2
        case project = 3
        case model = 4
        case outcome = 5
        case trace = 6
    }

    private static let bitsEach = 10
    private static let probes = 6

    /// A value's number: FNV-1a of the column and the text's bytes, stirred once more, since a probe takes its upper bits. Part of what
    /// is stored.
    static func mark(_ column: Column, _ value: String) -> UInt64 {
        var value = value
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        hash = (hash ^ UInt64(column.rawValue)) &* 0x100_0000_01B3
        value.withUTF8 { utf8 in
            for byte in utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        hash = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
        return hash ^ (hash >> 29)
    }

    /// The filter of these marks.
    static func filter(_ marks: [UInt64]) -> [UInt8] {
        var filter = [UInt8](repeating: 0, count: max(8, (marks.count * Self.bitsEach + 7) / 8))
        let bits = UInt64(filter.count) * 8
        for mark in marks {
            for probe in 0..<Self.probes {
                let bit = Self.bit(mark, probe, of: bits)
                filter[Int(bit >> 3)] |= 1 << UInt8(bit & 7)
            }
        }
        return filter
    }

    /// Whether a filter may have a mark. One that no Martlet wrote says yes: the records decide.
    static func may(_ filter: UnsafeRawBufferPointer, have mark: UInt64) -> Bool {
        let bits = UInt64(filter.count) * 8
        guard bits > 0 else { return true }
        for probe in 0..<Self.probes {
            let bit = Self.bit(mark, probe, of: bits)
            if filter[Int(bit >> 3)] & (1 << UInt8(bit & 7)) == 0 { return false }
        }
        return true
    }

    /// The place of a mark's probe, always below `bits`.
    private static func bit(_ mark: UInt64, _ probe: Int, of bits: UInt64) -> UInt64 {
        let step = (mark >> 32) | (mark << 32) | 1
        return (mark &+ UInt64(probe) &* step).multipliedFullWidth(by: bits).high
    }
}
