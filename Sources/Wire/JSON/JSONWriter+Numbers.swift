extension JSONWriter {
    /// Writes an integer.
    public mutating func int(_ value: Int) {
        self.separate()
        if value < 0 { self.bytes.append(UInt8(ascii: "-")) }
        let start = self.bytes.count
        var rest = value.magnitude
        repeat {
            self.bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self.bytes[start...].reverse()
    }

    /// Writes a number in the shortest form that reads back as the same; `null` for what JSON cannot say.
    public mutating func double(_ value: Double) {
        guard value.isFinite else { return self.null() }
        if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return self.int(whole) }
        self.raw(value.description)
    }
}

extension JSONWriter {
    /// Writes a member.
    public mutating func member(_ key: StaticString, _ value: String) {
        self.key(key)
        self.string(value)
    }

    /// Writes a member.
    public mutating func member(_ key: StaticString, _ value: Int) {
        self.key(key)
        self.int(value)
    }

    /// Writes a member.
    public mutating func member(_ key: StaticString, _ value: Bool) {
        self.key(key)
        self.bool(value)
    }

    /// Writes a member.
    public mutating func member(_ key: StaticString, _ value: Double) {
        self.key(key)
        self.double(value)
    }

    /// Writes a member; `null` when there is no value.
    public mutating func member(_ key: StaticString, _ value: String?) {
        self.key(key)
        if let value { self.string(value) } else { self.null() }
    }

    /// Writes a member; `null` when there is no value.
    public mutating func member(_ key: StaticString, _ value: Int?) {
        self.key(key)
        if let value { self.int(value) } else { self.null() }
    }

    /// Writes a member whose value is an object.
    public mutating func member<E: Error>(
        _ key: StaticString,
        object content: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        self.key(key)
        try self.object(content)
    }

    /// Writes a member whose value is an array.
    public mutating func member<E: Error>(
        _ key: StaticString,
        array content: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        self.key(key)
        try self.array(content)
    }
}
