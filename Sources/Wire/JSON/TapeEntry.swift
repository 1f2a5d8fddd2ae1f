/// The kinds of JSON value.
public enum JSONKind: UInt8, Sendable {
    /// `{…}`
    case object
    /// `[…]`
    case array
    /// `"…"`
    case string
    /// A number literal.
    case number
    /// `true`
    case `true`
    /// `false`
    case `false`
    /// `null`
    case null
}

/// One value or key on the tape: 16 bytes, in document order, a container before its content.
@usableFromInline
struct TapeEntry {
    /// Offset of the first byte.
    @usableFromInline var start: UInt32
    /// Offset past the last byte.
    @usableFromInline var end: UInt32
    /// Containers: index past the last entry inside. Keys: hash of the decoded bytes. Otherwise unused.
    @usableFromInline var link: UInt32
    /// Bits 0–2 kind, bit 3 escapes; above: members or elements of a container, object index of a key.
    @usableFromInline var info: UInt32

    @inline(__always)
    init(start: Int, end: Int, link: UInt32, info: UInt32) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.link = link
        self.info = info
    }

    /// The info word of a value.
    @inline(__always)
    static func info(_ kind: JSONKind, escapes: Bool = false, upper: Int = 0) -> UInt32 {
        UInt32(kind.rawValue) | (escapes ? 8 : 0) | UInt32(truncatingIfNeeded: upper) << 4
    }

    @usableFromInline var kind: JSONKind {
        @inline(__always) get { JSONKind(rawValue: UInt8(truncatingIfNeeded: self.info & 7)) ?? .null }
    }

    @usableFromInline var hasEscapes: Bool {
        @inline(__always) get { self.info & 8 != 0 }
    }

    @usableFromInline var upper: Int {
        @inline(__always) get { Int(self.info >> 4) }
    }

    @usableFromInline var isContainer: Bool {
        @inline(__always) get { self.info & 7 < 2 }
    }
}

/// The tape's memory: grown by doubling, kept between documents.
struct TapeBuffer {
    /// Memory kept between documents: 64 Ki entries, 1 MiB.
    static let kept = 1 << 16

    private(set) var entries: UnsafeMutablePointer<TapeEntry>
    private(set) var capacity: Int
    var count = 0
    private let limit: Int

    /// - Parameter limit: Entries it may grow to; at least 1.
    init(limit: Int) {
        self.limit = limit
        self.capacity = min(256, limit)
        self.entries = .allocate(capacity: self.capacity)
    }

    /// Makes room for at least one more entry; false at the limit.
    @inline(never)
    mutating func grow() -> Bool {
        guard self.capacity < self.limit else { return false }
        self.resize(to: min(self.capacity &* 2, self.limit))
        return true
    }

    /// Empties the tape and gives back what an unusually large document needed.
    mutating func reset() {
        self.count = 0
        if self.capacity > Self.kept { self.resize(to: Self.kept) }
    }

    func deallocate() {
        self.entries.deallocate()
    }

    private mutating func resize(to capacity: Int) {
        let entries = UnsafeMutablePointer<TapeEntry>.allocate(capacity: capacity)
        entries.update(from: self.entries, count: min(self.count, capacity))
        self.entries.deallocate()
        self.entries = entries
        self.capacity = capacity
    }
}
