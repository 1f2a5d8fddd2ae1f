import Wire

/// Checked access to a request's fields, with faults in OpenAI's words.
enum SandboxReader {
    static func model(_ root: JSONValue) throws(SandboxFault) -> String {
        guard let value = root["model"], !value.isNull else {
            throw SandboxFault(
                message: "you must provide a model parameter",
                parameter: "model",
                code: "missing_required_parameter"
            )
        }
        guard let model = value.string, !model.isEmpty else { throw .type("model", expected: "a non-empty string") }
        return model
    }

    /// A boolean; `nil` when absent or null.
    static func flag(_ root: JSONValue, _ name: StaticString) throws(SandboxFault) -> Bool? {
        guard let value = root[name], !value.isNull else { return nil }
        guard let flag = value.bool else { throw .type(name.description, expected: "a boolean") }
        return flag
    }

    /// An integer in a range; `nil` when absent or null.
    static func integer(
        _ root: JSONValue,
        _ name: StaticString,
        in range: ClosedRange<Int>
    ) throws(SandboxFault) -> Int? {
        guard let value = root[name], !value.isNull else { return nil }
        guard let number = value.int else { throw .type(name.description, expected: "an integer") }
        guard number >= range.lowerBound else {
            throw .range(
                name.description,
                "integer below minimum value. Expected a value >= \(range.lowerBound), but got \(number) instead",
                code: "integer_below_min_value"
            )
        }
        guard number <= range.upperBound else {
            throw .range(
                name.description,
                "integer above maximum value. Expected a value <= \(range.upperBound), but got \(number) instead",
                code: "integer_above_max_value"
            )
        }
        return number
    }

    /// Checks that a number, if there, lies in a range.
    static func checkNumber(
        _ root: JSONValue,
        _ name: StaticString,
        in range: ClosedRange<Double>
    ) throws(SandboxFault) {
        guard let value = root[name], !value.isNull else { return }
        guard let number = value.double else { throw .type(name.description, expected: "a number") }
        guard !range.contains(number) else { return }
        let side = number < range.lowerBound ? "below minimum" : "above maximum"
        throw .range(
            name.description,
            "decimal \(side) value. Expected a value between \(range.lowerBound) and \(range.upperBound)",
            code: "decimal_\(number < range.lowerBound ? "below_min" : "above_max")_value"
        )
    }

    /// A string or a list of at most four strings.
    static func stops(_ root: JSONValue) throws(SandboxFault) -> [String] {
        guard let value = root["stop"], !value.isNull else { return [] }
        if let text = value.string { return [text] }
        let texts = value.elements.compactMap(\.string)
        guard value.kind == .array, texts.count == value.count else {
            throw .type("stop", expected: "a string or an array of strings")
        }
        guard texts.count <= 4 else {
            throw .range("stop", "array too long. Expected at most 4 strings", code: "array_above_max_length")
        }
        return texts
    }

    /// A non-empty array of objects.
    static func objects(_ root: JSONValue, _ name: StaticString) throws(SandboxFault) -> JSONElements {
        guard let value = root[name], !value.isNull else { throw .missing(name.description) }
        guard value.kind == .array else { throw .type(name.description, expected: "an array of objects") }
        guard value.count > 0 else {
            throw .range(
                name.description,
                "empty array. Expected an array with minimum length 1, but got an empty array instead",
                code: "empty_array"
            )
        }
        for (index, element) in value.elements.enumerated() where element.kind != .object {
            throw .type("\(name)[\(index)]", expected: "an object")
        }
        return value.elements
    }
}
