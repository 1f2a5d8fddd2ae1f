@testable import AdminAPI

/// Holds values against schemas of a document: the keywords that the document uses, and no others.
struct SchemaCheck {
    private static let known: Set<String> = [
        "$ref", "additionalProperties", "anyOf", "description", "enum", "examples", "format", "items", "maxItems",
        "maxLength", "maximum", "minItems", "minLength", "minimum", "oneOf", "pattern", "properties", "required",
        "type",
    ]

    let document: JSONNode

    /// What is wrong with a value; empty when nothing is.
    func faults(_ value: JSONNode, _ schema: JSONNode, at place: String = "$") -> [String] {
        let strange = Set(schema.members.keys).subtracting(Self.known)
        guard strange.isEmpty else { return ["\(place): the check does not know \(strange.sorted())"] }
        if let reference = schema["$ref"]?.text {
            guard let target = self.resolve(reference) else { return ["\(place): \(reference) leads nowhere"] }
            return self.faults(value, target, at: place)
        }
        return self.alternatives(value, schema, at: place) + self.scalars(value, schema, at: place)
            + self.items(value, schema, at: place) + self.members(value, schema, at: place)
    }

    func resolve(_ reference: String) -> JSONNode? {
        guard reference.hasPrefix(Schema.sharedPlace) else { return nil }
        return self.document["components"]?["schemas"]?[String(reference.dropFirst(Schema.sharedPlace.utf8.count))]
    }

    private func alternatives(_ value: JSONNode, _ schema: JSONNode, at place: String) -> [String] {
        var faults: [String] = []
        if let any = schema["anyOf"]?.elements, any.allSatisfy({ !self.faults(value, $0, at: place).isEmpty }) {
            faults += any.flatMap { self.faults(value, $0, at: place) }
        }
        if let one = schema["oneOf"]?.elements {
            let fitting = one.filter { self.faults(value, $0, at: place).isEmpty }.count
            if fitting != 1 { faults.append("\(place): fits \(fitting) of \(one.count) schemas") }
        }
        return faults
    }

    private func scalars(_ value: JSONNode, _ schema: JSONNode, at place: String) -> [String] {
        var faults: [String] = []
        if let type = schema["type"] {
            let types = type.text.map { [$0] } ?? type.elements.compactMap(\.text)
            let isFitting = types.contains(value.type) || value.type == "integer" && types.contains("number")
            if !isFitting { faults.append("\(place): is \(value.type), not \(types)") }
        }
        if let choices = schema["enum"]?.elements, !choices.contains(value) {
            faults.append("\(place): \(value) is none of the choices")
        }
        if let number = value.number {
            if let least = schema["minimum"]?.number, number < least { faults.append("\(place): \(number) < \(least)") }
            if let most = schema["maximum"]?.number, number > most { faults.append("\(place): \(number) > \(most)") }
        }
        guard let text = value.text else { return faults }
        let length = Double(text.unicodeScalars.count)
        if let least = schema["minLength"]?.number, length < least { faults.append("\(place): '\(text)' is too short") }
        if let most = schema["maxLength"]?.number, length > most { faults.append("\(place): '\(text)' is too long") }
        if let pattern = schema["pattern"]?.text {
            let isMatching = (try? Regex(pattern).firstMatch(in: text)).flatMap { $0 } != nil
            if !isMatching { faults.append("\(place): '\(text)' does not match \(pattern)") }
        }
        if schema["format"]?.text == "date-time", Timestamp.parse(text) == nil {
            faults.append("\(place): '\(text)' is no instant")
        }
        return faults
    }

    private func items(_ value: JSONNode, _ schema: JSONNode, at place: String) -> [String] {
        guard case .list(let elements) = value else { return [] }
        var faults: [String] = []
        let count = Double(elements.count)
        if let least = schema["minItems"]?.number, count < least { faults.append("\(place): has too few items") }
        if let most = schema["maxItems"]?.number, count > most { faults.append("\(place): has too many items") }
        guard let item = schema["items"] else { return faults }
        for (index, element) in elements.enumerated() {
            faults += self.faults(element, item, at: "\(place)[\(index)]")
        }
        return faults
    }

    private func members(_ value: JSONNode, _ schema: JSONNode, at place: String) -> [String] {
        guard case .object(let members) = value else { return [] }
        var faults: [String] = []
        for name in schema["required"]?.elements.compactMap(\.text) ?? [] where members[name] == nil {
            faults.append("\(place): \(name) is missing")
        }
        for (name, member) in members {
            if let known = schema["properties"]?[name] {
                faults += self.faults(member, known, at: "\(place).\(name)")
                continue
            }
            switch schema["additionalProperties"] {
            case .flag(false): faults.append("\(place): \(name) is not described")
            case .some(let other) where other != .flag(true):
                faults += self.faults(member, other, at: "\(place).\(name)")
            case .some, nil: break
            }
        }
        return faults
    }
}
