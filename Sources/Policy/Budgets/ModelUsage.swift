import Synchronization

/// What was learnt of one target from settled usage: how many tokens its input and output have for their bytes, and how long
/// its answers are. Read on the road without a lock; written once an exchange.
public final class ModelUsage: Sendable {
    /// Ratios are kept in millionths of a token a byte.
    private static let unit = 1_000_000
    private static let startInput = 333_333
    private static let startStreamed = 250_000
    private static let startOutput = 4_096
    private static let startMean = 1_024
    /// Answers looked back upon.
    private static let window = 200

    private let inputRatio = Atomic<Int>(ModelUsage.startInput)
    private let streamedRatio = Atomic<Int>(ModelUsage.startStreamed)
    private let longOutput = Atomic<Int>(ModelUsage.startOutput)
    private let usualOutput = Atomic<Int>(ModelUsage.startMean)
    private let history = Mutex(History())

    private struct History {
        var inputs = Ratio()
        var streams = Ratio()
        var outputs = RecentLengths(capacity: ModelUsage.window)
    }

    /// Sums of which old ones fade, so that a change of tokenizer or of use is followed.
    private struct Ratio {
        var tokens = 0.0
        var bytes = 0.0

        mutating func add(tokens: Int, bytes: Int) {
            self.tokens = self.tokens * 0.98 + Double(tokens)
            self.bytes = self.bytes * 0.98 + Double(bytes)
        }

        /// Millionths of a token a byte, held to what tokenizers do.
        var millionths: Int? {
            guard self.bytes > 0 else { return nil }
            let ratio = min(max(self.tokens / self.bytes, 0.01), 4) * Double(ModelUsage.unit)
            return Int(exactly: ratio.rounded())
        }
    }

    /// Nothing learnt yet: a token for three bytes of input, one for four of streamed content, answers under 4,096.
    public init() {}

    /// Tokens that so many bytes of a request probably are.
    public func inputTokens(bytes: Int) -> Int {
        Self.scaled(bytes, self.inputRatio.load(ordering: .relaxed))
    }

    /// Tokens that so many bytes of streamed content probably are.
    public func streamedOutput(bytes: Int) -> Int {
        Self.scaled(bytes, self.streamedRatio.load(ordering: .relaxed))
    }

    /// What nineteen of twenty recent answers stayed under, never more than a cap.
    public func expectedOutput(cap: Int?) -> Int {
        let expected = self.longOutput.load(ordering: .relaxed)
        return cap.map { max(0, min($0, expected)) } ?? expected
    }

    /// The usual length of an answer in tokens.
    public var meanOutput: Int { self.usualOutput.load(ordering: .relaxed) }

    /// Learns from one exchange whose counts are the vendor's.
    ///
    /// - Parameters:
    ///   - inputBytes: Bytes of the request that are text.
    ///   - inputTokens: What they were.
    ///   - outputTokens: The answer's tokens, reasoning included.
    ///   - streamedBytes: Bytes of content that were streamed; 0 when the answer was no stream.
    public func learn(inputBytes: Int, inputTokens: Int, outputTokens: Int, streamedBytes: Int) {
        self.history.withLock { history in
            if inputBytes > 0, inputTokens > 0 { history.inputs.add(tokens: inputTokens, bytes: inputBytes) }
            if streamedBytes > 0, outputTokens > 0 { history.streams.add(tokens: outputTokens, bytes: streamedBytes) }
            if outputTokens > 0 { self.note(outputTokens, &history) }
            if let ratio = history.inputs.millionths { self.inputRatio.store(ratio, ordering: .relaxed) }
            if let ratio = history.streams.millionths { self.streamedRatio.store(ratio, ordering: .relaxed) }
        }
    }

    private func note(_ output: Int, _ history: inout History) {
        history.outputs.note(min(output, 10_000_000))
        let lengths = history.outputs
        self.usualOutput.store(lengths.mean, ordering: .relaxed)
        // With few answers the start value still counts: one short answer says little about the next.
        guard lengths.count >= 20 else {
            return self.longOutput.store(max(Self.startOutput, lengths.value(percent: 100)), ordering: .relaxed)
        }
        self.longOutput.store(max(1, lengths.value(percent: 95)), ordering: .relaxed)
    }

    private static func scaled(_ bytes: Int, _ ratio: Int) -> Int {
        guard bytes > 0 else { return 0 }
        let tokens = (Int128(bytes) * Int128(ratio) + Int128(Self.unit) - 1) / Int128(Self.unit)
        return Int(clamping: tokens)
    }
}

/// The last so many lengths, in the order they came in and in the order of their size: what is asked of them after each one
/// is then there without sorting anew.
private struct RecentLengths {
    private let capacity: Int
    private var recent: [Int] = []
    private var sorted: [Int] = []
    private var oldest = 0
    private var sum = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { self.sorted.count }

    var mean: Int { self.sorted.isEmpty ? 0 : self.sum / self.sorted.count }

    /// A length that so many of a hundred are below.
    func value(percent: Int) -> Int {
        guard let last = self.sorted.indices.last else { return 0 }
        return self.sorted[min(self.sorted.count * percent / 100, last)]
    }

    mutating func note(_ length: Int) {
        self.sum += length
        if self.recent.count < self.capacity {
            self.recent.append(length)
            self.sorted.insert(length, at: self.place(of: length))
            return
        }
        let old = self.recent[self.oldest]
        self.recent[self.oldest] = length
        self.oldest = (self.oldest + 1) % self.capacity
        self.sum -= old
        guard old != length else { return }
        self.sorted.remove(at: self.place(of: old))
        self.sorted.insert(length, at: self.place(of: length))
    }

    /// Where the first length that is not smaller stands, or the end.
    private func place(of length: Int) -> Int {
        var (low, high) = (0, self.sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if self.sorted[middle] < length { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// What was learnt of all targets; it outlives snapshots and is bounded.
public final class UsageEstimator: Sendable {
    private static let capacity = 10_000
    private let models = Mutex<[Name: ModelUsage]>([:])

    private struct Name: Hashable {
        var provider: String
        var model: String
    }

    /// Nothing is known yet.
    public init() {}

    /// What is known of one target; the same object each time.
    public func model(provider: String, upstreamModel: String) -> ModelUsage {
        let name = Name(provider: provider, model: upstreamModel)
        return self.models.withLock { models in
            if let known = models[name] { return known }
            let fresh = ModelUsage()
            if models.count < Self.capacity { models[name] = fresh }
            return fresh
        }
    }
}
