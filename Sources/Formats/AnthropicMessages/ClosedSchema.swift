import Exchange
import Wire

/// A JSON Schema in the dialect that the vendor enforces: every object closed, no recursion, no bounds on numbers, lengths
/// and counts. What is taken out is told in the description.
///
/// Source: Anthropic API reference, structured outputs, November 2026.
struct ClosedSchema {
    /// The schema, its members in their old order.
    let json: RawJSON
    /// Whether anything had to be changed.
    let isChanged: Bool

    /// Closes a schema; `nil` when it needs what cannot be enforced: open objects, recursion, merged branches.
    init?(_ schema: RawJSON) {
        var closer = SchemaCloser(capacity: schema.bytes.count + 64)
        let isDone = schema.read { closer.write($0, of: "") } ?? false
        guard isDone, !closer.isRecursive else { return nil }
        self.json = closer.isChanged ? RawJSON(closer.writer) : schema
        self.isChanged = closer.isChanged
    }

    /// A schema for a tool's input: an empty one where there is none, and one that says it is an object.
    static func withType(_ schema: RawJSON?) -> RawJSON {
        guard let schema else { return RawJSON(trusted: #"{"type":"object","properties":{}}"#) }
        // Nearly all schemas begin with their type.
        if schema.bytes.starts(with: "{\"type\":".utf8) { return schema }
        let typed: RawJSON? =
            schema.read { root -> RawJSON? in
                guard root.kind == .object, root["type"] == nil else { return nil }
                var writer = JSONWriter(capacity: schema.bytes.count + 16)
                writer.beginObject()
                writer.member("type", "object")
                for (key, value) in root.members {
                    writer.key(key.string ?? "")
                    writer.raw(value.bytes)
                }
                writer.endObject()
                return RawJSON(writer)
            } ?? nil
        return typed ?? schema
    }
}

/// The walk through a schema.
private struct SchemaCloser {
    var writer: JSONWriter
    var isChanged = false
    /// Which definitions refer to which.
    private var references: [String: Set<String>] = [:]

    private static let unsupported: Set<String> = [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "uniqueItems", "contains", "minProperties", "maxProperties", "not", "if", "then",
        "else",
        "propertyNames", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems",
    ]
    private static let formats: Set<String> = [
        "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
    ]

    init(capacity: Int) {
        self.writer = JSONWriter(capacity: capacity)
    }

    /// Whether a definition refers to itself, by whatever way: whether some remain when those that refer to none of the
    /// rest are taken away, again and again.
    var isRecursive: Bool {
        var referring: [String: [String]] = [:]
        var open = self.references.mapValues(\.count)
        for (owner, targets) in self.references {
            for target in targets {
                referring[target, default: []].append(owner)
                if open[target] == nil { open[target] = 0 }
            }
        }
        var free = open.filter { $0.value == 0 }.map(\.key)
        var taken = 0
        while let name = free.popLast() {
            taken += 1
            for owner in referring[name] ?? [] {
                let count = (open[owner] ?? 1) - 1
                open[owner] = count
                if count == 0 { free.append(owner) }
            }
        }
        return taken < open.count
    }

    /// Writes one schema of the definition `owner`; false when it cannot be closed.
    mutating func write(_ schema: JSONValue, of owner: String) -> Bool {
        guard schema.kind == .object else {
            self.writer.raw(schema.bytes)
            return true
        }
        if schema["patternProperties"] != nil { return false }
        let removed = Self.removed(from: schema)
        self.writer.beginObject()
        for (key, value) in schema.members {
            let name = key.string ?? ""
            if removed.contains(where: { $0.name == name }) { continue }
            guard self.write(name, value, of: schema, owner, removed) else { return false }
        }
        if !removed.isEmpty {
            self.isChanged = true
            if schema["description"] == nil { self.writer.member("description", Self.told(removed, beside: "")) }
        }
        guard self.close(schema) else { return false }
        self.writer.endObject()
        return true
    }

    private mutating func write(
        _ name: String,
        _ value: JSONValue,
        of schema: JSONValue,
        _ owner: String,
        _ removed: [(name: String, text: String)]
    ) -> Bool {
        switch name {
        case "description" where !removed.isEmpty:
            self.writer.member("description", Self.told(removed, beside: value.string ?? ""))
            return true
        case "$ref": self.note(value.string ?? "", from: owner)
        case "properties": return self.writeMap(name, value) { closer, _, schema in closer.write(schema, of: owner) }
        case "$defs", "definitions":
            return self.writeMap(name, value) { closer, key, schema in closer.write(schema, of: key) }
        case "oneOf":
            guard schema["anyOf"] == nil else { return false }
            self.isChanged = true
            return self.writeList("anyOf", value, of: owner)
        case "allOf" where value.count > 1: return false
        case "anyOf", "allOf", "prefixItems": return self.writeList(name, value, of: owner)
        case "items" where value.kind == .array: return self.writeList(name, value, of: owner)
        case "items":
            self.writer.key(name)
            return self.write(value, of: owner)
        default: break
        }
        self.writer.key(name)
        self.writer.raw(value.bytes)
        return true
    }

    private mutating func writeMap(
        _ name: String,
        _ map: JSONValue,
        _ write: (inout Self, String, JSONValue) -> Bool
    ) -> Bool {
        self.writer.key(name)
        self.writer.beginObject()
        for (key, value) in map.members {
            let key = key.string ?? ""
            self.writer.key(key)
            guard write(&self, key, value) else { return false }
        }
        self.writer.endObject()
        return true
    }

    private mutating func writeList(_ name: String, _ list: JSONValue, of owner: String) -> Bool {
        self.writer.key(name)
        self.writer.beginArray()
        for value in list.elements {
            guard self.write(value, of: owner) else { return false }
        }
        self.writer.endArray()
        return true
    }

    /// Closes an object that is open for want of a word. One without properties is meant to be open.
    private mutating func close(_ schema: JSONValue) -> Bool {
        let type = schema["type"]
        let isObject =
            schema["properties"] != nil || type?.equals("object") ?? false
            || (type?.elements.contains { $0.equals("object") } ?? false)
        guard isObject else { return true }
        if let additional = schema["additionalProperties"] { return additional.bool == false }
        guard schema["properties"] != nil else { return false }
        self.isChanged = true
        self.writer.member("additionalProperties", false)
        return true
    }

    private mutating func note(_ reference: String, from owner: String) {
        for prefix in ["#/$defs/", "#/definitions/"] where reference.hasPrefix(prefix) {
            self.references[owner, default: []].insert(String(reference.dropFirst(prefix.count)))
        }
        if reference == "#" { self.references["", default: []].insert("") }
    }

    private static func removed(from schema: JSONValue) -> [(name: String, text: String)] {
        var removed: [(name: String, text: String)] = []
        for (key, value) in schema.members {
            let name = key.string ?? ""
            let goes =
                switch name {
                case "minItems": (value.int ?? 2) > 1
                case "format": !Self.formats.contains(value.string ?? "")
                default: Self.unsupported.contains(name)
                }
            if goes { removed.append((name, "\(name): \(RawJSON(value).text)")) }
        }
        return removed
    }

    private static func told(_ removed: [(name: String, text: String)], beside description: String) -> String {
        let rules = "(" + removed.map(\.text).joined(separator: "; ") + ")"
        return description.isEmpty ? rules : "\(description) \(rules)"
    }
}
