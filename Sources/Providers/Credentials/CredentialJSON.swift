import Exchange
import Wire

/// Reads the small JSON documents that credentials come in.
enum CredentialJSON {
    /// Shows a document's root to `body`.
    ///
    /// - Throws: `.malformed` when it is not one JSON object; what `body` throws.
    static func read<R>(
        _ bytes: [UInt8],
        _ what: String,
        _ body: (JSONValue) throws(CredentialError) -> R
    ) throws(CredentialError) -> R {
        var limits = JSONLimits()
        limits.maxBytes = CredentialLimits.answerBytes
        limits.maxDepth = 32
        let tape = JSONTape(limits: limits)
        do throws(JSONReadError<CredentialError>) {
            return try bytes.withUnsafeBufferPointer { (bytes) throws(JSONReadError<CredentialError>) in
                try tape.read(UnsafeRawBufferPointer(bytes)) { (root) throws(CredentialError) in
                    guard root.kind == .object else { throw CredentialError(.malformed, "\(what) is no JSON object") }
                    return try body(root)
                }
            }
        } catch {
            switch error {
            case .json: throw CredentialError(.malformed, "\(what) is not JSON")
            case .body(let error): throw error
            }
        }
    }
}

extension JSONValue {
    /// A member that must be a string with something in it.
    func text(_ key: StaticString, of what: String) throws(CredentialError) -> String {
        guard let text = self[key]?.string, !text.isEmpty else {
            throw CredentialError(.malformed, "\(what) has no \(key)")
        }
        return text
    }

    /// A member that is a number, or a string of digits.
    func count(_ key: StaticString) -> Int? {
        guard let member = self[key] else { return nil }
        return member.int ?? member.string.flatMap { AddressText.decimal(Array($0.utf8), maxDigits: 12) }
    }

    /// An error's name as another service wrote it, when it is a plain word: the rest may hold anything.
    func word(_ key: StaticString) -> String? {
        guard let text = self[key]?.string, PlainWord.isOne(text) else { return nil }
        return text
    }
}

/// Words of other services that may be shown.
enum PlainWord {
    /// Letters, digits, dots, hyphens and underscores, at most 64.
    static func isOne(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { ASCIIText.isUnreserved($0) && $0 != UInt8(ascii: "~") }
    }
}
