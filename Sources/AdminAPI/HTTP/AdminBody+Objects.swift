import Exchange
import Wire

extension AdminBody {
    /// A member that is an object with the fields given.
    func object<R>(
        _ name: String,
        _ fields: [String],
        _ body: (AdminBody) throws(AdminProblem) -> R
    ) throws(AdminProblem) -> R? {
        guard let value = self.root.member(name) else { return nil }
        guard value.kind == .object else { throw self.wrong(name, "must be an object") }
        return try body(try AdminBody(value, fields, place: "\(self.place)\(name)."))
    }

    /// The members of an object whose keys are names: each an object with the fields given, or `null`.
    func named<R>(
        _ name: String,
        _ fields: [String],
        _ body: (AdminBody) throws(AdminProblem) -> R
    ) throws(AdminProblem) -> [(name: String, value: R?)]? {
        guard let value = self.root.member(name) else { return nil }
        guard value.kind == .object else { throw self.wrong(name, "must be an object") }
        var results: [(name: String, value: R?)] = []
        for (key, value) in value.members {
            guard let key = key.string else { throw self.wrong(name, "must have names that are text") }
            guard !value.isNull else {
                results.append((key, nil))
                continue
            }
            let shown = String(key.prefix(64))
            results.append((key, try body(try AdminBody(value, fields, place: "\(self.place)\(name).\(shown)."))))
        }
        return results
    }

    /// A map of texts, and nothing but texts.
    func texts(_ name: String) throws(AdminProblem) -> [String: String]? {
        guard let value = self.root.member(name) else { return nil }
        guard value.kind == .object else { throw self.wrong(name, "must be an object of strings") }
        var texts: [String: String] = [:]
        for (key, value) in value.members {
            guard let key = key.string, let text = value.string else {
                throw self.wrong(name, "must be an object of strings")
            }
            texts[key] = text
        }
        return texts
    }

    /// An amount of US dollars as a decimal text, in nano-dollars.
    func dollars(_ name: String) throws(AdminProblem) -> Int64? {
        guard let value = self.root.member(name) else { return nil }
        guard let amount = value.string.flatMap(NanoUSD.parse) else {
            throw self.wrong(name, "must be US dollars as a decimal string such as \"12.50\", with at most 9 places")
        }
        return amount
    }

    /// One of an enumeration's raw values.
    func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String) throws(AdminProblem) -> Value? {
        guard let text = try self.string(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw self.wrong(name, "must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// A member's own bytes, when it is an object.
    func document(_ name: String) throws(AdminProblem) -> [UInt8]? {
        guard let value = self.root.member(name) else { return nil }
        guard value.kind == .object else { throw self.wrong(name, "must be an object") }
        return Array(value.bytes)
    }
}
