import Exchange
import Wire

/// A schema as Claude's structured output takes it: every object closed, and no bounds on numbers, lengths and counts;
/// these are said in the description instead, so that the model still knows them.
enum ClosedSchema {
    /// Rewrites a schema; what needs no change keeps its bytes.
    ///
    /// - Returns: `nil` when it needs open objects, or contains itself: then it cannot be enforced.
    static func make(_ schema: RawJSON) -> RawJSON? {
        let rewritten = schema.read { root -> RawJSON? in
            var rewriter = SchemaRewriter(writer: JSONWriter(capacity: schema.bytes.count + 64))
            rewriter.schema(root)
            guard !rewriter.isImpossible else { return nil }
            return rewriter.isChanged ? RawJSON(rewriter.writer) : schema
        }
        return rewritten ?? nil
    }
}

private struct SchemaRewriter {
    var writer: JSONWriter
    var isChanged = false
    var isImpossible = false

    private static let bounds: Set<String> = [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    ]
    private static let maps: Set<String> = ["properties", "$defs", "definitions"]
    private static let lists: Set<String> = ["anyOf", "allOf", "oneOf", "prefixItems"]

    mutating func schema(_ value: JSONValue) {
        guard value.kind == .object else { return self.writer.raw(value.bytes) }
        if let open = value["additionalProperties"], open.bool != false { self.isImpossible = true }
        if value["$ref"]?.equals("#") ?? false { self.isImpossible = true }
        var removed: [String] = []
        var description: JSONValue?
        self.writer.beginObject()
        for (key, member) in value.members {
            let name = key.string ?? ""
            if Self.bounds.contains(name) {
                removed.append("\(name): \(String(decoding: member.bytes, as: UTF8.self))")
            } else if name == "description" {
                description = member
            } else {
                self.writer.key(name)
                self.member(name, member)
            }
        }
        self.describe(description, removed)
        let isObject = value["type"]?.equals("object") ?? (value["properties"] != nil)
        if isObject, value["additionalProperties"] == nil {
            self.isChanged = true
            self.writer.member("additionalProperties", false)
        }
        self.writer.endObject()
    }

    private mutating func describe(_ description: JSONValue?, _ removed: [String]) {
        if !removed.isEmpty {
            self.isChanged = true
            let words = [description?.string ?? "", "(\(removed.joined(separator: ", ")))"].filter { !$0.isEmpty }
            self.writer.member("description", words.joined(separator: " "))
        } else if let description {
            self.writer.key("description")
            self.writer.raw(description.bytes)
        }
    }

    private mutating func member(_ name: String, _ value: JSONValue) {
        if Self.maps.contains(name), value.kind == .object {
            self.writer.beginObject()
            for (key, member) in value.members {
                self.writer.key(key.string ?? "")
                self.schema(member)
            }
            self.writer.endObject()
        } else if Self.lists.contains(name), value.kind == .array {
            self.writer.beginArray()
            for element in value.elements { self.schema(element) }
            self.writer.endArray()
        } else if name == "items" || name == "not" {
            self.schema(value)
        } else {
            self.writer.raw(value.bytes)
        }
    }
}
