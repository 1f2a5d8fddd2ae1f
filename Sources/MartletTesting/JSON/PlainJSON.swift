/// A JSON value as a plain tree, for tests: slow, ordered, and independent of the gateway's own JSON code,
/// so that neither can hide the other's mistakes.
public indirect enum PlainJSON: Sendable, Equatable {
    /// Members in document order, repeats included.
    case object([Member])
    /// Elements in document order.
    case array([PlainJSON])
    /// A decoded string.
    case string(String)
    /// A number as it is spelled in the document.
    case number(String)
    /// `true` or `false`.
    case bool(Bool)
    /// `null`.
    case null

    /// One name and its value.
    public struct Member: Sendable, Equatable {
        /// The decoded name.
        public var name: String
        /// What stands behind the colon.
        public var value: PlainJSON

        /// A member from its two halves.
        public init(_ name: String, _ value: PlainJSON) {
            self.name = name
            self.value = value
        }
    }
}

extension PlainJSON {
    /// The first member with this name; `nil` also when the value is no object.
    public subscript(_ name: String) -> PlainJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// The element at this index; `nil` beyond the end, and when the value is no array.
    public subscript(_ index: Int) -> PlainJSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The decoded text of a string.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// An integer spelled without fraction or exponent.
    public var int: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }

    /// A boolean.
    public var bool: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    /// Elements of an array; empty for everything else.
    public var elements: [PlainJSON] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// Members of an object; empty for everything else.
    public var members: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    /// The same value with one member set: replaced in place, or added last. Unchanged when the value is no object.
    public func setting(_ name: String, _ value: PlainJSON) -> PlainJSON {
        guard case .object(var members) = self else { return self }
        if let index = members.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
            members[index].value = value
        } else {
            members.append(Member(name, value))
        }
        return .object(members)
    }
}

extension PlainJSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    /// An object, its members in the order written.
    public init(dictionaryLiteral elements: (String, PlainJSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }

    /// An array.
    public init(arrayLiteral elements: PlainJSON...) {
        self = .array(elements)
    }

    /// A string.
    public init(stringLiteral value: String) {
        self = .string(value)
    }

    /// An integer.
    public init(integerLiteral value: Int) {
        self = .number(String(value))
    }

    /// A boolean.
    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    /// `null`.
    public init(nilLiteral: ()) {
        self = .null
    }

    /// An integer that is not a literal.
    public static func int(_ value: Int) -> PlainJSON {
        .number(String(value))
    }
}
