/// An object that is asked for many members, most of which it has not: one look at its keys tells where what looks like them is, if
/// it is anywhere.
public struct JSONObjectView {
    /// The object itself.
    public let value: JSONValue
    /// By a key's place in a sketch: where a member begins on the tape, counted from the object. 0 where there is none, and
    /// `many` where there are several, or one that is far away.
    @usableFromInline var starts: InlineArray<64, UInt8>
    @usableFromInline static var many: UInt8 { 255 }

    /// Looks at the keys of an object; any other value has none.
    public init(_ value: JSONValue) {
        self.value = value
        self.starts = InlineArray(repeating: 0)
        let object = value.entry
        guard object.kind == .object else { return }
        var position = value.index &+ 1
        let end = Int(object.link)
        while position < end {
            guard let place = KeySketch.place(value.tape[position], in: value.base) else {
                // A key with escapes may be any.
                self.starts = InlineArray(repeating: Self.many)
                return
            }
            let distance = UInt8(exactly: position &- value.index) ?? Self.many
            self.starts[place] = self.starts[place] == 0 ? distance : Self.many
            let member = value.tape[position &+ 1]
            position = member.isContainer ? Int(member.link) : position &+ 2
        }
    }

    /// The member whose decoded key has exactly these bytes; `nil` when absent.
    @inlinable public subscript(_ key: StaticString) -> JSONValue? {
        let count = key.utf8CodeUnitCount
        guard count > 0 else { return self.value[key] }
        let start = self.starts[KeySketch.place(count, key.utf8Start[0], key.utf8Start[count &- 1])]
        guard start != 0 else { return nil }
        return start == Self.many ? self.value[key] : self.value.member(key, at: Int(start))
    }
}
