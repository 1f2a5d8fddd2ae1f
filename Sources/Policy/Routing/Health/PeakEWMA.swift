/// How slow something is lately: a slower sample counts at once, quicker ones only little by little.
///
/// Source: Finagle's peak-EWMA load metric. A value that nobody refreshes fades, so that what was slow once is asked
/// again some time.
public struct PeakEWMA: Sendable {
    private var microseconds = 0.0
    private var stamp: MonotonicInstant?
    private let decayMicroseconds: Double

    /// Makes one without samples.
    /// - Parameter decay: After so long without samples about a third of the value is left.
    public init(decay: Duration = .seconds(10)) {
        self.decayMicroseconds = Double(max(1, decay.wholeMicroseconds))
    }

    /// Adds a sample.
    public mutating func observe(_ sample: Duration, at now: MonotonicInstant) {
        let new = Double(max(0, sample.wholeMicroseconds))
        let share = self.share(at: now)
        self.microseconds = new > self.microseconds ? new : self.microseconds * share + new * (1 - share)
        self.stamp = max(self.stamp ?? now, now)
    }

    /// What one more request would wait, in no unit but to be compared: the value of now by all in flight with it.
    /// What was never seen costs nothing while idle, and more than all else while its first answer is awaited.
    public func cost(inFlight: Int, at now: MonotonicInstant) -> Double {
        guard self.stamp != nil else { return inFlight > 0 ? .greatestFiniteMagnitude : 0 }
        return self.microseconds * self.share(at: now) * Double(max(0, inFlight) + 1)
    }

    /// The value as of now; `nil` without samples.
    public func value(at now: MonotonicInstant) -> Duration? {
        guard self.stamp != nil, let whole = Int64(exactly: (self.microseconds * self.share(at: now)).rounded()) else {
            return nil
        }
        return .microseconds(whole)
    }

    /// What is left of the value by now, 0…1: close to e^-x, without a library of mathematics.
    private func share(at now: MonotonicInstant) -> Double {
        guard let stamp = self.stamp, now > stamp else { return 1 }
        let x = Double(now.since(stamp).wholeMicroseconds) / self.decayMicroseconds
        return 1 / (1 + x + x * x / 2 + x * x * x / 6)
    }
}
