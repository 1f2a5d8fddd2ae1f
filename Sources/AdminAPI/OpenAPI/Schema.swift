/// What a JSON value may be: as much of JSON Schema (2020-12) as the admin API's bodies and answers need.
indirect enum Schema: Sendable {
    /// A text, with what is known of it.
    case text(TextRules)
    /// One of these texts.
    case choice([String])
    /// A whole number.
    case whole(ClosedRange<Int>?)
    /// Any number.
    case number
    /// `true` or `false`.
    case flag
    /// An array.
    case list(Schema, ClosedRange<Int>?)
    /// An object. Members that are not named are refused unless it is open.
    case object([Member], isOpen: Bool)
    /// An object whose members' names are data.
    case map(Schema)
    /// Exactly one of these.
    case either([Schema])
    /// The same, or `null`.
    case orNull(Schema)
    /// One that is described once, under a name.
    case shared(SharedSchema)
    /// With a sentence for people.
    case noted(Schema, String)

    /// What is known of a text.
    struct TextRules: Sendable {
        /// A regular expression of the kind that all readers of JSON Schema share.
        var pattern: String?
        /// A format that JSON Schema names.
        var format: String?
        /// How many characters. Martlet's own bounds are bytes, which are never fewer.
        var length: ClosedRange<Int>?
    }

    /// One member of an object.
    struct Member: Sendable {
        var name: String
        var schema: Schema
        var isRequired: Bool
    }
}

/// A schema that is described once and referred to by name.
struct SharedSchema: Sendable {
    /// Unique, in capitals and small letters.
    var name: String
    var schema: Schema
    /// A value that it allows, as JSON.
    var example: String?
}

extension Schema {
    /// Any text.
    static var anyText: Schema { .text(TextRules()) }
    /// A text of so many characters.
    static func text(_ length: ClosedRange<Int>) -> Schema { .text(TextRules(length: length)) }
    /// A text that matches a regular expression.
    static func pattern(_ pattern: String) -> Schema { .text(TextRules(pattern: pattern)) }
    /// Any whole number.
    static var count: Schema { .whole(0...Int.max) }
    /// An array of any length.
    static func list(_ schema: Schema) -> Schema { .list(schema, nil) }
    /// The texts of an enumeration.
    static func choice<Value: CaseIterable & RawRepresentable<String>>(of type: Value.Type) -> Schema {
        .choice(type.allCases.map(\.rawValue))
    }

    /// An object in an answer: all its members are there.
    static func record(
        _ members: KeyValuePairs<String, Schema>,
        optional: KeyValuePairs<String, Schema> = [:]
    ) -> Schema {
        .object(
            members.map { Member(name: $0.key, schema: $0.value, isRequired: true) }
                + optional.map { Member(name: $0.key, schema: $0.value, isRequired: false) },
            isOpen: false
        )
    }

    /// An object in a body: all its members may be left out but those named.
    static func body(required: [String] = [], _ members: KeyValuePairs<String, Schema>) -> Schema {
        .object(
            members.map { Member(name: $0.key, schema: $0.value, isRequired: required.contains($0.key)) },
            isOpen: false
        )
    }

    /// An object of which only these members are known.
    static func open(required: [String] = [], _ members: KeyValuePairs<String, Schema> = [:]) -> Schema {
        .object(
            members.map { Member(name: $0.key, schema: $0.value, isRequired: required.contains($0.key)) },
            isOpen: true
        )
    }

    /// The members of an object, of a shared one too.
    var members: [Member] {
        switch self {
        case .object(let members, _): members
        case .shared(let shared): shared.schema.members
        case .noted(let schema, _), .orNull(let schema): schema.members
        case .text, .choice, .whole, .number, .flag, .list, .map, .either: []
        }
    }

    /// An object with further members behind its own.
    func adding(_ members: KeyValuePairs<String, Schema>) -> Schema {
        .object(self.members + members.map { Member(name: $0.key, schema: $0.value, isRequired: true) }, isOpen: false)
    }

    /// The shared schemas that it refers to itself.
    var references: [SharedSchema] {
        switch self {
        case .text, .choice, .whole, .number, .flag: []
        case .list(let schema, _), .map(let schema), .orNull(let schema), .noted(let schema, _): schema.references
        case .object(let members, _): members.flatMap(\.schema.references)
        case .either(let schemas): schemas.flatMap(\.references)
        case .shared(let shared): [shared]
        }
    }
}
