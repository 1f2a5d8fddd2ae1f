/// An object that is asked for many members which it mostly has not: one look at its keys tells which lengths they have,
/// so that a key of another length is not looked for.
public struct JSONObjectView {
    /// The object itself.
    public let value: JSONValue
    /// Bit n: there is a key of n bytes; the last bit stands for that many and more. All bits when a key has escapes.
    @usableFromInline let lengths: UInt64

    /// Looks at the keys of an object; any other value has none.
    public init(_ value: JSONValue) {
        self.value = value
        let object = value.entry
        guard object.kind == .object else {
            self.lengths = 0
            return
        }
        var lengths: UInt64 = 0
        var position = value.index &+ 1
        let end = Int(object.link)
        while position < end {
            let key = value.tape[position]
            lengths |= key.hasEscapes ? .max : Self.bit(Int(key.end &- key.start) &- 2)
            let member = value.tape[position &+ 1]
            position = member.isContainer ? Int(member.link) : position &+ 2
        }
        self.lengths = lengths
    }

    /// The member whose decoded key has exactly these bytes; `nil` when absent.
    @inlinable public subscript(_ key: StaticString) -> JSONValue? {
        self.lengths & Self.bit(key.utf8CodeUnitCount) == 0 ? nil : self.value[key]
    }

    @inlinable static func bit(_ length: Int) -> UInt64 {
        1 << UInt64(min(length, 63))
    }
}
