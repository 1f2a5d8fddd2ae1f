/// What may serve as a master key, and the messages for what may not. Messages name the source, never the value.
struct MasterKeyRules {
    private static let maximumTextBytes = 4_096
    private static let maximumBytes = 1_024
    /// 32 random bytes hold about 30 different values; fewer than this never happens by chance.
    private static let fewestDistinctBytes = 12
    /// Words that only occur in placeholders. Seven letters or more, so that random text does not contain them.
    private static let placeholders = [
        "changeme", "change-me", "change_me", "change me", "default", "example", "insecure", "letmein", "martlet",
        "masterkey", "master-key", "master_key", "password", "placeholder", "qwertyu", "replace", "supersecret",
        "very-secret", "your-key", "your_key", "yourkey",
    ].map { Array($0.utf8) }

    /// The variable or file that messages name.
    let source: String

    /// Reads `mk<version>:` and base64, plain base64, or hex, and checks the bytes.
    func parse(_ text: String) throws(SecretsError) -> (bytes: [UInt8], version: Int) {
        let trimmed = Self.trim(text.utf8)
        guard !trimmed.isEmpty else { throw self.refusal(.keyEmpty, "is empty") }
        guard trimmed.count <= Self.maximumTextBytes else {
            throw self.refusal(.keyMalformed, "is longer than \(Self.maximumTextBytes) bytes")
        }
        guard !Self.containsPlaceholder(trimmed) else { throw self.wellKnown }
        let (version, digits) = try self.splitVersion(trimmed)
        guard let bytes = Self.isHex(digits) ? Self.decodeHex(digits) : Base64.decode(digits) else {
            throw self.refusal(.keyMalformed, "is neither base64 nor hex")
        }
        try self.check(bytes, version: version)
        return (bytes, version)
    }

    /// Checks length, variety and version.
    func check(_ bytes: [UInt8], version: Int) throws(SecretsError) {
        guard 1...65_535 ~= version else {
            throw self.refusal(.keyMalformed, "has version \(version), not one from 1 to 65535")
        }
        guard !bytes.isEmpty else { throw self.refusal(.keyEmpty, "is empty") }
        guard !Self.containsPlaceholder(bytes[...]) else { throw self.wellKnown }
        guard bytes.count >= MasterKey.byteCount else {
            throw self.refusal(.keyShort, "holds \(bytes.count) bytes, fewer than \(MasterKey.byteCount)")
        }
        guard bytes.count <= Self.maximumBytes else {
            throw self.refusal(.keyMalformed, "holds more than \(Self.maximumBytes) bytes")
        }
        guard Self.isVaried(bytes) else { throw self.refusal(.keyRepetitive, "repeats a pattern and is not random") }
    }

    private var wellKnown: SecretsError { self.refusal(.keyWellKnown, "is a placeholder that everybody knows") }

    private func refusal(_ code: SecretsError.Code, _ problem: String) -> SecretsError {
        SecretsError(
            code,
            "\(self.source): the master key \(problem); give \(MasterKey.byteCount) random bytes as base64 or hex, "
                + "for example from `openssl rand -base64 32`"
        )
    }

    /// Splits `mk7:digits` into 7 and the digits; text without a colon has version 1.
    private func splitVersion(_ text: ArraySlice<UInt8>) throws(SecretsError) -> (Int, ArraySlice<UInt8>) {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return (1, text) }
        let prefix = text[..<colon]
        let digits = prefix.dropFirst(2)
        guard prefix.starts(with: "mk".utf8), digits.allSatisfy({ 48...57 ~= $0 }), digits.first != 48,
            let version = Int(String(decoding: digits, as: UTF8.self))
        else {
            throw self.refusal(.keyMalformed, "has an unknown prefix before `:` (known: `mk1:`)")
        }
        return (version, text[(colon + 1)...])
    }

    private static func trim(_ text: String.UTF8View) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 32 || 9...13 ~= $0 }
        var rest = Array(text)[...].drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }

    private static func containsPlaceholder(_ text: ArraySlice<UInt8>) -> Bool {
        let lowercased = text.map { 65...90 ~= $0 ? $0 + 32 : $0 }
        return self.placeholders.contains { word in
            lowercased.indices.contains { lowercased[$0...].starts(with: word) }
        }
    }

    /// Whether the bytes look drawn: many different values, and not a count by a constant step.
    private static func isVaried(_ bytes: [UInt8]) -> Bool {
        let steps = Set(zip(bytes, bytes.dropFirst()).map { $1 &- $0 })
        return steps.count > 1 && Set(bytes).count >= self.fewestDistinctBytes
    }

    /// Text of hex digits only is hex: 32 random bytes never come out so as base64.
    private static func isHex(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { self.hexValue($0) != nil }
    }

    private static func decodeHex(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        let nibbles = text.compactMap(self.hexValue)
        return stride(from: 0, to: nibbles.count - 1, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
