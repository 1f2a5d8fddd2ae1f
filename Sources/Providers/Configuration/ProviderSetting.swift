/// A setting that a kind of provider takes, and the rule for its value.
public struct ProviderSetting: Sendable {
    /// The name in configuration.
    public let name: String
    /// What it does, in one line.
    public let summary: String
    /// The value's rule: `nil` when a value is good, else what would be right ("must be true or false").
    let fault: @Sendable (String) -> String?

    init(_ name: String, _ summary: String, fault: @escaping @Sendable (String) -> String?) {
        self.name = name
        self.summary = summary
        self.fault = fault
    }

    /// Settings that every kind takes.
    public static let common: [ProviderSetting] =
        [
            .flag(
                "allow_private",
                "Admits http and private, loopback and shared addresses (servers on your own network)."
            ),
            ProviderSetting(
                "ca_bundle",
                "Path of a PEM file with further certificate authorities.",
                fault: Self.pathFault
            ),
            .matching("project", "Binds the provider to one project.", rule: "must be a project's name", Self.isName),
            .flag(
                "include_usage",
                "Whether Martlet may ask Chat streams for usage; false where a server rejects stream_options."
            ),
            .matching(
                "unpriced",
                "Models without a price: deny, free or flag; as the setting pricing.unpriced unless said here.",
                rule: "must be deny, free or flag"
            ) { ["deny", "free", "flag"].contains($0) },
            .matching(
                "on_disconnect",
                "When a caller leaves: cancel the vendor's answer at once, or drain it for its final count.",
                rule: "must be cancel or drain"
            ) { ["cancel", "drain"].contains($0) },
            .flag(
                "forward_traceparent",
                "Tells the vendor the request's trace (traceparent, tracestate); it is not told unless this is true."
            ),
            .matching(
                "base_models",
                "Models behind arbitrary names, as name=model by comma.",
                rule: Self.textRule,
                Self.isText
            ),
            .matching(
                "capabilities",
                "Where the capability table is wrong: a JSON object of models and their fields.",
                rule: Self.textRule,
                Self.isText
            ),
        ] + Self.health

    private static let textRule = "must be 1 to 65,536 bytes without control characters"

    private static func isText(_ text: String) -> Bool {
        (1...65_536).contains(text.utf8.count) && !text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }

    /// A setting that is `true` or `false`.
    static func flag(_ name: String, _ summary: String) -> ProviderSetting {
        .matching(name, summary, rule: "must be true or false") { $0 == "true" || $0 == "false" }
    }

    /// A setting whose value passes a test.
    static func matching(
        _ name: String,
        _ summary: String,
        rule: String,
        _ isGood: @escaping @Sendable (String) -> Bool
    ) -> ProviderSetting {
        ProviderSetting(name, summary) { isGood($0) ? nil : rule }
    }

    /// `^[a-z0-9][a-z0-9-]{0,62}$`, the rule for names of providers and projects.
    static func isName(_ text: String) -> Bool {
        guard (1...63).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-") else { return false }
        return self.isResourceName(text)
    }

    /// `^[a-z0-9-]{1,63}$`, the rule for cloud resources that become part of a host name (RELIABILITY N038).
    static func isResourceName(_ text: String) -> Bool {
        guard (1...63).contains(text.utf8.count) else { return false }
        return text.utf8.allSatisfy { (0x61...0x7a).contains($0) || ASCIIText.isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func pathFault(_ text: String) -> String? {
        guard text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= 4_096 else { return "must be an absolute path" }
        return text.utf8.contains { $0 < 0x20 || $0 == 0x7f } ? "must not hold control characters" : nil
    }
}

extension ProviderSetting {
    /// Settings that place the credential, for kinds that serve many vendors.
    static let authentication: [ProviderSetting] = [
        .matching(
            "auth_header",
            "The header that carries the credential.",
            rule: "must be a header name that carries nothing else"
        ) {
            !$0.isEmpty && $0.utf8.count <= 64 && $0.utf8.allSatisfy(ASCIIText.isToken)
                && !reservedHeaders.contains(String(decoding: ASCIIText.lowercased($0.utf8), as: UTF8.self))
        },
        .matching(
            "auth_scheme",
            "The word before the credential; empty when it stands alone.",
            rule: "must be one word or empty"
        ) {
            $0.utf8.count <= 32 && $0.utf8.allSatisfy(ASCIIText.isToken)
        },
    ]

    /// Headers that the road or the connection owns.
    private static let reservedHeaders: Set<String> = [
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "keep-alive",
        "proxy-authorization", "proxy-connection", "te", "trailer", "upgrade", "expect", "accept", "accept-encoding",
        "user-agent",
        "cookie", "anthropic-version", "anthropic-beta", "openai-beta",
    ]
}

extension ProviderSetting {
    /// A directory's or an application's id, or a domain name: letters, digits, dots and hyphens, at most 128, with a
    /// letter or digit first.
    static func isDomainOrID(_ text: String) -> Bool {
        guard (1...128).contains(text.utf8.count), let first = text.utf8.first, ASCIIText.isAlphanumeric(first) else {
            return false
        }
        return text.utf8.allSatisfy {
            ASCIIText.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
            && !text.contains("..")
    }
}
