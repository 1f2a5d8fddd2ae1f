import Policy
import Wire

/// The header fields the road itself looks at, found in one pass. Ranges point into the head's bytes.
struct HeaderScan {
    /// Fields that carry a virtual key.
    var authorization: Range<Int>?
    var apiKey: Range<Int>?
    var xAPIKey: Range<Int>?
    var googleAPIKey: Range<Int>?
    /// One of them came twice.
    var hasRepeatedCredential = false
    var contentType: Range<Int>?
    var contentEncoding: Range<Int>?
    var requestID: Range<Int>?
    var userAgent: Range<Int>?
    var session: Range<Int>?
    /// `anthropic-version`: errors on shared routes take Anthropic's form.
    var version: Range<Int>?
    /// `x-martlet-label`: the caller's own label for reports.
    var label: Range<Int>?
    /// `x-stainless-read-timeout` and `x-stainless-timeout`: how long the caller waits.
    var readTimeout: Range<Int>?
    var timeout: Range<Int>?
    /// Values of `anthropic-beta`.
    var betas: [Range<Int>] = []
    /// `traceparent`: the caller's trace. Empty when it came twice, which makes it none.
    var traceParent: Range<Int>?
    var isAnthropic: Bool { self.version != nil }
    /// Values of `x-forwarded-for`.
    var forwarded: [Range<Int>] = []
    /// `x-martlet-strict: true`: what cannot be carried exactly to another format is refused.
    var isStrict = false
    /// `x-martlet-show-reasoning: true`: a Chat caller wants to see another vendor's thoughts.
    var showsReasoning = false

    init(_ headers: [HTTPHeaderField], in bytes: UnsafeRawBufferPointer) {
        for header in headers {
            let name = UnsafeRawBufferPointer(rebasing: bytes[header.name])
            switch name.count {
            case 7 where Self.matches(name, "api-key"):
                Self.note(header.value, &self.apiKey, &self.hasRepeatedCredential)
            case 9 where Self.matches(name, "x-api-key"):
                Self.note(header.value, &self.xAPIKey, &self.hasRepeatedCredential)
            case 10 where Self.matches(name, "user-agent"): self.userAgent = header.value
            case 10 where Self.matches(name, "session-id"): self.session = header.value
            case 11 where Self.matches(name, "traceparent"):
                let isFirst = self.traceParent == nil
                self.traceParent = isFirst ? header.value : header.value.lowerBound..<header.value.lowerBound
            case 12 where Self.matches(name, "content-type"): self.contentType = header.value
            case 12 where Self.matches(name, "x-request-id"): self.requestID = header.value
            case 13 where Self.matches(name, "authorization"):
                Self.note(header.value, &self.authorization, &self.hasRepeatedCredential)
            case 14 where Self.matches(name, "anthropic-beta"): self.betas.append(header.value)
            case 14 where Self.matches(name, "x-goog-api-key"):
                Self.note(header.value, &self.googleAPIKey, &self.hasRepeatedCredential)
            case 15 where Self.matches(name, "x-forwarded-for"): self.forwarded.append(header.value)
            case 15 where Self.matches(name, "x-martlet-label"): self.label = header.value
            case 16 where Self.matches(name, "content-encoding"): self.contentEncoding = header.value
            case 16 where Self.matches(name, "x-martlet-strict"): self.isStrict = Self.isTrue(header.value, bytes)
            case 17 where Self.matches(name, "anthropic-version"): self.version = header.value
            case 19 where Self.matches(name, "x-stainless-timeout"): self.timeout = header.value
            case 19 where Self.matches(name, "x-openwebui-chat-id"): self.session = header.value
            case 24 where Self.matches(name, "x-claude-code-session-id"): self.session = header.value
            case 24 where Self.matches(name, "x-stainless-read-timeout"): self.readTimeout = header.value
            case 24 where Self.matches(name, "x-martlet-show-reasoning"):
                self.showsReasoning = Self.isTrue(header.value, bytes)
            default: continue
            }
        }
    }

    /// How long the caller waits, when it says so.
    func patience(_ text: (Range<Int>) -> String) -> Duration? {
        guard self.readTimeout != nil || self.timeout != nil else { return nil }
        return CallerDeadline.parse(readTimeout: self.readTimeout.map(text), timeout: self.timeout.map(text))
    }

    private static func isTrue(_ value: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Bool {
        Self.matches(UnsafeRawBufferPointer(rebasing: bytes[value]), "true")
    }

    private static func note(_ value: Range<Int>, _ field: inout Range<Int>?, _ isRepeated: inout Bool) {
        if field != nil { isRepeated = true }
        field = value
    }

    private static func matches(_ bytes: UnsafeRawBufferPointer, _ lowercased: StaticString) -> Bool {
        ASCII.caseInsensitiveEquals(bytes, lowercased)
    }
}
