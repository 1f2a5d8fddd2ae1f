import Wire

extension Schema {
    /// Where shared schemas are in the document.
    static let sharedPlace = "#/components/schemas/"

    /// Writes it as an object of JSON Schema.
    func write(to writer: inout JSONWriter) {
        writer.object { self.writeMembers(to: &$0) }
    }

    private func writeMembers(orNull: Bool = false, to writer: inout JSONWriter) {
        switch self {
        case .noted(let schema, let note):
            writer.member("description", note)
            schema.writeMembers(orNull: orNull, to: &writer)
        case .orNull(let schema): schema.writeMembers(orNull: true, to: &writer)
        case .shared(let shared): Self.write(shared, orNull: orNull, to: &writer)
        case .either(let schemas): Self.write(schemas, orNull: orNull, to: &writer)
        case .text(let rules):
            Self.write(type: "string", orNull: orNull, to: &writer)
            Self.write(rules, to: &writer)
        case .choice(let texts):
            Self.write(type: "string", orNull: orNull, to: &writer)
            Self.write(choices: texts, orNull: orNull, to: &writer)
        case .whole(let range):
            Self.write(type: "integer", orNull: orNull, to: &writer)
            if let range { Self.write(range, "minimum", "maximum", to: &writer) }
        case .number: Self.write(type: "number", orNull: orNull, to: &writer)
        case .flag: Self.write(type: "boolean", orNull: orNull, to: &writer)
        case .list(let element, let count):
            Self.write(type: "array", orNull: orNull, to: &writer)
            writer.key("items")
            element.write(to: &writer)
            if let count { Self.write(count, "minItems", "maxItems", to: &writer) }
        case .map(let value):
            Self.write(type: "object", orNull: orNull, to: &writer)
            writer.key("additionalProperties")
            value.write(to: &writer)
        case .object(let members, let isOpen):
            Self.write(type: "object", orNull: orNull, to: &writer)
            Self.write(members, isOpen: isOpen, to: &writer)
        }
    }

    private static func write(type: String, orNull: Bool, to writer: inout JSONWriter) {
        writer.key("type")
        guard orNull else { return writer.string(type) }
        writer.array { writer in
            writer.string(type)
            writer.string("null")
        }
    }

    private static func write(_ shared: SharedSchema, orNull: Bool, to writer: inout JSONWriter) {
        let place = Self.sharedPlace + shared.name
        guard orNull else { return writer.member("$ref", place) }
        writer.member(
            "anyOf",
            array: { writer in
                writer.object { $0.member("$ref", place) }
                writer.object { $0.member("type", "null") }
            }
        )
    }

    private static func write(_ schemas: [Schema], orNull: Bool, to writer: inout JSONWriter) {
        writer.member(
            "oneOf",
            array: { writer in
                for schema in schemas { schema.write(to: &writer) }
                if orNull { writer.object { $0.member("type", "null") } }
            }
        )
    }

    private static func write(choices: [String], orNull: Bool, to writer: inout JSONWriter) {
        writer.member(
            "enum",
            array: { writer in
                for text in choices { writer.string(text) }
                if orNull { writer.null() }
            }
        )
    }

    private static func write(_ rules: TextRules, to writer: inout JSONWriter) {
        if let format = rules.format { writer.member("format", format) }
        if let pattern = rules.pattern { writer.member("pattern", pattern) }
        if let length = rules.length { Self.write(length, "minLength", "maxLength", to: &writer) }
    }

    /// Bounds that bound nothing are left out.
    private static func write(
        _ range: ClosedRange<Int>,
        _ lower: StaticString,
        _ upper: StaticString,
        to writer: inout JSONWriter
    ) {
        if range.lowerBound != .min { writer.member(lower, range.lowerBound) }
        if range.upperBound != .max { writer.member(upper, range.upperBound) }
    }

    private static func write(_ members: [Member], isOpen: Bool, to writer: inout JSONWriter) {
        writer.member(
            "properties",
            object: { writer in
                for member in members {
                    writer.key(member.name)
                    member.schema.write(to: &writer)
                }
            }
        )
        let required = members.filter(\.isRequired).map(\.name)
        if !required.isEmpty { writer.member("required", required) }
        writer.member("additionalProperties", isOpen)
    }
}
