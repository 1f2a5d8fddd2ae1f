/// What a million tokens of each kind cost, in nano-dollars: 37,500,000 is $0.0375 a million.
public struct TokenRates: Sendable, Equatable {
    /// Input that neither came from nor went to a cache.
    public var input: Int64
    /// Visible text output.
    public var output: Int64
    /// Input read from the cache; `nil` costs as input.
    public var cacheRead: Int64?
    /// Input written to the cache for five minutes; `nil` costs as input.
    public var cacheWrite5m: Int64?
    /// Input written to the cache for an hour; `nil` costs as a write for five minutes.
    public var cacheWrite1h: Int64?
    /// Reasoning; `nil` costs as output.
    public var reasoning: Int64?
    /// Audio input; `nil` costs as input.
    public var audioInput: Int64?
    /// Audio output; `nil` costs as output.
    public var audioOutput: Int64?
    /// Image input; `nil` costs as input.
    public var imageInput: Int64?
    /// Image output; `nil` costs as output.
    public var imageOutput: Int64?

    /// The highest rate that a price may hold: 10,000 dollars a million.
    public static let maximum: Int64 = 10_000_000_000_000

    /// Rates of plain input and output, with nothing priced apart.
    public init(input: Int64, output: Int64) {
        self.input = input
        self.output = output
    }

    /// What a million tokens of a kind cost, by the rate that the kind falls back to where it is not priced apart.
    public func rate(_ kind: RateKind) -> Int64 {
        switch kind {
        case .input: self.input
        case .output: self.output
        case .cacheRead: self.cacheRead ?? self.input
        case .cacheWrite5m: self.cacheWrite5m ?? self.input
        case .cacheWrite1h: self.cacheWrite1h ?? self.cacheWrite5m ?? self.input
        case .reasoning: self.reasoning ?? self.output
        case .audioInput: self.audioInput ?? self.input
        case .audioOutput: self.audioOutput ?? self.output
        case .imageInput: self.imageInput ?? self.input
        case .imageOutput: self.imageOutput ?? self.output
        }
    }

    /// The rate of a kind where it is priced apart. Setting `nil` to input or output changes nothing.
    public subscript(kind: RateKind) -> Int64? {
        get {
            switch kind {
            case .input: self.input
            case .output: self.output
            case .cacheRead: self.cacheRead
            case .cacheWrite5m: self.cacheWrite5m
            case .cacheWrite1h: self.cacheWrite1h
            case .reasoning: self.reasoning
            case .audioInput: self.audioInput
            case .audioOutput: self.audioOutput
            case .imageInput: self.imageInput
            case .imageOutput: self.imageOutput
            }
        }
        set {
            switch kind {
            case .input: self.input = newValue ?? self.input
            case .output: self.output = newValue ?? self.output
            case .cacheRead: self.cacheRead = newValue
            case .cacheWrite5m: self.cacheWrite5m = newValue
            case .cacheWrite1h: self.cacheWrite1h = newValue
            case .reasoning: self.reasoning = newValue
            case .audioInput: self.audioInput = newValue
            case .audioOutput: self.audioOutput = newValue
            case .imageInput: self.imageInput = newValue
            case .imageOutput: self.imageOutput = newValue
            }
        }
    }

    /// The same rates times `millionths` / 1,000,000, each rounded up and held to `maximum`.
    func scaled(byMillionths millionths: Int64) -> TokenRates {
        var scaled = self
        for kind in RateKind.allCases {
            guard let rate = self[kind] else { continue }
            scaled[kind] = Self.proportion(rate, millionths, to: 1_000_000)
        }
        return scaled
    }

    /// `rate * part / whole`, rounded up, held to `maximum`; `rate` itself where the whole is nothing.
    static func proportion(_ rate: Int64, _ part: Int64, to whole: Int64) -> Int64 {
        guard whole > 0 else { return rate }
        let product = Int128(max(rate, 0)) * Int128(max(part, 0))
        let quotient = (product + Int128(whole) - 1) / Int128(whole)
        return Int64(min(quotient, Int128(Self.maximum)))
    }
}
