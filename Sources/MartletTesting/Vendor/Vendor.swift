import NIOCore
import Synchronization

/// Pace and length of the built-in vendor's answers where a model name says nothing about them.
public struct VendorDefaults: Sendable {
    /// What passes between two events of a stream.
    public var interval = Duration.zero
    /// Pieces of text in an answer; 0 speaks of the prompt instead.
    public var chunks = 0

    /// No pace, and answers that speak of the prompt.
    public init() {}
}

/// The built-in vendor: answers every known endpoint as the model name says (`VendorBehaviour`).
final class Vendor: Sendable {
    private struct State {
        /// Scripts that depend on nothing but their key, shared by all who ask for them.
        var scripts: [String: OracleScript] = [:]
        /// How often in a row each flaky model has failed.
        var failures: [String: Int] = [:]
        /// Behaviour words that stand in for every model's name; `nil` while names speak for themselves.
        var mood: String?
    }

    private let defaults: VendorDefaults
    private let state = Mutex(State())

    init(defaults: VendorDefaults) {
        self.defaults = defaults
    }

    /// Makes every later request behave as these words say, whatever its model says; `nil` or nothing ends that.
    func setMood(_ words: String?) {
        self.state.withLock { $0.mood = words.flatMap { $0.isEmpty ? nil : $0 } }
    }

    func script(for request: OracleRequest) -> OracleScript? {
        let call = VendorCall(request)
        guard call.operation != .other else { return nil }
        let words = self.state.withLock { $0.mood } ?? call.model
        var behaviour = VendorBehaviour(model: words)
        if case .flaky(let status, let times) = behaviour.fault {
            behaviour.fault = self.flaky(words, times) ? .status(status, retryAfter: nil, shouldRetry: nil) : .none
        }
        guard let key = self.cacheKey(call, words, behaviour) else { return self.makeScript(call, behaviour) }
        if let script = self.state.withLock({ $0.scripts[key] }) { return script }
        let script = self.makeScript(call, behaviour)
        self.state.withLock { state in
            if state.scripts.count >= 256 { state.scripts = [:] }
            state.scripts[key] = script
        }
        return script
    }

    /// Whether this request fails: `times` do, then one does not.
    private func flaky(_ model: String, _ times: Int) -> Bool {
        self.state.withLock { state in
            let failed = state.failures[model, default: 0]
            state.failures[model] = failed < times ? failed + 1 : 0
            return failed < times
        }
    }

    /// Set when the answer says nothing of the request's own words.
    private func cacheKey(_ call: VendorCall, _ words: String, _ behaviour: VendorBehaviour) -> String? {
        guard behaviour.textBytes != nil || behaviour.chunks != nil, !behaviour.callsTool, !behaviour.obeysSchema else {
            return nil
        }
        if case .hugeBody = behaviour.fault { return nil }
        return
            "\(call.operation) \(call.model) \(words) \(call.streams) \(call.includesUsage) \(call.bodyByteCount / 4)"
    }

    private func makeScript(_ call: VendorCall, _ behaviour: VendorBehaviour) -> OracleScript {
        VendorPerformance(call: call, behaviour: behaviour, defaults: self.defaults).script
    }
}

/// One answer of the vendor: what it says, put into its format, and then whatever is wrong with it.
struct VendorPerformance {
    let call: VendorCall
    let behaviour: VendorBehaviour
    let defaults: VendorDefaults

    private var dialect: any VendorDialect {
        switch self.call.operation {
        case .responses, .inputTokens: ResponsesDialect()
        case .messages, .countTokens: MessagesDialect()
        case .gemini, .geminiCount: GeminiDialect()
        case .converse, .bedrockCount: ConverseDialect()
        case .invoke: InvokeDialect()
        case .chat, .embeddings, .completions, .moderations, .models, .other: ChatDialect()
        }
    }

    var script: OracleScript {
        switch self.behaviour.fault {
        case .hang: return .hang
        case .close: return .close
        case .reset: return .reset
        case .status(let status, let retryAfter, let shouldRetry):
            return OracleScript(self.error(status, retryAfter: retryAfter, shouldRetry: shouldRetry))
        case .html:
            return OracleScript(self.page)
        case .redirect(let status):
            let location = OracleHeader("location", "/elsewhere")
            return OracleScript(OracleAnswer(status: status, headers: [location]))
        case .hugeBody(let bytes): return self.hugeBody(bytes)
        case .hugeLine(let bytes): return self.hugeLine(bytes)
        default: return self.finish(self.timed(self.answer))
        }
    }

    /// The sound answer, with the events of a broken stream already in place.
    private var answer: OracleAnswer {
        if let json = SideAnswers.json(for: self.call) {
            return OracleAnswer(headers: self.dialect.headers, json: json)
        }
        let reply = VendorReply(to: self.call, self.behaviour, defaults: self.defaults)
        guard self.call.streams else {
            return OracleAnswer(headers: self.dialect.headers, json: self.dialect.plain(reply))
        }
        let events = self.dialect.events(reply, includesUsage: self.call.includesUsage)
        var answer = self.dialect.stream(self.tampered(events))
        answer.interval = self.behaviour.interval ?? self.defaults.interval
        return answer
    }

    private func tampered(_ events: [String]) -> [String] {
        switch self.behaviour.fault {
        case .end(let count): Array(events.prefix(count))
        case .error(let count): events.prefix(count) + self.dialect.errorEvents(message: "the oracle lost its voice")
        case .brokenJSON(let count): events.prefix(count) + [self.dialect.brokenEvent] + events.dropFirst(count)
        case .crlf: events.map { $0.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") }
        default: events
        }
    }

    private func timed(_ answer: OracleAnswer) -> OracleAnswer {
        var answer = answer
        answer.headDelay = self.behaviour.headDelay
        answer.bodyDelay = self.behaviour.bodyDelay
        return answer
    }

    private func error(_ status: Int, retryAfter: Int?, shouldRetry: Bool?) -> OracleAnswer {
        var headers = self.dialect.errorHeaders(status: status)
        if let retryAfter { headers.append(OracleHeader("retry-after", String(retryAfter))) }
        if let shouldRetry { headers.append(OracleHeader("x-should-retry", String(shouldRetry))) }
        let message = "the oracle answers \(status), as the model name asked"
        let answer = OracleAnswer(
            status: status,
            headers: headers,
            json: self.dialect.errorBody(status: status, message: message)
        )
        return self.timed(answer)
    }

    private var page: OracleAnswer {
        let html = "<!doctype html><title>Oracle</title><p>This is a web page, not an answer.</p>\n"
        return self.timed(
            OracleAnswer(headers: [OracleHeader("content-type", "text/html")], pieces: [Array(html.utf8)])
        )
    }
}
