extension MonotonicInstant {
    /// Later by so much; as far as the clock reaches when that is too far.
    func adding(_ duration: Duration) -> MonotonicInstant {
        MonotonicInstant(microseconds: self.microseconds.adding(duration.wholeMicroseconds))
    }

    /// Time since an earlier instant, at least 0.
    func since(_ earlier: MonotonicInstant) -> Duration {
        let (difference, overflow) = self.microseconds.subtractingReportingOverflow(earlier.microseconds)
        return overflow ? (self < earlier ? .zero : .microseconds(Int64.max)) : .microseconds(max(0, difference))
    }
}

extension Duration {
    /// In whole microseconds, rounded down, as near as 64 bits come to it.
    var wholeMicroseconds: Int64 {
        // Up to nine seconds: one division, where the components take several of 128 bits.
        if let attoseconds = Int64(exactly: self.attoseconds) { return attoseconds / 1_000_000_000_000 }
        let (seconds, attoseconds) = self.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? -.max : .max }
        return whole.adding(attoseconds / 1_000_000_000_000)
    }
}
