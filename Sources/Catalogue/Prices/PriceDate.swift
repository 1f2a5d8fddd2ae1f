/// Moments in price documents: `2026-12-01` or `2026-12-01T00:00:00Z`, read and written without a calendar library.
enum PriceDate {
    /// Milliseconds of Unix time; `nil` for anything else than a day, or a second, of the years 1970 to 9999, in UTC.
    static func read(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10 || bytes.count == 20 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        guard year >= 1970, (1...12).contains(month), (1...Self.days(of: month, year)).contains(day) else { return nil }
        let days = Self.days(before: year, month) + day - 1
        guard bytes.count == 20 else { return Int64(days) * 86_400_000 }
        let marks = [bytes[10], bytes[13], bytes[16], bytes[19]]
        guard marks == Array("T::Z".utf8) else { return nil }
        guard let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19) else { return nil }
        guard hour < 24, minute < 60, second < 60 else { return nil }
        return Int64(days) * 86_400_000 + Int64(hour * 3_600 + minute * 60 + second) * 1_000
    }

    /// The text of a moment that `read` gave.
    static func text(_ milliseconds: Int64) -> String {
        let seconds = max(milliseconds, 0) / 1_000
        var days = Int(seconds / 86_400)
        let rest = Int(seconds % 86_400)
        var year = 1970
        // Four hundred years always have the same number of days.
        year += days / 146_097 * 400
        days %= 146_097
        while days >= Self.days(in: year) {
            days -= Self.days(in: year)
            year += 1
        }
        var month = 1
        while days >= Self.days(of: month, year) {
            days -= Self.days(of: month, year)
            month += 1
        }
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(days + 1, 2))"
        guard rest > 0 else { return date }
        let time = [rest / 3_600, rest / 60 % 60, rest % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(date)T\(time)Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(in year: Int) -> Int {
        self.isLeap(year) ? 366 : 365
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: self.isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func days(before year: Int, _ month: Int) -> Int {
        let years = year - 1
        let leaps = years / 4 - years / 100 + years / 400 - 477
        let months = (1..<month).reduce(0) { $0 + self.days(of: $1, year) }
        return (year - 1970) * 365 + leaps + months
    }
}
