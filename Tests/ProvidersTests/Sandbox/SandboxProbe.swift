import Testing
import Wire

@testable import Providers

/// A parsed JSON value that tests can walk and compare.
indirect enum Node: Equatable {
    case object([(key: String, value: Node)])
    case array([Node])
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    init(_ value: JSONValue) {
        switch value.kind {
        case .object: self = .object(value.members.map { ($0.key.string ?? "", Node($0.value)) })
        case .array: self = .array(value.elements.map(Node.init))
        case .string: self = .string(value.string ?? "")
        case .number: self = .number(value.double ?? .nan)
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .null: self = .null
        }
    }

    /// Parses strictly: what the sandbox writes must pass the same gate as what comes from outside.
    init(parsing bytes: [UInt8]) throws {
        let tape = JSONTape()
        self = try bytes.withUnsafeBytes { Node(try tape.parse($0)) }
    }

    subscript(_ key: String) -> Node? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    subscript(_ index: Int) -> Node? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    var elements: [Node] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var keys: [String] {
        guard case .object(let members) = self else { return [] }
        return members.map(\.key)
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var int: Int? {
        guard case .number(let number) = self else { return nil }
        return Int(exactly: number)
    }

    static func == (a: Node, b: Node) -> Bool {
        switch (a, b) {
        case (.object(let a), .object(let b)): a.count == b.count && zip(a, b).allSatisfy { $0 == $1 }
        case (.array(let a), .array(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.bool(let a), .bool(let b)): a == b
        case (.null, .null): true
        default: false
        }
    }
}

extension Node: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// One server-sent event of an answer.
struct ProbedEvent {
    /// The `event:` line; `nil` when there is none.
    var name: String?
    /// The `data:` line, parsed; `nil` for `[DONE]`.
    var data: Node?

    /// Reads one event, holding it to the form `[event: …] data: … <blank>`.
    init(_ bytes: [UInt8]) throws {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.suffix(2) == ["", ""])
        lines.removeLast(2)
        if let first = lines.first, first.hasPrefix("event: ") {
            self.name = String(first.dropFirst(7))
            lines.removeFirst()
        }
        let line = try #require(lines.first)
        #expect(lines.count == 1 && line.hasPrefix("data: "))
        let text = line.dropFirst(6)
        self.data = text == "[DONE]" ? nil : try Node(parsing: Array(text.utf8))
    }
}

/// Asks the sandbox as the road would.
func askSandbox(
    _ path: String,
    _ body: String,
    method: String = "POST",
    at seconds: Int = 1_790_000_000
) -> SandboxAnswer {
    Sandbox.answer(SandboxRequest(method: method, target: path, body: Array(body.utf8), unixSeconds: seconds))
}

extension SandboxAnswer {
    /// The body of a plain answer.
    func node() throws -> Node {
        #expect(!self.isStream)
        #expect(self.pieces.count == 1)
        return try Node(parsing: self.body)
    }

    /// The events of a streamed answer, one per piece.
    func events() throws -> [ProbedEvent] {
        #expect(self.isStream && self.status == 200)
        return try self.pieces.map { try ProbedEvent($0.bytes) }
    }

    func header(_ name: String) -> String? {
        self.headers.first { $0.name == name }?.value
    }
}

/// Request bodies that tests share.
enum SandboxBody {
    static let chatTools = #"""
        "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object",
        "properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":3}},"required":["city","days"]}}},
        {"type":"function","function":{"name":"now"}}]
        """#
    static let responsesTools = #"""
        "tools":[{"type":"web_search"},{"type":"function","name":"weather","parameters":{"type":"object",
        "properties":{"city":{"type":"string"}},"required":["city"]}},{"type":"function","name":"now"}]
        """#
    static let messagesTools = #"""
        "tools":[{"type":"bash_20250124","name":"bash"},{"name":"weather","input_schema":{"type":"object",
        "properties":{"city":{"type":"string"}},"required":["city"]}},{"name":"now","input_schema":{"type":"object"}}]
        """#

    static func chat(_ model: String, _ text: String = "Hello there", _ rest: String = "") -> String {
        #"{"model":"\#(model)","messages":[{"role":"user","content":"\#(text)"}]\#(rest.isEmpty ? "" : "," + rest)}"#
    }

    static func responses(_ model: String, _ text: String = "Hello there", _ rest: String = "") -> String {
        #"{"model":"\#(model)","input":"\#(text)"\#(rest.isEmpty ? "" : "," + rest)}"#
    }

    static func messages(_ model: String, _ text: String = "Hello there", _ rest: String = "") -> String {
        #"{"model":"\#(model)","max_tokens":1024,"messages":[{"role":"user","content":"\#(text)"}]\#(rest.isEmpty ? "" : "," + rest)}"#
    }
}
