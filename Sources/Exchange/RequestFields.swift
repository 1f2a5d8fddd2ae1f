public import Wire

/// Typed, refusing access to the members of a request body, shared by the format rooms.
///
/// Every refusal is a `GatewayFailure` of kind `.invalidRequest` that names the field and says what would be right.
/// Refused values are quoted only when they are numbers: a string may be part of a prompt.
public struct RequestFields {
    /// The body.
    public let root: JSONObjectView

    /// Takes a body's root.
    ///
    /// - Throws: When the root is no object.
    public init(_ root: JSONValue) throws(GatewayFailure) {
        guard root.kind == .object else {
            throw GatewayFailure(.invalidRequest, "the request body must be a JSON object, got \(root.kind.noun)")
        }
        self.root = JSONObjectView(root)
    }

    /// Finds the model.
    ///
    /// - Parameter pathModel: The model named by the path; it wins, and the body's may then be absent or anything.
    /// - Returns: A result that holds the model and the place of the body's value, for patching.
    /// - Throws: When the body's model is needed, but missing, empty or no string.
    public func inspected(pathModel: String?) throws(GatewayFailure) -> Inspected {
        let value = self.root["model"]
        if let pathModel { return Inspected(model: pathModel, modelRange: value?.range) }
        guard let value else { throw Self.refusal("model", "must be a non-empty string, but is missing") }
        guard let model = value.string else {
            throw Self.refusal("model", "must be a non-empty string, got \(value.kind.noun)")
        }
        guard !model.isEmpty else { throw Self.refusal("model", "must be a non-empty string, got an empty one") }
        return Inspected(model: model, modelRange: value.range)
    }

    /// A truth value; false when absent, and when `null` if the vendor reads that as absent.
    public func flag(_ name: StaticString, allowsNull: Bool) throws(GatewayFailure) -> Bool {
        guard let value = self.root[name] else { return false }
        if allowsNull, value.isNull { return false }
        guard let flag = value.bool else {
            throw Self.refusal(name, "must be true or false, got \(value.kind.noun)")
        }
        return flag
    }

    /// A whole number inside bounds; `nil` when absent or `null`.
    public func count(_ name: StaticString, in bounds: ClosedRange<Int>) throws(GatewayFailure) -> Int? {
        guard let value = self.root[name] else { return nil }
        return try Self.count(value, name, in: bounds)
    }

    /// A whole number inside bounds; `nil` for `null`.
    static func count(
        _ value: JSONValue,
        _ name: StaticString,
        in bounds: ClosedRange<Int>
    ) throws(GatewayFailure) -> Int? {
        guard !value.isNull else { return nil }
        guard value.kind == .number, value.isIntegerLiteral else {
            throw self.refusal(name, "must be an integer, got \(value.sample)")
        }
        if let count = value.int, bounds.contains(count) { return count }
        if let count = value.int, count < bounds.lowerBound {
            throw self.refusal(name, "must be at least \(bounds.lowerBound), got \(count)")
        }
        let isNegative = value.bytes.first == UInt8(ascii: "-")
        let bound = isNegative ? "at least \(bounds.lowerBound)" : "at most \(bounds.upperBound)"
        throw self.refusal(name, "must be \(bound), got \(value.sample)")
    }

    /// Checks that the caps of all answers together can be counted.
    ///
    /// - Throws: When `maxOutputTokens` times `choiceCount` overflows.
    public func checkProduct(of inspected: Inspected, cap: StaticString) throws(GatewayFailure) {
        guard let tokens = inspected.maxOutputTokens else { return }
        guard tokens.multipliedReportingOverflow(by: inspected.choiceCount).overflow else { return }
        let largest = Int.max / inspected.choiceCount
        throw Self.refusal(cap, "must be at most \(largest) for this many answers, got \(tokens)")
    }

    /// A refusal of one field.
    public static func refusal(_ name: StaticString, _ text: String) -> GatewayFailure {
        GatewayFailure(.invalidRequest, "\(name) \(text)", parameter: "\(name)")
    }
}

extension JSONValue {
    /// Whether a number is written without fraction and exponent.
    fileprivate var isIntegerLiteral: Bool {
        self.bytes.allSatisfy { $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// A number as written, if it is short; otherwise what kind of value this is.
    fileprivate var sample: String {
        guard self.kind == .number else { return self.kind.noun }
        return self.range.count <= 40 ? String(decoding: self.bytes, as: UTF8.self) : "a much longer number"
    }
}

extension JSONKind {
    /// The kind with its article, for messages.
    public var noun: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .true, .false: "a boolean"
        case .null: "null"
        }
    }
}
