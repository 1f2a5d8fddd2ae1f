import Exchange
import Policy
import Wire

/// What a caller is told of its own limits, in its vendor's spelling.
struct LimitHeaders {
    /// One header.
    struct Field {
        let name: StaticString
        let value: Value
    }

    enum Value {
        case count(Int)
        /// As OpenAI spells a wait.
        case wait(VendorWait)
        /// A moment, in seconds since 1970.
        case moment(Int64)
    }

    private struct Names {
        let limit: StaticString
        let remaining: StaticString
        let reset: StaticString
    }

    private static let requests = Names(
        limit: "x-ratelimit-limit-requests",
        remaining: "x-ratelimit-remaining-requests",
        reset: "x-ratelimit-reset-requests"
    )
    private static let tokens = Names(
        limit: "x-ratelimit-limit-tokens",
        remaining: "x-ratelimit-remaining-tokens",
        reset: "x-ratelimit-reset-tokens"
    )
    private static let messagesRequests = Names(
        limit: "anthropic-ratelimit-requests-limit",
        remaining: "anthropic-ratelimit-requests-remaining",
        reset: "anthropic-ratelimit-requests-reset"
    )
    private static let messagesTokens = Names(
        limit: "anthropic-ratelimit-tokens-limit",
        remaining: "anthropic-ratelimit-tokens-remaining",
        reset: "anthropic-ratelimit-tokens-reset"
    )

    let reading: LimitReading
    let format: FormatID
    let unixSeconds: Int64

    /// What is left, for a caller of a format.
    init(_ reading: LimitReading, _ format: FormatID, unixSeconds: Int64) {
        self.reading = reading
        self.format = format
        self.unixSeconds = unixSeconds
    }

    /// Name and value of each header.
    var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        self.each { fields.append((name: "\($0.name)", value: $0.value.text)) }
        return fields
    }

    /// Calls `tell` with each header.
    @inline(__always)
    func each(_ tell: (Field) -> Void) {
        let isMessages = self.format == .messages
        if let requests = self.reading.requests {
            self.each(requests, isMessages ? Self.messagesRequests : Self.requests, tell)
        }
        if let tokens = self.reading.tokens {
            self.each(tokens, isMessages ? Self.messagesTokens : Self.tokens, tell)
        }
    }

    @inline(__always)
    private func each(_ limit: LimitDecision, _ names: Names, _ tell: (Field) -> Void) {
        tell(Field(name: names.limit, value: .count(limit.limit)))
        tell(Field(name: names.remaining, value: .count(limit.remaining)))
        guard self.format == .messages else {
            return tell(Field(name: names.reset, value: .wait(VendorWait(nanoseconds: limit.resetNanoseconds))))
        }
        let seconds = max(0, limit.resetNanoseconds).dividedUp(by: 1_000_000_000)
        tell(Field(name: names.reset, value: .moment(self.unixSeconds + seconds)))
    }
}

extension LimitHeaders.Value {
    var text: String {
        switch self {
        case .count(let count): String(count)
        case .wait(let wait): wait.text
        case .moment(let seconds): RFC3339.text(unixSeconds: seconds)
        }
    }
}

/// A wait as OpenAI's rate-limit headers spell it: `120ms`, `1s`, `6m0s`.
struct VendorWait {
    private let minutes: Int
    private let rest: Int
    private let unit: StaticString

    init(nanoseconds: Int64) {
        let milliseconds = max(0, nanoseconds) / 1_000_000
        guard milliseconds >= 1000 else {
            (self.minutes, self.rest, self.unit) = (0, Int(milliseconds), "ms")
            return
        }
        let seconds = Int(milliseconds.dividedUp(by: 1000))
        (self.minutes, self.rest, self.unit) = (seconds / 60, seconds % 60, "s")
    }

    var text: String { (self.minutes > 0 ? "\(self.minutes)m" : "") + "\(self.rest)\(self.unit)" }

    func write(to head: inout HeadWriter) {
        if self.minutes > 0 {
            head.write(self.minutes)
            head.write(fixed: "m")
        }
        head.write(self.rest)
        head.write(fixed: self.unit)
    }
}

extension HeadWriter {
    /// Writes what is left of a caller's limits as header lines, without making strings of them.
    mutating func write(_ headers: LimitHeaders) {
        headers.each { field in
            self.begin(field: field.name)
            switch field.value {
            case .count(let count): self.write(count)
            case .wait(let wait): wait.write(to: &self)
            case .moment: self.write(field.value.text)
            }
            self.endLine()
        }
    }
}

extension Int64 {
    /// The quotient of a number that is not negative, rounded up.
    fileprivate func dividedUp(by divisor: Int64) -> Int64 { self / divisor + (self % divisor > 0 ? 1 : 0) }
}
