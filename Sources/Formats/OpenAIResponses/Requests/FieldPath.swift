import Exchange
import Wire

/// Where a member stands in a request, written out only when it is refused.
struct FieldPath {
    private let root: StaticString
    private let index: Int?
    private let list: StaticString
    private let part: Int?

    /// The body itself, or an object in it.
    init(_ root: StaticString = "") {
        self.init(root, index: nil, list: "", part: nil)
    }

    /// `root[index]`
    init(_ root: StaticString, _ index: Int) {
        self.init(root, index: index, list: "", part: nil)
    }

    private init(_ root: StaticString, index: Int?, list: StaticString, part: Int?) {
        self.root = root
        self.index = index
        self.list = list
        self.part = part
    }

    /// `root[index].list[part]`
    func element(_ list: StaticString, _ part: Int) -> FieldPath {
        FieldPath(self.root, index: self.index, list: list, part: part)
    }

    /// This place, or a member of it.
    func spelled(_ member: StaticString? = nil) -> String {
        var text = "\(self.root)"
        if let index = self.index { text += "[\(index)]" }
        if let part = self.part { text += ".\(self.list)[\(part)]" }
        guard let member else { return text }
        return text.isEmpty ? "\(member)" : "\(text).\(member)"
    }

    /// A refusal that says what a member must be.
    func refusal(_ member: StaticString?, _ text: String) -> GatewayFailure {
        let name = self.spelled(member)
        return GatewayFailure(.invalidRequest, "\(name) \(text)", parameter: name)
    }
}

/// Typed, refusing access to members; `null` counts as absent.
extension JSONValue {
    /// The value itself, when it is an object.
    func asObject(_ path: FieldPath) throws(GatewayFailure) -> JSONValue {
        guard self.kind == .object else { throw path.refusal(nil, "must be an object, got \(self.kind.noun)") }
        return self
    }

    /// A member of any kind.
    func told(_ key: StaticString) -> JSONValue? {
        guard let value = self[key], !value.isNull else { return nil }
        return value
    }

    /// A string.
    func string(_ key: StaticString, _ path: FieldPath) throws(GatewayFailure) -> String? {
        guard let value = self.told(key) else { return nil }
        guard let text = value.string else {
            throw path.refusal(key, "must be a string, got \(value.kind.noun)")
        }
        return text
    }

    /// A string that must be there; it may be empty.
    func requiredString(_ key: StaticString, _ path: FieldPath) throws(GatewayFailure) -> String {
        guard let text = try self.string(key, path) else {
            throw path.refusal(key, "must be a string, but is missing")
        }
        return text
    }

    /// A string that must be there and hold something.
    func requiredName(_ key: StaticString, _ path: FieldPath) throws(GatewayFailure) -> String {
        let text = try self.requiredString(key, path)
        guard !text.isEmpty else { throw path.refusal(key, "must not be empty") }
        return text
    }

    /// A truth value.
    func flag(_ key: StaticString, _ path: FieldPath) throws(GatewayFailure) -> Bool? {
        guard let value = self.told(key) else { return nil }
        guard let flag = value.bool else {
            throw path.refusal(key, "must be true or false, got \(value.kind.noun)")
        }
        return flag
    }

    /// An object.
    func object(_ key: StaticString, _ path: FieldPath) throws(GatewayFailure) -> JSONValue? {
        guard let value = self.told(key) else { return nil }
        guard value.kind == .object else {
            throw path.refusal(key, "must be an object, got \(value.kind.noun)")
        }
        return value
    }

    /// An array.
    func array(_ key: StaticString, _ path: FieldPath) throws(GatewayFailure) -> JSONValue? {
        guard let value = self.told(key) else { return nil }
        guard value.kind == .array else {
            throw path.refusal(key, "must be an array, got \(value.kind.noun)")
        }
        return value
    }

    /// A number inside bounds, in its three states.
    func number(
        _ key: StaticString,
        in bounds: ClosedRange<Double>,
        _ path: FieldPath
    ) throws(GatewayFailure) -> Setting<Double> {
        guard let value = self[key] else { return .absent }
        if value.isNull { return .null }
        guard let number = value.double else {
            throw path.refusal(key, "must be a number, got \(value.kind.noun)")
        }
        guard bounds.contains(number) else {
            let range = "\(Int(bounds.lowerBound)) and \(Int(bounds.upperBound))"
            throw path.refusal(key, "must be between \(range), got \(number)")
        }
        return .value(number)
    }

    /// Whether there is nothing in it: `null`, an empty list, object or string, `false`.
    var saysNothing: Bool {
        switch self.kind {
        case .null, .false: true
        case .array, .object: self.count == 0
        case .string: self.contentRange.isEmpty
        case .number, .true: false
        }
    }
}
