import Exchange
import Storage
import Wire

/// The members of a JSON object that came as a body. Each read says what it wants; what nobody asked for is refused.
struct AdminBody {
    let root: JSONValue
    /// Where in the document this object stands, for messages: empty, or `targets[0].`.
    let place: String

    /// Reads a body through the strict gate and lends it.
    static func read<R>(
        _ bytes: [UInt8],
        _ fields: [String],
        maxDepth: Int = 16,
        _ body: (AdminBody) throws(AdminProblem) -> R
    ) throws(AdminProblem) -> R {
        var limits = JSONLimits()
        limits.maxDepth = maxDepth
        let tape = JSONTape(limits: limits)
        return try bytes.withUnsafeBytes { bytes -> Result<R, AdminProblem> in
            do throws(JSONReadError<AdminProblem>) {
                return .success(
                    try tape.read(bytes) { (root) throws(AdminProblem) in
                        try body(try AdminBody(root, fields, place: ""))
                    }
                )
            } catch {
                switch error {
                case .json(let error): return .failure(AdminProblem(.invalidBody, error.message))
                case .body(let problem): return .failure(problem)
                }
            }
        }.get()
    }

    init(_ root: JSONValue, _ fields: [String], place: String) throws(AdminProblem) {
        guard root.kind == .object else {
            let what = place.isEmpty ? "the body" : String(place.dropLast())
            throw AdminProblem(.invalidBody, "\(what) must be a JSON object")
        }
        self.root = root
        self.place = place
        for (key, _) in root.members {
            let name = key.string ?? ""
            guard fields.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
                let shown =
                    place
                    + name.unicodeScalars.prefix(64).map { $0.isASCII && $0.value > 0x20 ? "\($0)" : "?" }.joined()
                throw AdminProblem(
                    .unknownField,
                    "unknown field \(shown); known are \(fields.joined(separator: ", "))",
                    field: shown
                )
            }
        }
    }

    /// A text; `nil` when the field is absent.
    func string(_ name: String) throws(AdminProblem) -> String? {
        guard let value = self.root.member(name) else { return nil }
        guard let text = value.string else { throw self.wrong(name, "must be a string") }
        return text
    }

    func requiredString(_ name: String) throws(AdminProblem) -> String {
        guard let text = try self.string(name) else { throw self.wrong(name, "is needed") }
        return text
    }

    func bool(_ name: String) throws(AdminProblem) -> Bool? {
        guard let value = self.root.member(name) else { return nil }
        guard let flag = value.bool else { throw self.wrong(name, "must be true or false") }
        return flag
    }

    func int(_ name: String) throws(AdminProblem) -> Int? {
        guard let value = self.root.member(name) else { return nil }
        guard let number = value.int else { throw self.wrong(name, "must be a whole number") }
        return number
    }

    /// An RFC 3339 instant.
    func instant(_ name: String) throws(AdminProblem) -> UnixMilliseconds? {
        guard let text = try self.string(name) else { return nil }
        guard let instant = Timestamp.parse(text) else {
            throw self.wrong(name, "must be an RFC 3339 time such as 2030-01-31T00:00:00Z")
        }
        return instant
    }

    /// A credential, wrapped at once.
    func secret(_ name: String) throws(AdminProblem) -> Secret? {
        try self.string(name).map { Secret($0) }
    }

    func strings(_ name: String) throws(AdminProblem) -> [String]? {
        guard let value = self.root.member(name) else { return nil }
        guard value.kind == .array else { throw self.wrong(name, "must be an array of strings") }
        var texts: [String] = []
        for element in value.elements {
            guard let text = element.string else { throw self.wrong(name, "must be an array of strings") }
            texts.append(text)
        }
        return texts
    }

    /// A map of texts; `true`, `false` and whole numbers are taken as their text.
    func settings(_ name: String) throws(AdminProblem) -> [String: String]? {
        guard let value = self.root.member(name) else { return nil }
        guard value.kind == .object else { throw self.wrong(name, "must be an object") }
        var settings: [String: String] = [:]
        for (key, value) in value.members {
            let text = value.string ?? value.bool.map { $0 ? "true" : "false" } ?? value.int.map(String.init)
            guard let text, let key = key.string else {
                throw self.wrong(name, "must hold strings, true, false or whole numbers")
            }
            settings[key] = text
        }
        return settings
    }

    /// The objects of an array, each with the fields given.
    func objects<R>(
        _ name: String,
        _ fields: [String],
        _ body: (AdminBody) throws(AdminProblem) -> R
    ) throws(AdminProblem) -> [R]? {
        guard let value = self.root.member(name) else { return nil }
        guard value.kind == .array else { throw self.wrong(name, "must be an array of objects") }
        var results: [R] = []
        for (index, element) in value.elements.enumerated() {
            results.append(try body(try AdminBody(element, fields, place: "\(self.place)\(name)[\(index)].")))
        }
        return results
    }

    /// Whether a field is there and `null`.
    func isNull(_ name: String) -> Bool { self.root.member(name)?.isNull == true }

    /// A change by a reader that does not take `null`.
    func change<Value: Sendable>(
        _ name: String,
        _ read: (String) throws(AdminProblem) -> Value?
    ) throws(AdminProblem) -> Change<Value> {
        guard let value = try read(name) else { return .keep }
        return .set(value)
    }

    /// A change of a field that `null` clears.
    func clearableChange<Value: Sendable>(
        _ name: String,
        _ read: (String) throws(AdminProblem) -> Value?
    ) throws(AdminProblem) -> Change<Value?> {
        if self.isNull(name) { return .set(nil) }
        guard let value = try read(name) else { return .keep }
        return .set(value)
    }

    /// A field that may be absent or `null`.
    func optional<Value>(
        _ name: String,
        _ read: (String) throws(AdminProblem) -> Value?
    ) throws(AdminProblem) -> Value? {
        self.isNull(name) ? nil : try read(name)
    }

    func wrong(_ name: String, _ what: String) -> AdminProblem { .field(self.place + name, what) }
}
