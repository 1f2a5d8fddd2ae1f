import Wire

/// A JSON value on its own, for tests that walk through documents.
indirect enum JSONNode: Sendable, Equatable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSONNode])
    case object([String: JSONNode])

    /// Reads a whole document through the strict gate; `nil` when it is not JSON.
    init?(_ bytes: [UInt8]) {
        var limits = JSONLimits()
        limits.maxDepth = 64
        let tape = JSONTape(limits: limits)
        let node = bytes.withUnsafeBytes { bytes in (try? tape.parse(bytes)).map { Self($0) } }
        guard let node else { return nil }
        self = node
    }

    private init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .true: self = .flag(true)
        case .false: self = .flag(false)
        case .number: self = .number(Double(String(decoding: value.bytes, as: UTF8.self)) ?? .nan)
        case .string: self = .text(value.string ?? "")
        case .array: self = .list(value.elements.map { Self($0) })
        case .object:
            let members = value.members.map { ($0.key.string ?? "", Self($0.value)) }
            self = .object(Dictionary(members, uniquingKeysWith: { first, _ in first }))
        }
    }

    subscript(_ name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    var members: [String: JSONNode] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    var elements: [JSONNode] {
        guard case .list(let elements) = self else { return [] }
        return elements
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    var number: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    /// The name of its type in JSON Schema.
    var type: String {
        switch self {
        case .null: "null"
        case .flag: "boolean"
        case .number(let number): number.rounded() == number ? "integer" : "number"
        case .text: "string"
        case .list: "array"
        case .object: "object"
        }
    }
}
