/// Query parameters, each name at most once, every name accounted for.
struct AdminQuery: Sendable {
    private static let maximumBytes = 4_096
    private let values: [String: String]

    /// - Throws: `.invalidQuery` for a malformed or repeated parameter.
    init(_ text: String?) throws(AdminProblem) {
        guard let text, !text.isEmpty else {
            self.values = [:]
            return
        }
        guard text.utf8.count <= Self.maximumBytes else {
            throw AdminProblem(.invalidQuery, "the query must be at most \(Self.maximumBytes) bytes")
        }
        var values: [String: String] = [:]
        for pair in text.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first.flatMap(Self.decoded),
                let value = parts.dropFirst().first.flatMap(Self.decoded)
            else { throw AdminProblem(.invalidQuery, "the query must be name=value pairs joined by &") }
            guard values.updateValue(value, forKey: name) == nil else {
                throw AdminProblem(.invalidQuery, "\(name.prefix(64)) is given twice", field: String(name.prefix(64)))
            }
        }
        self.values = values
    }

    subscript(_ name: String) -> String? { self.values[name] }

    /// Whether a filter is absent or equal, byte by byte.
    func matches(_ name: String, _ value: String) -> Bool {
        self[name].map { $0.utf8.elementsEqual(value.utf8) } ?? true
    }

    /// Refuses any parameter that is not listed.
    func allow(_ names: String...) throws(AdminProblem) { try self.allow(names) }

    /// Refuses any parameter that is not listed.
    func allow(_ names: [String]) throws(AdminProblem) {
        guard let stranger = self.values.keys.sorted().first(where: { !names.contains($0) }) else { return }
        let shown = String(stranger.prefix(64))
        let known = names.isEmpty ? "none is taken here" : "known are \(names.joined(separator: ", "))"
        throw AdminProblem(.invalidQuery, "unknown query parameter \(shown); \(known)", field: shown)
    }

    /// The page size: 50 unless given, digits only, 1 to 200.
    func limit() throws(AdminProblem) -> Int {
        guard let text = self["limit"] else { return 50 }
        let isDigits = (1...3).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDigits, let limit = Int(text), (1...200).contains(limit) else {
            throw AdminProblem(.invalidQuery, "limit must be a whole number from 1 to 200", field: "limit")
        }
        return limit
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Self.hexadecimal),
                    let low = rest.popFirst().flatMap(Self.hexadecimal)
                else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
