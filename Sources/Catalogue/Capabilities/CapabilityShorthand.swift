import Exchange
import Wire

/// How the table writes what most rows say: `"limits":[context, output]` or `[context, output, default]`, and
/// `"efforts":[…]` for thinking by grade. Everything else is a field by its own name.
enum CapabilityShorthand {
    /// Reads a member of a row.
    ///
    /// - Parameters:
    ///   - value: The value as written.
    ///   - name: The field, or the short form.
    /// - Returns: The change it means.
    /// - Throws: `CapabilityError`: the name is unknown, or the value does not fit.
    static func read(_ value: JSONValue, _ name: String) throws(CapabilityError) -> CapabilitySetting {
        switch name {
        case "limits":
            return try Self.limits(value)
        case "efforts":
            let efforts = try ReasoningStyleReader.efforts(value, name)
            return { $0.reasoning = .effort(efforts) }
        default:
            guard let field = CapabilityField.all[name] else {
                throw CapabilityError(.unknownField, name, "there is no capability \(name)")
            }
            return try field.read(value, name)
        }
    }

    private static func limits(_ value: JSONValue) throws(CapabilityError) -> CapabilitySetting {
        let tokens = value.elements.compactMap(\.int)
        guard tokens.count == value.count, (2...3).contains(tokens.count), tokens.allSatisfy({ $0 > 0 }) else {
            throw .wants("limits", "two or three numbers of tokens: context, output, default output")
        }
        return {
            $0.contextTokens = tokens[0]
            $0.maxOutputTokens = tokens[1]
            if tokens.count > 2 { $0.defaultOutputTokens = tokens[2] }
        }
    }
}
