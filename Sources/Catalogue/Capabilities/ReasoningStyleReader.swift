import Exchange
import Wire

/// Reads `reasoning`: `{"style":"none"}`, `{"style":"effort","efforts":[…]}`,
/// `{"style":"adaptive","efforts":[…],"can_disable":…}` or `{"style":"budget","min":…,"max":…,"can_disable":…}`.
enum ReasoningStyleReader {
    private enum Style { case none, effort, adaptive, budget }

    private static let styles: [(String, Style)] = [
        ("none", .none), ("effort", .effort), ("adaptive", .adaptive), ("budget", .budget),
    ]

    /// Reads a style.
    ///
    /// - Throws: `CapabilityError` naming `reasoning` or the member of it that is wrong.
    static func read(_ value: JSONValue, _ name: String) throws(CapabilityError) -> ModelCapabilities.ReasoningStyle {
        guard value.kind == .object, let word = value["style"] else {
            throw .wants(name, "an object with a style")
        }
        switch try CapabilityField.word(word, "\(name).style", Self.styles) {
        case .none:
            try Self.allow(value, name, ["style"])
            return .none
        case .effort:
            try Self.allow(value, name, ["style", "efforts"])
            return .effort(try Self.efforts(value["efforts"], "\(name).efforts"))
        case .adaptive:
            try Self.allow(value, name, ["style", "efforts", "can_disable"])
            let efforts = try Self.efforts(value["efforts"], "\(name).efforts")
            return .adaptive(efforts, canDisable: try Self.canDisable(value, name))
        case .budget:
            try Self.allow(value, name, ["style", "min", "max", "can_disable"])
            return .budget(try Self.range(value, name), canDisable: try Self.canDisable(value, name))
        }
    }

    private static func allow(_ value: JSONValue, _ name: String, _ known: [String]) throws(CapabilityError) {
        for (key, _) in value.members {
            let key = key.string ?? ""
            guard known.contains(where: { $0.utf8.elementsEqual(key.utf8) }) else {
                let allowed = known.joined(separator: ", ")
                throw CapabilityError(.unknownField, name, "\(name) of this style may hold \(allowed), nothing else")
            }
        }
    }

    /// Reads a list of grades, which must not be empty.
    static func efforts(
        _ list: JSONValue?,
        _ name: String
    ) throws(CapabilityError) -> Set<ReasoningIntent.Effort> {
        let grades = ReasoningIntent.Effort.allCases
        let expected = "a list of \(grades.map(\.rawValue).joined(separator: ", "))"
        guard let list, list.kind == .array, list.count > 0 else { throw .wants(name, expected) }
        var efforts = Set<ReasoningIntent.Effort>()
        for element in list.elements {
            guard let word = element.string, let grade = ReasoningIntent.Effort(rawValue: word) else {
                throw .wants(name, expected)
            }
            efforts.insert(grade)
        }
        return efforts
    }

    private static func canDisable(_ value: JSONValue, _ name: String) throws(CapabilityError) -> Bool {
        guard let flag = value["can_disable"]?.bool else { throw .wants("\(name).can_disable", "true or false") }
        return flag
    }

    private static func range(_ value: JSONValue, _ name: String) throws(CapabilityError) -> ClosedRange<Int> {
        guard let low = value["min"]?.int, let high = value["max"]?.int, low >= 0, low <= high, high <= 1_000_000_000
        else {
            throw .wants(name, "a budget with whole numbers min and max, 0 ≤ min ≤ max")
        }
        return low...high
    }
}
