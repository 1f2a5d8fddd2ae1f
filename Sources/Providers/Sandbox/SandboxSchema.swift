import Wire

/// Makes a small, deterministic value that matches a JSON Schema: required properties only, first choices, lower bounds.
///
/// Enough of the vocabulary for tools and structured outputs (`$ref`, `anyOf`, `allOf`, `enum`, `const`, bounds, formats).
/// `pattern` and conditional keywords are not looked at. Depth and size are bounded, whatever the schema refers to.
struct SandboxSchema {
    private let root: JSONValue
    private var writer = JSONWriter()
    /// How many more values may be looked at.
    private var budget = 1_000
    /// Whether more may be written: schemas are foreign, and references can repeat.
    private var hasRoom: Bool { self.budget > 0 && self.writer.bytes.count < 262_144 }

    private init(root: JSONValue) {
        self.root = root
    }

    /// A matching value as compact JSON; `{}` when there is no schema.
    static func sample(_ schema: JSONValue?) -> String {
        guard let schema, schema.kind == .object else { return "{}" }
        var sampler = SandboxSchema(root: schema)
        sampler.write(schema, name: "value", depth: 0)
        return String(decoding: sampler.writer.bytes, as: UTF8.self)
    }

    private mutating func write(_ schema: JSONValue, name: String, depth: Int) {
        self.budget -= 1
        guard self.hasRoom, depth < 32, schema.kind == .object else { return self.writer.null() }
        if let value = schema["const"] ?? schema["enum"]?.element(0) {
            return SandboxJSON.copy(value, to: &self.writer)
        }
        if let reference = schema["$ref"] {
            guard let target = self.resolve(reference) else { return self.writer.null() }
            return self.write(target, name: name, depth: depth + 1)
        }
        if let choices = schema["anyOf"] ?? schema["oneOf"], let choice = self.preferred(choices) {
            return self.write(choice, name: name, depth: depth + 1)
        }
        switch self.type(schema) {
        case "object": self.writeObject(schema, depth: depth)
        case "array": self.writeArray(schema, name: name, depth: depth)
        case "integer": self.writer.int(self.lowerBound(schema).flatMap { Int(exactly: $0.rounded(.up)) } ?? 1)
        case "number": self.writer.double(self.lowerBound(schema) ?? 1)
        case "boolean": self.writer.bool(true)
        case "null": self.writer.null()
        default: self.writer.string(self.text(schema, name: name))
        }
    }

    /// The type to write: of a list, the first that is not `null`; without one, what the keywords suggest.
    private func type(_ schema: JSONValue) -> String {
        if let type = schema["type"] {
            if let name = type.string { return name }
            let names = type.elements.compactMap(\.string)
            if let name = names.first(where: { $0 != "null" }) ?? names.first { return name }
        }
        if schema["properties"] != nil || schema["allOf"] != nil { return "object" }
        return schema["items"] != nil ? "array" : "string"
    }

    private mutating func writeObject(_ schema: JSONValue, depth: Int) {
        self.writer.beginObject()
        var written: Set<[UInt8]> = []
        self.writeMembers(schema, written: &written, depth: depth)
        self.writer.endObject()
    }

    private mutating func writeMembers(_ schema: JSONValue, written: inout Set<[UInt8]>, depth: Int) {
        self.writeParts(schema, written: &written, depth: depth)
        guard let required = schema["required"] else { return }
        for name in required.elements {
            guard let text = name.string, self.hasRoom, written.insert(Array(text.utf8)).inserted else { continue }
            self.writer.key(text)
            if let property = schema["properties"]?.member(text), property.kind == .object {
                self.write(property, name: text, depth: depth + 1)
            } else {
                self.writer.string(text)
            }
        }
    }

    private mutating func writeParts(_ schema: JSONValue, written: inout Set<[UInt8]>, depth: Int) {
        guard let parts = schema["allOf"] else { return }
        for part in parts.elements {
            guard depth < 32, self.hasRoom else { return }
            self.budget -= 1
            let target = part["$ref"].flatMap { self.resolve($0) } ?? part
            self.writeMembers(target, written: &written, depth: depth + 1)
        }
    }

    private mutating func writeArray(_ schema: JSONValue, name: String, depth: Int) {
        self.writer.beginArray()
        let count = min(max(schema["minItems"]?.int ?? 1, 0), 16)
        if let items = schema["items"], items.kind == .object {
            for _ in 0..<count where self.hasRoom { self.write(items, name: name, depth: depth + 1) }
        }
        self.writer.endArray()
    }

    private func lowerBound(_ schema: JSONValue) -> Double? {
        if let minimum = schema["minimum"]?.double { return minimum }
        if let minimum = schema["exclusiveMinimum"]?.double { return minimum + 1 }
        if let maximum = schema["maximum"]?.double ?? schema["exclusiveMaximum"]?.double { return min(1, maximum - 1) }
        return nil
    }

    private func text(_ schema: JSONValue, name: String) -> String {
        if let format = schema["format"]?.string, let sample = Self.formats[format] { return sample }
        let least = min(max(schema["minLength"]?.int ?? 0, 0), 4_096)
        let most = schema["maxLength"]?.int ?? .max
        let padding = String(repeating: "x", count: max(0, least - name.unicodeScalars.count))
        return String(String.UnicodeScalarView((name + padding).unicodeScalars.prefix(max(0, most))))
    }

    /// The first choice that is not `null`.
    private func preferred(_ choices: JSONValue) -> JSONValue? {
        choices.elements.first { $0["type"]?.equals("null") != true } ?? choices.element(0)
    }

    /// Follows a local reference such as `#/$defs/Person`.
    private func resolve(_ reference: JSONValue) -> JSONValue? {
        guard let text = reference.string, text.hasPrefix("#") else { return nil }
        var value = self.root
        for step in text.dropFirst().split(separator: "/").prefix(16) {
            guard let next = value.member(Self.unescaped(step)) else { return nil }
            value = next
        }
        return value
    }

    /// Undoes the escapes of a JSON Pointer (RFC 6901).
    private static func unescaped(_ step: Substring) -> String {
        guard step.contains("~") else { return String(step) }
        let parts = step.split(separator: "~", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts.first ?? "")) { text, part in
            text += (part.first == "1" ? "/" : "~") + part.dropFirst()
        }
    }

    private static let formats = [
        "date-time": "2026-01-01T00:00:00Z", "date": "2026-01-01", "time": "00:00:00Z", "duration": "PT1S",
        "email": "sandbox@example.com", "hostname": "example.com", "uri": "https://example.com/", "ipv4": "192.0.2.1",
        "ipv6": "2001:db8::1", "uuid": "00000000-0000-4000-8000-000000000000",
    ]
}

/// Small helpers on JSON values.
enum SandboxJSON {
    /// Copies a value without the white space between its parts, so that it may stand in one line of a stream.
    static func copy(_ value: JSONValue, to writer: inout JSONWriter) {
        switch value.kind {
        case .object:
            writer.object { writer in
                for (key, value) in value.members {
                    writer.key(key.string ?? "")
                    self.copy(value, to: &writer)
                }
            }
        case .array:
            writer.array { writer in
                for element in value.elements { self.copy(element, to: &writer) }
            }
        case .string, .number, .true, .false, .null: writer.raw(value.bytes)
        }
    }
}
