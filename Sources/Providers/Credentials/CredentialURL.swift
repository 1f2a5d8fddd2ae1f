/// Where credentials are fetched: an origin under the rules of ``BaseURL``, and path and query as they go over the wire.
public struct CredentialURL: Sendable, Equatable {
    /// Scheme, host and port.
    public let origin: BaseURL
    /// Path and query; starts with a slash.
    public let target: String

    init(_ origin: BaseURL, _ target: String) {
        self.origin = origin.withPath("")
        self.target = target
    }

    /// Reads a URL.
    ///
    /// - Parameters:
    ///   - text: `http[s]://host[:port][/path][?query]`, visible ASCII.
    ///   - what: What it is, for messages: `token_uri`.
    /// - Throws: `.malformed`.
    public init(parsing text: String, what: String) throws(CredentialError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 2_048, bytes.allSatisfy({ (0x21...0x7e).contains($0) && !Self.refused.contains($0) })
        else {
            throw CredentialError(.malformed, "\(what) holds a character that a URL may not have here")
        }
        let scheme = bytes.prefix { $0 != UInt8(ascii: ":") }.count + 3
        let authority = bytes.dropFirst(scheme).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        let rest = bytes.dropFirst(scheme + authority.count)
        let origin: BaseURL
        do throws(ProviderConfigurationError) {
            origin = try BaseURL(parsing: String(decoding: bytes.prefix(scheme + authority.count), as: UTF8.self))
        } catch {
            throw CredentialError(.malformed, "\(what) \(error.message)")
        }
        let target = String(decoding: rest, as: UTF8.self)
        self.init(origin, target.utf8.first == UInt8(ascii: "/") ? target : "/\(target)")
    }

    /// The same origin with another path and query.
    func at(_ target: String) -> CredentialURL {
        CredentialURL(self.origin, target)
    }

    /// This URL, when credentials may be sent to it over the internet.
    ///
    /// - Throws: `.malformed` when it is not https, or leads to a private address.
    func onInternet(what: String) throws(CredentialError) -> CredentialURL {
        guard self.origin.isTLS else { throw CredentialError(.malformed, "\(what) must be https") }
        if let address = self.origin.address, PrivateAddress.isPrivate(address) {
            throw CredentialError(.malformed, "\(what) must not be a private address")
        }
        return self
    }

    private static let refused = Array("#\\@\"<>^`{|}".utf8)
}

/// `application/x-www-form-urlencoded`
enum FormText {
    /// Name and value of each field, percent-encoded but for unreserved bytes.
    static func encode(_ fields: [(String, String)]) -> [UInt8] {
        Array(fields.map { "\(self.escape($0.0))=\(self.escape($0.1))" }.joined(separator: "&").utf8)
    }

    /// A text, percent-encoded but for unreserved bytes.
    static func escape(_ text: some Sequence<UInt8>) -> String {
        var bytes: [UInt8] = []
        for byte in text { self.append(byte, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A text, percent-encoded but for unreserved bytes.
    static func escape(_ text: String) -> String { self.escape(text.utf8) }

    /// One byte, percent-encoded unless it is unreserved.
    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        guard !ASCIIText.isUnreserved(byte) else { return bytes.append(byte) }
        bytes += [UInt8(ascii: "%"), Hex.upper[Int(byte >> 4)], Hex.upper[Int(byte & 15)]]
    }
}

/// Hexadecimal digits.
enum Hex {
    static let upper = Array("0123456789ABCDEF".utf8)
    private static let lower = Array("0123456789abcdef".utf8)

    /// Two lower-case digits for each byte.
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes { text += [self.lower[Int(byte >> 4)], self.lower[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
