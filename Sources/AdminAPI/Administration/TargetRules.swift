import Exchange
import Storage

/// What a target's numbers and overrides may be.
enum TargetRules {
    static let maximum = 64
    static let weights = 0...1_000
    static let priorities = 0...1_000

    static func check(_ target: TargetRecord, at place: String) throws(AdminProblem) {
        guard self.weights.contains(target.weight) else { throw .field("\(place).weight", "must be 0 to 1000") }
        guard self.priorities.contains(target.priority) else { throw .field("\(place).priority", "must be 0 to 1000") }
    }

    static func isSame(_ a: TargetRecord, _ b: TargetRecord) -> Bool {
        a.provider == b.provider && a.upstreamModel.utf8.elementsEqual(b.upstreamModel.utf8)
    }

    /// The overrides, if they may be, with header names in lower case.
    ///
    /// - Parameters:
    ///   - overrides: What was asked for.
    ///   - provider: Who is sent to; a header that carries its credential is the provider's own business.
    ///   - place: The field, for the problem.
    /// - Returns: What to store.
    /// - Throws: A problem that names the field at fault.
    static func checked(
        _ overrides: TargetOverrides,
        of provider: ProviderRecord,
        at place: String
    ) throws(AdminProblem) -> TargetOverrides {
        if let most = overrides.maxOutputTokens, !KeyRules.maxOutputTokens.contains(most) {
            throw .field("\(place).max_output_tokens", "must be 1 to 100000000, or null for no limit")
        }
        if let effort = overrides.reasoningEffort, ReasoningIntent.Effort(rawValue: effort) == nil {
            let known = ReasoningIntent.Effort.allCases.map(\.rawValue).joined(separator: ", ")
            throw .field("\(place).reasoning_effort", "must be one of \(known), or null for the request's own")
        }
        var checked = overrides
        checked.headers = try self.headers(overrides.headers, of: provider, at: "\(place).headers")
        return checked
    }

    private static func headers(
        _ headers: [String: String],
        of provider: ProviderRecord,
        at place: String
    ) throws(AdminProblem) -> [String: String] {
        guard headers.count <= HeaderRules.maximum else {
            throw .field(place, "must hold at most \(HeaderRules.maximum) headers")
        }
        var checked: [String: String] = [:]
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            let lowercased = try HeaderRules.name(name, at: place)
            guard lowercased != provider.settings["auth_header"]?.lowercased() else {
                throw .field(
                    "\(place).\(lowercased)",
                    "carries the credential of provider \(provider.name), which is kept with the provider"
                )
            }
            try HeaderRules.check(value: value, at: "\(place).\(lowercased)")
            guard checked.updateValue(value, forKey: lowercased) == nil else {
                throw .field("\(place).\(lowercased)", "is given twice: header names are alike in any case")
            }
        }
        return checked
    }
}

/// What headers an operator may have sent along.
enum HeaderRules {
    static let maximum = 16
    private static let maximumValueBytes = 1_024

    /// A header's name in lower case, if it may be sent along.
    static func name(_ text: String, at place: String) throws(AdminProblem) -> String {
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(self.isToken) else {
            throw .field(place, "must have header names of 1 to 64 letters, digits, - and _")
        }
        let name = text.lowercased()
        if let reason = self.refusal(of: name) { throw .field("\(place).\(name)", reason) }
        return name
    }

    static func check(value: String, at place: String) throws(AdminProblem) {
        let isVisible = value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard (1...self.maximumValueBytes).contains(value.utf8.count), isVisible, value.first != " ", value.last != " "
        else {
            throw .field(place, "must be 1 to 1024 visible ASCII characters, not starting or ending with a space")
        }
    }

    /// Headers that frame or route the message are the connection's, and credentials belong to the provider, where they are
    /// sealed and never shown: what stands here is stored and shown as it is.
    private static func refusal(of name: String) -> String? {
        if self.credentials.contains(name) || self.credentialMarks.contains(where: { name.contains($0) }) {
            return "must not carry a credential; give it to the provider, which keeps it sealed"
        }
        if self.connection.contains(name) || self.prefixes.contains(where: { name.hasPrefix($0) }) {
            return "is set by the gateway or the connection itself"
        }
        return nil
    }

    private static let credentials: Set<String> = ["cookie", "set-cookie", "x-auth", "x-auth-key", "x-token"]
    private static let credentialMarks = [
        "api-key", "apikey", "api_key", "authorization", "authenticat", "auth-token", "access-token", "access_token",
        "secret", "password", "credential", "private-token", "security-token",
    ]
    private static let connection: Set<String> = [
        "host", "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect", "accept",
        "accept-encoding", "forwarded", "via", "date", "http2-settings", "range", "origin",
    ]
    private static let prefixes = ["content-", "proxy-", "sec-", "x-amz-", "x-martlet-", "x-forwarded-", "if-"]

    private static func isToken(_ byte: UInt8) -> Bool {
        Base62.contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
