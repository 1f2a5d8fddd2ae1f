/// Durations as operators write them: one whole number and one unit.
enum DurationText {
    /// Units from largest to smallest, in milliseconds.
    private static let units: [(suffix: String, milliseconds: Int)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    static func parse(_ text: String, within range: ClosedRange<Duration>) throws(SettingMistake) -> Duration {
        guard let duration = self.parse(text) else {
            throw SettingMistake("must be a duration such as 250ms, 10s or 5m, got \(text)")
        }
        guard range.contains(duration) else {
            throw SettingMistake(
                "must be \(self.format(range.lowerBound)) to \(self.format(range.upperBound)), got \(text)"
            )
        }
        return duration
    }

    static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Decimal.parse(digits),
            let unit = self.units.first(where: { $0.suffix == text.dropFirst(digits.count) })
        else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(milliseconds)
    }

    /// The largest unit that divides the duration evenly. Below a millisecond nothing is kept.
    static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
        guard milliseconds != 0 else { return "0s" }
        let unit = self.units.first { milliseconds % $0.milliseconds == 0 } ?? (suffix: "ms", milliseconds: 1)
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
}
