import Exchange
import Wire

/// What an error body of Google's says: `{error: {code, message, status, details}}`, also as an array's only element.
struct GeminiError {
    /// What every vendor's error has.
    let words: VendorError
    /// The name of the status (`RESOURCE_EXHAUSTED`); empty when it told none.
    private(set) var status = ""
    /// When trying again may help.
    private(set) var retryAfter: Duration?
    private var reasons: Set<String> = []
    private var hasSpentQuota = false

    init(_ root: JSONValue) {
        self.words = VendorError(root)
        let outer = root.kind == .array ? root.element(0) ?? root : root
        guard let error = outer["error"], error.kind == .object else { return }
        self.status = error["status"]?.string ?? ""
        // A limit of nothing is not filled again by waiting.
        self.hasSpentQuota = self.words.message.contains("limit: 0,")
        guard let details = error["details"] else { return }
        for detail in details.elements { self.read(detail) }
    }

    init() {
        self.words = VendorError()
    }

    private mutating func read(_ detail: JSONValue) {
        if let reason = detail["reason"]?.string { self.reasons.insert(reason) }
        if let delay = detail["retryDelay"]?.string { self.retryAfter = Self.duration(delay) ?? self.retryAfter }
        guard let violations = detail["violations"] else { return }
        for violation in violations.elements where violation["quotaId"]?.string?.contains("PerDay") ?? false {
            self.hasSpentQuota = true
        }
    }

    /// `34.4s`, or `nil` for what is no number of seconds in a day.
    private static func duration(_ text: String) -> Duration? {
        guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds >= 0, seconds <= 86_400 else {
            return nil
        }
        return Int64(exactly: (seconds * 1000).rounded(.up)).map { .milliseconds($0) }
    }

    /// Our credential, or what it is allowed. Google says so with a 400, too.
    private var isCredential: Bool {
        self.words.isCredential || self.reasons.contains("API_KEY_INVALID") || self.status == "UNAUTHENTICATED"
            || self.status == "PERMISSION_DENIED" || self.status == "FAILED_PRECONDITION"
    }

    /// Our quota is spent for longer than a caller can wait.
    private var isQuota: Bool { self.words.isQuota || (self.status == "RESOURCE_EXHAUSTED" && self.hasSpentQuota) }

    /// Whose fault an answer with this status is.
    func fault(status: Int) -> UpstreamFault {
        if status == 429 { return self.isQuota ? .credential : .throttled }
        if status == 400, self.isCredential { return .credential }
        return self.words.fault(status: status)
    }

    /// The failure that an error inside a stream, or inside a successful answer, stands for.
    var failure: GatewayFailure {
        if self.isCredential || self.isQuota {
            return GatewayFailure(.upstreamCredential, "the provider refused this gateway's account\(self.note)")
        }
        var failure = self.words.failure
        if self.status == "RESOURCE_EXHAUSTED" || self.status == "UNAVAILABLE" { failure.kind = .upstreamUnavailable }
        if self.status == "DEADLINE_EXCEEDED" { failure.kind = .upstreamTimeout }
        failure.retryAfter = self.retryAfter
        return failure
    }

    private var note: String {
        let isPlain = self.status.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == 0x5F }
        return isPlain && !self.status.isEmpty && self.status.utf8.count <= 64 ? " (\(self.status))" : ""
    }
}
