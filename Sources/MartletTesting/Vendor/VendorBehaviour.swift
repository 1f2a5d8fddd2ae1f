/// How the built-in vendor behaves, told by the model a request names.
///
/// A name is a list of words joined by `+`; what stands before the last `/` is ignored and unknown words mean nothing,
/// so that any model name is answered. Durations are seconds unless they end in `ms`, sizes may end in `k` or `m`.
///
/// | word | effect |
/// | --- | --- |
/// | `plain-SIZE` | a text of SIZE bytes |
/// | `sse-NxMS`, `sse-NxMSxBYTES` | N pieces of text, MS milliseconds apart, of BYTES bytes each |
/// | `tools`, `tools-N` | calls the first tool offered, or the first N, then speaks of the results |
/// | `schema` | answers with JSON as the schema asked, or calls the tool that stands for one |
/// | `think` | thinks before it speaks |
/// | `usage-IN-OUT[-CACHED]`, `usage-bad`, `usage-none` | these counts; absurd counts; none |
/// | `slow-T` | waits T before the head |
/// | `silent-T` | sends the head at once and waits T before the body |
/// | `hang`, `hang-head`, `hang-N` | never answers; sends the head only; stops for ever after N events |
/// | `status-CODE[-retry-S][-stop\|-again]` | an error with `retry-after: S` and `x-should-retry: false` or `true` |
/// | `flaky-CODE-N` | N errors, then one answer, and so on |
/// | `cut-K`, `rst-K`, `half-K`, `stall-K` | after K bytes of the body: closes, resets, half-closes, stops for ever |
/// | `end-N` | ends in good order after N events, without the terminal event |
/// | `error-N` | an error event after N events |
/// | `badjson-N`, `badutf8-N` | after N events one that is broken |
/// | `badchunk` | a chunk size that is no number |
/// | `short`, `long` | `content-length` 10 smaller, 10 larger than the body |
/// | `html` | a web page with status 200 |
/// | `redirect-CODE` | a redirect to the same host |
/// | `badheader-cr`, `badheader-nul`, `badheader-huge`, `badheader-reason` | a head no client should accept |
/// | `line-SIZE` | one event line of SIZE bytes without end |
/// | `body-SIZE` | a JSON body of SIZE bytes |
/// | `dribble-NxMS` | N bytes at a time, MS milliseconds apart |
/// | `split-N` | chunks of N bytes, cutting events anywhere |
/// | `crlf` | event lines end in CR LF |
/// | `close`, `reset` | no answer, the connection ends |
public struct VendorBehaviour: Sendable, Equatable {
    var textBytes: Int?
    var chunks: Int?
    var chunkBytes: Int?
    var interval: Duration?
    var headDelay = Duration.zero
    var bodyDelay = Duration.zero
    /// How many of the tools offered are called.
    var toolCount = 0
    var obeysSchema = false
    var thinks = false
    var usage = UsageRule.counted
    var fault = Fault.none

    enum UsageRule: Sendable, Equatable {
        case counted, absurd, absent
        case fixed(input: Int, output: Int, cached: Int)
    }

    enum Fault: Sendable, Equatable {
        case none, hang, hangAfterHead, badChunk, html, crlf, close, reset
        case hangAfter(events: Int)
        case status(Int, retryAfter: Int?, shouldRetry: Bool?)
        case flaky(Int, times: Int)
        case cut(bodyBytes: Int, Ending)
        case end(afterEvents: Int)
        case error(afterEvents: Int)
        case brokenJSON(afterEvents: Int)
        case brokenUTF8(afterEvents: Int)
        case statedLength(offBy: Int)
        case redirect(Int)
        case badHeader(String)
        case hugeLine(Int)
        case hugeBody(Int)
        case dribble(Int, Duration)
        case split(Int)
    }

    enum Ending: Sendable, Equatable {
        case close, reset, halfClose, hang
    }

    /// Reads a model name.
    public init(model: String) {
        let name = model.split(separator: "/").last ?? ""
        for word in name.split(separator: "+") {
            self.apply(word.split(separator: "-").map(String.init))
        }
    }

    var callsTool: Bool { self.toolCount > 0 }

    /// Whether the name says anything at all.
    var isDefault: Bool {
        self == VendorBehaviour(model: "")
    }

