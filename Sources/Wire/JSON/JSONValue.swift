/// A value of a parsed document: two pointers and an index, so that copying costs nothing.
///
/// Valid until its tape's next parse, and only while the tape and the document's bytes live. All ranges are byte
/// offsets into the document.
public struct JSONValue {
    @usableFromInline let base: UnsafePointer<UInt8>
    @usableFromInline let tape: UnsafePointer<TapeEntry>
    @usableFromInline let index: Int

    @usableFromInline
    init(base: UnsafePointer<UInt8>, tape: UnsafePointer<TapeEntry>, index: Int) {
        self.base = base
        self.tape = tape
        self.index = index
    }

    @usableFromInline var entry: TapeEntry {
        self.tape[self.index]
    }

    /// What kind of value this is.
    @inlinable public var kind: JSONKind {
        self.entry.kind
    }

    /// Where the whole value is, quotes or brackets included.
    @inlinable public var range: Range<Int> {
        let entry = self.entry
        return Int(entry.start)..<Int(entry.end)
    }

    /// Strings: between the quotes; containers: between the brackets; otherwise the same as `range`.
    @inlinable public var contentRange: Range<Int> {
        let range = self.range
        switch self.kind {
        case .object, .array, .string: return (range.lowerBound &+ 1)..<(range.upperBound &- 1)
        case .number, .true, .false, .null: return range
        }
    }

    /// The value's raw bytes.
    @inlinable public var bytes: UnsafeRawBufferPointer {
        let range = self.range
        return UnsafeRawBufferPointer(start: self.base + range.lowerBound, count: range.count)
    }

    /// Whether this is `null`.
    @inlinable public var isNull: Bool {
        self.kind == .null
    }

    /// The truth value, if this is one.
    @inlinable public var bool: Bool? {
        switch self.kind {
        case .true: true
        case .false: false
        case .object, .array, .string, .number, .null: nil
        }
    }

    /// Members of an object, elements of an array, otherwise 0.
    @inlinable public var count: Int {
        let entry = self.entry
        return entry.isContainer ? entry.upper : 0
    }

    /// The members of an object, in document order; none for other kinds.
    @inlinable public var members: JSONMembers {
        JSONMembers(self)
    }

    /// The elements of an array, in document order; none for other kinds.
    @inlinable public var elements: JSONElements {
        JSONElements(self)
    }

    /// The tape index past this value and all it contains.
    @usableFromInline var indexAfter: Int {
        let entry = self.entry
        return entry.isContainer ? Int(entry.link) : self.index &+ 1
    }

    @usableFromInline
    func at(_ index: Int) -> JSONValue {
        JSONValue(base: self.base, tape: self.tape, index: index)
    }
}

/// The members of an object.
public struct JSONMembers: Sequence, IteratorProtocol {
    @usableFromInline var upcoming: JSONValue
    @usableFromInline var remaining: Int

    @inlinable
    init(_ object: JSONValue) {
        self.remaining = object.kind == .object ? object.count : 0
        self.upcoming = object.at(object.index &+ 1)
    }

    /// The next member: its key, a string, and its value.
    @inlinable
    public mutating func next() -> (key: JSONValue, value: JSONValue)? {
        guard self.remaining > 0 else { return nil }
        self.remaining &-= 1
        let key = self.upcoming
        let value = key.at(key.index &+ 1)
        self.upcoming = key.at(value.indexAfter)
        return (key, value)
    }

    /// How many are left.
    @inlinable public var underestimatedCount: Int {
        self.remaining
    }
}

/// The elements of an array.
public struct JSONElements: Sequence, IteratorProtocol {
    @usableFromInline var upcoming: JSONValue
    @usableFromInline var remaining: Int

    @inlinable
    init(_ array: JSONValue) {
        self.remaining = array.kind == .array ? array.count : 0
        self.upcoming = array.at(array.index &+ 1)
    }

    /// The next element.
    @inlinable
    public mutating func next() -> JSONValue? {
        guard self.remaining > 0 else { return nil }
        self.remaining &-= 1
        let value = self.upcoming
        self.upcoming = value.at(value.indexAfter)
        return value
    }

    /// How many are left.
    @inlinable public var underestimatedCount: Int {
        self.remaining
    }
}
