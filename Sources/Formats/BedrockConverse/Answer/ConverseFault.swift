import Exchange
import Wire

/// What an error of Bedrock means, as an HTTP answer or as a frame inside a stream.
///
/// The kind is in the header `x-amzn-errortype`, in the frame's name, or in the body's `__type`, written as
/// `ValidationException:http://…` or `com.amazon.coral#ThrottlingException`.
struct ConverseFault {
    private let status: Int
    private let type: String
    private let message: String
    private let originalStatus: Int?

    /// An HTTP answer. `text` is the header's value beside a JSON body, and the body otherwise.
    init(status: Int, root: JSONValue?, text: String) {
        let told = root?["__type"]?.string ?? root?["Output"]?["__type"]?.string
        let words = root?["message"]?.string ?? root?["Message"]?.string ?? root?["errorMessage"]?.string
        self.init(status: status, type: told ?? text, message: words ?? (root == nil ? text : ""), root: root)
    }

    /// An exception inside a stream.
    init(exception name: String, root: JSONValue?) {
        let words = root?["message"]?.string ?? root?["Message"]?.string
        self.init(status: 0, type: name, message: words ?? "", root: root)
    }

    private init(status: Int, type: String, message: String, root: JSONValue?) {
        self.status = status
        self.type = Self.plain(type)
        self.message = message
        self.originalStatus = root?["originalStatusCode"]?.int
    }

    /// The bare name, lower case, without `Exception`: `throttling`, `modelstreamerror`.
    private static func plain(_ type: String) -> String {
        let path = type.prefix { $0 != ":" }
        var name = path.split(separator: "#").last.map(String.init) ?? ""
        guard name.utf8.count <= 64, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "" }
        name = name.lowercased()
        return name.hasSuffix("exception") ? String(name.dropLast(9)) : name
    }
}

extension ConverseFault {
    /// Whose fault an HTTP answer tells.
    var refusal: VendorRefusal {
        let failure = self.failure
        let fault: UpstreamFault =
            switch failure.kind {
            case .invalidRequest, .modelNotFound, .bodyTooLarge: .caller
            case .upstreamCredential: .credential
            case .upstreamUnavailable: self.isThrottle ? .throttled : .vendor
            default: .vendor
            }
        return VendorRefusal(fault: fault, failure: failure)
    }

    /// What an error told with a successful status means: `UnknownOperationException` comes so.
    var failureOfSuccess: GatewayFailure {
        guard !self.type.isEmpty, self.type != "unknownoperation" else {
            return GatewayFailure(.upstreamFailed, "the provider's answer has no output")
        }
        return self.failure
    }

    /// The failure in normal form.
    var failure: GatewayFailure {
        if let byType = self.failureByType { return byType }
        switch self.status {
        case 400, 422: return self.invalidRequest
        case 401, 403: return self.credential
        case 404: return self.notFound
        case 408, 504: return self.timeout
        case 413: return GatewayFailure(.bodyTooLarge, self.words("the provider takes no body of this size"))
        case 429: return self.throttled
        case 503, 529: return self.overloaded
        default: return GatewayFailure(.upstreamFailed, "the provider reported an error")
        }
    }

    private var failureByType: GatewayFailure? {
        switch self.type {
        case "validation", "serialization": self.invalidRequest
        case "servicequotaexceeded": self.credential
        case "accessdenied", "unrecognizedclient", "invalidsignature", "expiredtoken", "incompletesignature",
            "missingauthenticationtoken", "invalidclienttokenid", "notauthorized", "signaturedoesnotmatch":
            self.credential
        case "resourcenotfound": self.notFound
        case "modeltimeout": self.timeout
        case "modelerror", "modelstreamerror": self.failureOfModel
        case "throttling", "toomanyrequests": self.throttled
        case "modelnotready", "serviceunavailable": self.overloaded
        case "internalserver", "internalfailure":
            GatewayFailure(.upstreamFailed, "the provider reported an internal error")
        case "unknownoperation": GatewayFailure(.upstreamFailed, "the provider does not know this operation")
        default: nil
        }
    }

    private var isThrottle: Bool {
        self.type == "throttling" || self.type == "toomanyrequests" || self.type.isEmpty && self.status == 429
            || self.originalStatus == 429
    }

    private var invalidRequest: GatewayFailure {
        if self.isContextLength {
            return GatewayFailure(
                .invalidRequest,
                self.words("prompt is too long"),
                code: "context_length_exceeded"
            )
        }
        if self.saysOne(of: ["model identifier is invalid", "on-demand throughput isn"]) { return self.notFound }
        return GatewayFailure(.invalidRequest, self.words("the provider refused the request"))
    }

    private var isContextLength: Bool {
        self.saysOne(of: [
            "input is too long", "too many input tokens", "too many total text bytes", "input tokens exceeded",
            "prompt is too long", "maximum context length", "exceeds the maximum number of tokens", "context window",
        ])
    }

    private var notFound: GatewayFailure {
        GatewayFailure(.modelNotFound, "the provider does not have this model")
    }

    private var credential: GatewayFailure {
        GatewayFailure(.upstreamCredential, "the provider refused this gateway's account")
    }

    /// A day's quota is no matter of waiting a moment.
    private var throttled: GatewayFailure {
        if self.saysOne(of: ["tokens per day"]) { return self.credential }
        return GatewayFailure(.upstreamUnavailable, "the provider throttles requests")
    }

    private var overloaded: GatewayFailure {
        GatewayFailure(.upstreamUnavailable, "the provider is overloaded")
    }

    private var timeout: GatewayFailure {
        GatewayFailure(.upstreamTimeout, "the model did not answer in time")
    }

    /// The model's own server failed; its status tells how.
    private var failureOfModel: GatewayFailure {
        switch self.originalStatus {
        case 429: GatewayFailure(.upstreamUnavailable, "the provider throttles requests")
        case 503, 529: self.overloaded
        case 408, 504: self.timeout
        default: GatewayFailure(.upstreamFailed, "the provider's model failed")
        }
    }

    private func saysOne(of phrases: [String]) -> Bool {
        let text = self.message.prefix(2000).lowercased()
        return phrases.contains { text.contains($0) }
    }

    /// Our words, and the vendor's behind them where they are the caller's to read: with names of resources and numbers
    /// of accounts masked, and cut.
    private func words(_ ours: String) -> String {
        let theirs = MaskedWords.make(self.message)
        return theirs.isEmpty ? ours : "\(ours): \(theirs)"
    }
}

/// A vendor's message without what belongs to the account.
enum MaskedWords {
    /// Cuts to 500 characters, and masks ARNs and numbers of twelve digits.
    static func make(_ message: String) -> String {
        let words = message.prefix(500).split(separator: " ", omittingEmptySubsequences: true)
        return words.map(Self.masked).joined(separator: " ")
    }

    private static func masked(_ word: Substring) -> String {
        let text = String(word.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
        if text.contains("arn:") { return "[resource]" }
        var run = 0
        for byte in text.utf8 {
            run = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? run + 1 : 0
            if run >= 12 { return "[number]" }
        }
        return text
    }
}
