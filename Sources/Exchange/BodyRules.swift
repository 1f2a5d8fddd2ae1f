/// What is kept of the bodies of a project's requests and answers, and what in them is masked first.
public struct BodyRules: Sendable, Equatable {
    /// How much is kept.
    public enum Mode: String, Sendable, CaseIterable {
        /// Nothing.
        case off
        /// Shapes: roles, counts, lengths, names of tools, parameters; no text.
        case metadata
        /// The bodies, masked and cut.
        case full
    }

    /// Bounds of `maxBytes`.
    public static let byteRange = 256...524_288
    /// Most rules of one project.
    public static let maximumRules = 32

    /// How much is kept.
    public var mode = Mode.off
    /// Of a million requests so many are kept.
    public var samplePerMillion = 1_000_000
    /// Most bytes that are kept of each body.
    public var maxBytes = 65_536
    /// What is masked beside credentials, which always are.
    public var redactions: [BodyRedaction] = []

    /// Keeps nothing.
    public init() {}

    /// Whether the bodies of a request are kept: always the same for the same id and salt.
    ///
    /// - Parameters:
    ///   - id: The request's id, which may be of the caller's own choice.
    ///   - salt: Something that callers do not know: which are kept is not for them to choose.
    /// - Returns: Whether it is in the sample.
    public func keeps(_ id: String, salt: UInt64) -> Bool {
        guard self.mode != .off else { return false }
        guard self.samplePerMillion < 1_000_000 else { return true }
        // FNV-1a, and a finisher that spreads the last bytes over all bits.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ salt
        for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 33
        return hash % 1_000_000 < UInt64(max(0, self.samplePerMillion))
    }
}

/// One thing that is masked in kept bodies. None is a regular expression: each is found in one pass.
public enum BodyRedaction: Sendable, Hashable {
    /// Addresses of electronic mail.
    case email
    /// Numbers of 13 to 19 digits whose check digit is that of a payment card.
    case card
    /// The values of all JSON members of this name, in capitals or not, inside texts that are JSON too.
    case field(String)
    /// The values at these names of members, one in another from the body's root; positions in arrays do not count.
    case path([String])

    private static let longest = 128

    /// Reads `email`, `card`, `field:NAME` or `path:NAME.NAME`; `nil` for anything else.
    public init?(_ text: String) {
        switch text {
        case "email": self = .email
        case "card": self = .card
        default:
            guard let colon = text.firstIndex(of: ":"), text.utf8.count <= Self.longest else { return nil }
            let rest = String(text[text.index(after: colon)...])
            let isPlain = rest.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            guard isPlain, !rest.isEmpty else { return nil }
            switch text[..<colon] {
            case "field": self = .field(rest)
            case "path":
                let names = rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
                guard names.count <= 16, names.allSatisfy({ !$0.isEmpty }) else { return nil }
                self = .path(names)
            default: return nil
            }
        }
    }

    /// The rule as it is read.
    public var text: String {
        switch self {
        case .email: "email"
        case .card: "card"
        case .field(let name): "field:\(name)"
        case .path(let names): "path:\(names.joined(separator: "."))"
        }
    }
}