    private mutating func apply(_ parts: [String]) {
        guard let word = parts.first else { return }
        let argument = parts.count > 1 ? parts[1] : ""
        switch word {
        case "plain": self.textBytes = Self.size(argument) ?? self.textBytes
        case "sse": self.applyPace(argument)
        case "tools": self.toolCount = max(Self.size(argument) ?? 1, 1)
        case "schema": self.obeysSchema = true
        case "think": self.thinks = true
        case "usage": self.applyUsage(Array(parts.dropFirst()))
        case "slow": self.headDelay = Self.duration(argument) ?? self.headDelay
        case "silent": self.bodyDelay = Self.duration(argument) ?? self.bodyDelay
        default: self.fault = Self.fault(word, argument, parts) ?? self.fault
        }
    }

    private mutating func applyPace(_ argument: String) {
        let numbers = argument.split(separator: "x").map { Int($0) }
        guard let first = numbers.first, let chunks = first else { return }
        self.chunks = chunks
        if numbers.count > 1, let pace = numbers[1] { self.interval = .milliseconds(pace) }
        if numbers.count > 2 { self.chunkBytes = numbers[2] }
    }

    private mutating func applyUsage(_ arguments: [String]) {
        let numbers = arguments.compactMap { Int($0) }
        if arguments == ["bad"] {
            self.usage = .absurd
        } else if arguments == ["none"] {
            self.usage = .absent
        } else if numbers.count >= 2 {
            self.usage = .fixed(input: numbers[0], output: numbers[1], cached: numbers.count > 2 ? numbers[2] : 0)
        }
    }
}

extension VendorBehaviour {
    private static func fault(_ word: String, _ argument: String, _ parts: [String]) -> Fault? {
        self.plainFault(word, argument) ?? self.statusFault(word, parts) ?? self.pacedFault(word, argument)
            ?? self.countedFault(word, argument)
    }

    private static func plainFault(_ word: String, _ argument: String) -> Fault? {
        switch word {
        case "hang" where argument.isEmpty: .hang
        case "hang" where argument == "head": .hangAfterHead
        case "badchunk": .badChunk
        case "html": .html
        case "crlf": .crlf
        case "close": .close
        case "reset": .reset
        case "short": .statedLength(offBy: -10)
        case "long": .statedLength(offBy: 10)
        case "badheader": .badHeader(argument)
        default: nil
        }
    }

    private static func statusFault(_ word: String, _ parts: [String]) -> Fault? {
        guard parts.count > 1, let code = Int(parts[1]), (100..<600).contains(code) else { return nil }
        switch word {
        case "status":
            let retry = parts.firstIndex(of: "retry").map { $0 + 1 }
            let seconds = retry.flatMap { $0 < parts.count ? Int(parts[$0]) : nil }
            let again = parts.contains("again") ? true : parts.contains("stop") ? false : nil
            return .status(code, retryAfter: seconds, shouldRetry: again)
        case "flaky": return .flaky(code, times: parts.count > 2 ? Int(parts[2]) ?? 1 : 1)
        case "redirect": return .redirect(code)
        default: return nil
        }
    }

    private static func pacedFault(_ word: String, _ argument: String) -> Fault? {
        let numbers = argument.split(separator: "x").compactMap { Int($0) }
        guard word == "dribble", let count = numbers.first else { return nil }
        return .dribble(count, .milliseconds(numbers.count > 1 ? numbers[1] : 1))
    }

    private static func countedFault(_ word: String, _ argument: String) -> Fault? {
        guard let count = self.size(argument) else { return nil }
        switch word {
        case "hang": return .hangAfter(events: count)
        case "cut": return .cut(bodyBytes: count, .close)
        case "rst": return .cut(bodyBytes: count, .reset)
        case "half": return .cut(bodyBytes: count, .halfClose)
        case "stall": return .cut(bodyBytes: count, .hang)
        case "end": return .end(afterEvents: count)
        case "error": return .error(afterEvents: count)
        case "badjson": return .brokenJSON(afterEvents: count)
        case "badutf8": return .brokenUTF8(afterEvents: count)
        case "line": return .hugeLine(count)
        case "body": return .hugeBody(count)
        case "split": return .split(count)
        default: return nil
        }
    }

    /// `500`, `2k`, `16m`.
    private static func size(_ text: String) -> Int? {
        let units: [Character: Int] = ["k": 1 << 10, "m": 1 << 20]
        guard let last = text.last, let unit = units[last] else { return Int(text).flatMap { $0 >= 0 ? $0 : nil } }
        let (bytes, overflow) = (Int(text.dropLast()) ?? -1).multipliedReportingOverflow(by: unit)
        return overflow || bytes < 0 ? nil : bytes
    }

    /// `10`, `250ms`.
    private static func duration(_ text: String) -> Duration? {
        if text.hasSuffix("ms") { return Int(text.dropLast(2)).map { .milliseconds($0) } }
        return Int(text).map { .seconds($0) }
    }
}
