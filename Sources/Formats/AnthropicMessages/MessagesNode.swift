import Exchange
import Wire

/// A value of a caller's request together with the path that refusals name it by.
struct MessagesNode {
    let value: JSONValue
    let path: MessagesPath

    init(_ value: JSONValue, _ path: MessagesPath = .root) {
        self.value = value
        self.path = path
    }

    /// The member; `nil` when it is absent or `null`.
    subscript(_ key: StaticString) -> MessagesNode? {
        guard let value = self.value[key], !value.isNull else { return nil }
        return MessagesNode(value, .member(self.path, key))
    }

    /// The member whatever it is, `null` or absent too: only to be refused.
    func at(_ key: StaticString) -> MessagesNode {
        MessagesNode(self.value, .member(self.path, key))
    }

    /// The refusal of this value.
    func refusal(_ text: String) -> GatewayFailure {
        let path = self.path.text
        return GatewayFailure(.invalidRequest, "\(path) \(text)", parameter: path)
    }

    private func wrongKind(_ wanted: String) -> GatewayFailure {
        self.refusal("must be \(wanted), got \(self.value.kind.noun)")
    }

    /// The refusal of a member that is not there.
    func missing(_ key: StaticString, _ wanted: String) -> GatewayFailure {
        self.at(key).refusal("must be \(wanted), but is missing")
    }

    /// This value as text.
    func string() throws(GatewayFailure) -> String {
        guard let string = self.value.string else { throw self.wrongKind("a string") }
        return string
    }

    /// This value as a truth value.
    func bool() throws(GatewayFailure) -> Bool {
        guard let bool = self.value.bool else { throw self.wrongKind("true or false") }
        return bool
    }

    /// This value as a whole number of at least `least`.
    func int(atLeast least: Int) throws(GatewayFailure) -> Int {
        guard self.value.kind == .number else { throw self.wrongKind("an integer") }
        guard let int = self.value.int else { throw self.refusal("must be an integer that fits into 64 bits") }
        guard int >= least else { throw self.refusal("must be at least \(least), got \(int)") }
        return int
    }

    /// This value as a number.
    func double() throws(GatewayFailure) -> Double {
        guard self.value.kind == .number, let double = self.value.double, double.isFinite else {
            throw self.wrongKind("a number")
        }
        return double
    }

    /// This value, known to be an object.
    func object() throws(GatewayFailure) -> MessagesNode {
        guard self.value.kind == .object else { throw self.wrongKind("an object") }
        return self
    }

    /// The elements of this value, which must be an array; `null` among them counts.
    func elements() throws(GatewayFailure) -> [MessagesNode] {
        guard self.value.kind == .array else { throw self.wrongKind("an array") }
        return self.value.elements.enumerated().map { index, value in
            MessagesNode(value, .element(self.path, index))
        }
    }

    /// A string member that must be there. Its path is made only for a refusal: most members are strings, and each path
    /// takes memory.
    func requiredString(_ key: StaticString) throws(GatewayFailure) -> String {
        guard let string = try self.string(key) else { throw self.missing(key, "a string") }
        return string
    }

    /// A string member; `nil` when it is absent or `null`.
    func string(_ key: StaticString) throws(GatewayFailure) -> String? {
        guard let value = self.value[key], !value.isNull else { return nil }
        if let string = value.string { return string }
        return try MessagesNode(value, .member(self.path, key)).string()
    }

    /// Paths of members that are neither `null` nor among those named.
    func unknownMembers(beside known: [StaticString]) -> [String] {
        var unknown: [String] = []
        for (key, value) in self.value.members where !value.isNull {
            if known.contains(where: { key.equals($0) }) { continue }
            unknown.append(self.path.text(appending: key.string ?? ""))
        }
        return unknown
    }
}

/// Where a value stands in a request: `messages[2].content[0].type`.
indirect enum MessagesPath {
    case root
    case member(MessagesPath, StaticString)
    case element(MessagesPath, Int)

    /// The path as refusals spell it.
    var text: String {
        switch self {
        case .root: ""
        case .member(let parent, let key): parent.text(appending: "\(key)")
        case .element(let parent, let index): "\(parent.text)[\(index)]"
        }
    }

    /// The path of a member.
    func text(appending key: String) -> String {
        let parent = self.text
        return parent.isEmpty ? key : "\(parent).\(key)"
    }
}
