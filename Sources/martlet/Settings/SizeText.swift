/// Byte counts as operators write them: one whole number and one binary unit.
enum SizeText {
    private static let units: [(suffix: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    static func parse(_ text: String, within range: ClosedRange<Int>) throws(SettingMistake) -> Int {
        guard let bytes = self.parse(text) else {
            throw SettingMistake("must be a size such as 4KiB, 32MiB or 512B, got \(text)")
        }
        guard range.contains(bytes) else {
            throw SettingMistake(
                "must be \(self.format(range.lowerBound)) to \(self.format(range.upperBound)), got \(text)"
            )
        }
        return bytes
    }

    static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Decimal.parse(digits),
            let unit = self.units.first(where: { $0.suffix == text.dropFirst(digits.count) })
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : bytes
    }

    static func format(_ bytes: Int) -> String {
        guard bytes != 0 else { return "0B" }
        let unit = self.units.first { bytes % $0.bytes == 0 } ?? (suffix: "B", bytes: 1)
        return "\(bytes / unit.bytes)\(unit.suffix)"
    }
}
