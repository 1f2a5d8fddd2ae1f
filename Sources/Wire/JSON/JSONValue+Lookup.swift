extension JSONValue {
    /// The member whose decoded key has exactly these bytes; `nil` when absent or not an object.
    public subscript(_ key: StaticString) -> JSONValue? {
        key.withUTF8Buffer { key in self.find(key)?.value }
    }

    /// The member whose key, without escapes, is so many entries behind this object, if it is this one.
    @usableFromInline
    func member(_ key: StaticString, at distance: Int) -> JSONValue? {
        let entry = self.tape[self.index &+ distance]
        let count = key.utf8CodeUnitCount
        guard Int(entry.end &- entry.start) == count &+ 2,
            Words.same(self.base + (Int(entry.start) &+ 1), key.utf8Start, count)
        else { return nil }
        return self.at(self.index &+ distance &+ 1)
    }

    /// The member whose decoded key has exactly these UTF-8 bytes; `nil` when absent or not an object.
    public func member(_ key: String) -> JSONValue? {
        var key = key
        return key.withUTF8 { key in self.find(key)?.value }
    }

    /// Where a member is, from its key's opening quote to the end of its value.
    public func memberRange(_ key: StaticString) -> Range<Int>? {
        key.withUTF8Buffer { key in
            guard let (key, value) = self.find(key) else { return nil }
            return key.range.lowerBound..<value.range.upperBound
        }
    }

    /// The element at `index`; `nil` when there is none or this is no array.
    public func element(_ index: Int) -> JSONValue? {
        guard index >= 0, index < self.count else { return nil }
        var position = 0
        for element in self.elements {
            if position == index { return element }
            position &+= 1
        }
        return nil
    }

    /// Walks the tape by index: most keys differ in length already, and are passed without being looked at.
    @inline(__always)
    private func find(_ key: UnsafeBufferPointer<UInt8>) -> (key: JSONValue, value: JSONValue)? {
        let object = self.entry
        guard object.kind == .object else { return nil }
        let width = key.count &+ 2
        var position = self.index &+ 1
        let end = Int(object.link)
        while position < end {
            let entry = self.tape[position]
            if entry.hasEscapes || Int(entry.end &- entry.start) == width {
                let member = self.at(position)
                if member.equals(key) { return (member, self.at(position &+ 1)) }
            }
            let value = self.tape[position &+ 1]
            position = value.isContainer ? Int(value.link) : position &+ 2
        }
        return nil
    }

    /// Whether this is a string whose decoded bytes are these.
    @inline(__always)
    func equals(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let entry = self.entry
        guard entry.kind == .string else { return false }
        let raw = self.base + (Int(entry.start) &+ 1)
        let count = Int(entry.end &- entry.start) &- 2
        if entry.hasEscapes { return Unescape.same(raw, count, text) }
        guard count == text.count else { return false }
        guard let start = text.baseAddress else { return true }
        return Words.same(raw, start, count)
    }
}
