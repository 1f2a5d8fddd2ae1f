import Wire

/// A JSON value of the admin API, read for showing: each access parses, which for a table is soon enough.
struct JSONView: Sendable, Equatable {
    /// The value's own bytes.
    let bytes: [UInt8]

    /// Keeps a value; `nil` when the bytes are not JSON.
    init?(_ bytes: [UInt8]) {
        guard bytes.withUnsafeBytes({ (try? JSONTape().parse($0)) != nil }) else { return nil }
        self.bytes = bytes
    }

    private init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func read<R>(_ body: (JSONValue) -> R?) -> R? {
        self.bytes.withUnsafeBytes { raw in
            let tape = JSONTape()
            guard let root = try? tape.parse(raw) else { return nil }
            return body(root)
        }
    }

    /// A member as people read it: strings bare, lists joined, `nil` for null or nothing.
    func text(_ key: String) -> String? {
        self.read { root in root.member(key).flatMap(Self.text) }
    }

    /// A member of a member.
    func text(_ key: String, _ inner: String) -> String? {
        self.read { root in root.member(key)?.member(inner).flatMap(Self.text) }
    }

    /// A member's own bytes.
    func raw(_ key: String) -> [UInt8]? {
        self.read { root in root.member(key).map { Array($0.bytes) } }
    }

    /// A member that is an object.
    func view(_ key: String) -> JSONView? {
        self.read { root in
            guard let value = root.member(key), value.kind == .object else { return nil }
            return JSONView(trusted: Array(value.bytes))
        }
    }

    /// The elements of a list member.
    func elements(_ key: String) -> [JSONView] {
        self.read { root in root.member(key)?.elements.map { JSONView(trusted: Array($0.bytes)) } } ?? []
    }

    /// The members in order, as people read them.
    var members: [(key: String, value: String)] {
        self.read { root in
            root.members.map { (key: $0.key.string ?? "", value: Self.text($0.value) ?? "-") }
        } ?? []
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value.kind {
        case .null: nil
        case .string: value.string
        case .array: value.elements.map { Self.text($0) ?? "null" }.joined(separator: ", ")
        case .object, .number, .true, .false: String(decoding: value.bytes, as: UTF8.self)
        }
    }
}
