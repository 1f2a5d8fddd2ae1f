/// An object that is asked for many members which it mostly has not: one look at its keys tells what they look like, so that most
/// others are not looked for.
public struct JSONObjectView {
    /// The object itself.
    public let value: JSONValue
    /// Its keys.
    @usableFromInline let keys: KeySketch

    /// Looks at the keys of an object; any other value has none.
    public init(_ value: JSONValue) {
        self.value = value
        var keys = KeySketch()
        let object = value.entry
        if object.kind == .object {
            var position = value.index &+ 1
            let end = Int(object.link)
            while position < end {
                keys.insert(value.tape[position], in: value.base)
                let member = value.tape[position &+ 1]
                position = member.isContainer ? Int(member.link) : position &+ 2
            }
        }
        self.keys = keys
    }

    /// The member whose decoded key has exactly these bytes; `nil` when absent.
    @inlinable public subscript(_ key: StaticString) -> JSONValue? {
        self.keys.mayHave(key) ? self.value[key] : nil
    }
}
