/// When a time zone's clocks are how far from UTC: the transitions of a TZif file, and the rule in its footer for the time after
/// the last of them (RFC 9636).
public struct ZoneRules: Sendable, Equatable {
    /// Not a TZif file, or one that is damaged.
    public struct Malformed: Error, Equatable {
        /// What was wrong.
        public let reason: String
    }

    /// UTC itself.
    public static let utc = ZoneRules(transitions: [], first: 0, rule: nil)

    private struct Transition: Sendable, Equatable {
        var at: Int64
        var offset: Int
    }

    private let transitions: [Transition]
    /// Seconds east of UTC before the first transition.
    private let first: Int
    private let rule: PosixZoneRule?

    private init(transitions: [Transition], first: Int, rule: PosixZoneRule?) {
        self.transitions = transitions
        self.first = first
        self.rule = rule
    }

    /// Reads a file of version 2 or later.
    ///
    /// - Parameter bytes: The whole file.
    /// - Throws: What is wrong with it.
    public init(tzif bytes: [UInt8]) throws(Malformed) {
        var reader = TZifReader(bytes)
        let old = try reader.header()
        guard old.version >= UInt8(ascii: "2") else { throw Malformed(reason: "version 1 files end in 2037") }
        try reader.skip(old.dataCount(timeSize: 4))
        let header = try reader.header()
        guard header.typeCount > 0 else { throw Malformed(reason: "no local time types") }
        var times: [Int64] = []
        for _ in 0..<header.timeCount { times.append(try reader.int64()) }
        let indices = try reader.bytes(header.timeCount)
        var offsets: [Int] = []
        for _ in 0..<header.typeCount {
            let offset = Int(try reader.int32())
            guard (-93_600...93_600).contains(offset) else { throw Malformed(reason: "an offset is beyond a day") }
            offsets.append(offset)
            try reader.skip(2)
        }
        try reader.skip(header.charCount + header.leapCount * 12 + header.standardCount + header.utCount)
        var transitions: [Transition] = []
        for (time, index) in zip(times, indices) {
            guard Int(index) < offsets.count else { throw Malformed(reason: "a transition to no type") }
            if let last = transitions.last, last.at >= time { throw Malformed(reason: "transitions do not rise") }
            transitions.append(Transition(at: time, offset: offsets[Int(index)]))
        }
        self.transitions = transitions
        self.first = offsets[0]
        self.rule = PosixZoneRule(try reader.footer())
    }

    /// Seconds east of UTC at an instant.
    ///
    /// - Parameter unixSeconds: Seconds since 1970.
    /// - Returns: What clocks there add to UTC.
    public func offset(at unixSeconds: Int64) -> Int {
        guard let last = self.transitions.last else { return self.rule?.offset(at: unixSeconds) ?? self.first }
        if unixSeconds >= last.at, let rule = self.rule { return rule.offset(at: unixSeconds) }
        var (low, high) = (0, self.transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if self.transitions[middle].at <= unixSeconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? self.first : self.transitions[low - 1].offset
    }
}

/// Reads the big-endian fields of a TZif file, and never beyond it.
private struct TZifReader {
    struct Header {
        var version: UInt8
        var utCount: Int
        var standardCount: Int
        var leapCount: Int
        var timeCount: Int
        var typeCount: Int
        var charCount: Int

        func dataCount(timeSize: Int) -> Int {
            self.timeCount * (timeSize + 1) + self.typeCount * 6 + self.charCount + self.leapCount * (timeSize + 4)
                + self.standardCount + self.utCount
        }
    }

    private let data: [UInt8]
    private var offset = 0

    init(_ data: [UInt8]) {
        self.data = data
    }

    mutating func bytes(_ count: Int) throws(ZoneRules.Malformed) -> ArraySlice<UInt8> {
        guard count >= 0, count <= self.data.count - self.offset else { throw ZoneRules.Malformed(reason: "cut short") }
        defer { self.offset += count }
        return self.data[self.offset..<self.offset + count]
    }

    mutating func skip(_ count: Int) throws(ZoneRules.Malformed) {
        _ = try self.bytes(count)
    }

    mutating func int32() throws(ZoneRules.Malformed) -> Int32 {
        Int32(bitPattern: try self.bytes(4).reduce(0) { $0 << 8 | UInt32($1) })
    }

    mutating func int64() throws(ZoneRules.Malformed) -> Int64 {
        Int64(bitPattern: try self.bytes(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    private mutating func count() throws(ZoneRules.Malformed) -> Int {
        let count = Int(try self.int32())
        guard (0...1_000_000).contains(count) else { throw ZoneRules.Malformed(reason: "a count is too large") }
        return count
    }

    mutating func header() throws(ZoneRules.Malformed) -> Header {
        guard try self.bytes(4).elementsEqual("TZif".utf8) else { throw ZoneRules.Malformed(reason: "not a TZif file") }
        let version = try self.bytes(1).first ?? 0
        try self.skip(15)
        return Header(
            version: version,
            utCount: try self.count(),
            standardCount: try self.count(),
            leapCount: try self.count(),
            timeCount: try self.count(),
            typeCount: try self.count(),
            charCount: try self.count()
        )
    }

    /// The text between the two line feeds at the end.
    mutating func footer() throws(ZoneRules.Malformed) -> String {
        let rest = try self.bytes(self.data.count - self.offset)
        guard rest.first == 0x0A, let end = rest.dropFirst().firstIndex(of: 0x0A) else {
            throw ZoneRules.Malformed(reason: "no footer")
        }
        return String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
    }
}
