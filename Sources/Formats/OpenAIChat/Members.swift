import Exchange
import Wire

/// What is wrong with a member, and where, as seen from the object that is being read.
struct Misfit: Error {
    private let path: String
    private let complaint: String

    init(_ path: String, _ complaint: String) {
        self.path = path
        self.complaint = complaint
    }

    /// The same, seen from further outside.
    func inside(_ outer: String) -> Misfit {
        let separator = self.path.isEmpty || self.path.hasPrefix("[") ? "" : "."
        return Misfit(outer + separator + self.path, self.complaint)
    }

    /// The caller's 400.
    var failure: GatewayFailure {
        let name = self.path.isEmpty ? "the request body" : self.path
        return GatewayFailure(
            .invalidRequest,
            "\(name) \(self.complaint)",
            parameter: self.path.isEmpty ? nil : self.path
        )
    }
}

/// Runs `body`; what it finds wrong is told with the place in front.
func within<R>(_ place: @autoclosure () -> String, _ body: () throws(Misfit) -> R) throws(Misfit) -> R {
    do throws(Misfit) { return try body() } catch { throw error.inside(place()) }
}

/// Typed access to the members of one object of a caller's request. `null` is the same as absent, unless said otherwise.
struct Members {
    let object: JSONValue
    /// A bit for each key that is there: a caller writes few of the many members that are asked for, and what is surely
    /// absent is not searched.
    private let keys: UInt64

    /// - Throws: When the value is no object.
    init(_ value: JSONValue) throws(Misfit) {
        guard value.kind == .object else { throw Misfit("", "must be an object, got \(value.kind.noun)") }
        self.object = value
        var keys: UInt64 = 0
        for (key, _) in value.members {
            // An escaped key may be any.
            keys |= key.hasEscapes ? .max : Self.bit(key.bytes.dropFirst().first ?? 0, key.contentRange.count)
        }
        self.keys = keys
    }

    subscript(name: StaticString) -> JSONValue? {
        guard let value = self.value(name), !value.isNull else { return nil }
        return value
    }

    /// The member, `null` or not.
    private func value(_ name: StaticString) -> JSONValue? {
        let isThere = name.withUTF8Buffer { self.keys & Self.bit($0.first ?? 0, $0.count) != 0 }
        return isThere ? self.object[name] : nil
    }

    /// The bit of keys of this length that begin so.
    private static func bit(_ first: UInt8, _ count: Int) -> UInt64 {
        1 << UInt64(truncatingIfNeeded: (Int(first) &* 7 &+ count) & 63)
    }

    func text(_ name: StaticString) throws(Misfit) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.string else { throw Self.misfit(name, "a string", value) }
        return text
    }

    /// A string that must be there and hold something.
    func name(_ name: StaticString) throws(Misfit) -> String {
        guard let text = try self.text(name) else {
            throw Misfit("\(name)", "must be a non-empty string, but is missing")
        }
        guard !text.isEmpty else { throw Misfit("\(name)", "must be a non-empty string, got an empty one") }
        return text
    }

    func flag(_ name: StaticString) throws(Misfit) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let flag = value.bool else { throw Self.misfit(name, "true or false", value) }
        return flag
    }

    /// A number in its three states.
    func number(_ name: StaticString) throws(Misfit) -> Setting<Double> {
        guard let value = self.value(name) else { return .absent }
        if value.isNull { return .null }
        guard let number = value.double, number.isFinite else { throw Self.misfit(name, "a number", value) }
        return .value(number)
    }

    /// A whole number in its three states.
    func whole(_ name: StaticString, in bounds: ClosedRange<Int> = Int.min...Int.max) throws(Misfit) -> Setting<Int> {
        guard let value = self.value(name) else { return .absent }
        if value.isNull { return .null }
        guard let number = value.int else { throw Self.misfit(name, "an integer", value) }
        if number < bounds.lowerBound {
            throw Misfit("\(name)", "must be at least \(bounds.lowerBound), got \(number)")
        }
        if number > bounds.upperBound { throw Misfit("\(name)", "must be at most \(bounds.upperBound), got \(number)") }
        return .value(number)
    }

    func members(_ name: StaticString) throws(Misfit) -> Members? {
        guard let value = self[name] else { return nil }
        guard value.kind == .object else { throw Self.misfit(name, "an object", value) }
        return try Members(value)
    }

    /// An object that must be there.
    func required(_ name: StaticString) throws(Misfit) -> Members {
        guard let members = try self.members(name) else {
            throw Misfit("\(name)", "must be an object, but is missing")
        }
        return members
    }

    func list(_ name: StaticString) throws(Misfit) -> JSONValue? {
        guard let value = self[name] else { return nil }
        guard value.kind == .array else { throw Self.misfit(name, "an array", value) }
        return value
    }

    /// A list of strings, or one string alone.
    func texts(_ name: StaticString) throws(Misfit) -> [String] {
        guard let value = self[name] else { return [] }
        if let text = value.string { return [text] }
        guard value.kind == .array else { throw Self.misfit(name, "a string or an array of strings", value) }
        var texts: [String] = []
        for element in value.elements {
            guard let text = element.string else {
                throw Misfit("\(name)[\(texts.count)]", "must be a string, got \(element.kind.noun)")
            }
            texts.append(text)
        }
        return texts
    }

    /// What is wrong with a value of the wrong type. Numbers are repeated, as far as they are short; nothing else is.
    static func misfit(_ name: StaticString, _ expected: String, _ value: JSONValue) -> Misfit {
        let isShown = value.kind == .number && value.range.count <= 24 && expected == "an integer"
        let got = isShown ? String(decoding: value.bytes, as: UTF8.self) : value.kind.noun
        return Misfit("\(name)", "must be \(expected), got \(got)")
    }
}
