public import Storage

/// Instants as RFC 3339 text in UTC, to the millisecond. Written here because full Foundation is not loaded for it.
public enum Timestamp {
    /// The last instant that can be written: the end of the year 9999.
    public static let latest: UnixMilliseconds = 253_402_300_799_999

    /// `2026-11-24T19:34:15.123Z`; instants outside the years 1970 to 9999 are moved to that range.
    public static func text(_ instant: UnixMilliseconds) -> String {
        let instant = min(max(0, instant), self.latest)
        let (days, rest) = instant.quotientAndRemainder(dividingBy: 86_400_000)
        let date = CivilDate(daysSinceEpoch: Int(days))
        let parts = [rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60].map { self.padded(Int($0), to: 2) }
        return "\(date)T\(parts.joined(separator: ":")).\(self.padded(Int(rest % 1_000), to: 3))Z"
    }

    /// Reads RFC 3339 with `Z` or a numeric offset, and up to nine digits of fraction of which three are kept.
    ///
    /// - Returns: `nil` for anything else, leap seconds and years before 1970 included.
    public static func parse(_ text: String) -> UnixMilliseconds? {
        let pattern = #/(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))/#
        guard text.utf8.count <= 64, let match = try? pattern.asciiOnlyDigits().wholeMatch(in: text) else { return nil }
        let numbers = [match.1, match.2, match.3, match.4, match.5, match.6].compactMap { Int($0) }
        guard numbers.count == 6, let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]) else {
            return nil
        }
        guard numbers[3] < 24, numbers[4] < 60, numbers[5] < 60 else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5]
        guard let offset = self.offset(match.8, match.9, match.10) else { return nil }
        let instant = UnixMilliseconds(seconds - offset) * 1_000 + UnixMilliseconds(self.milliseconds(match.7))
        return (0...self.latest).contains(instant) ? instant : nil
    }

    private static func offset(_ sign: Substring?, _ hours: Substring?, _ minutes: Substring?) -> Int? {
        guard let sign else { return 0 }
        guard let hours = hours.flatMap({ Int($0) }), let minutes = minutes.flatMap({ Int($0) }) else { return nil }
        guard hours < 24, minutes < 60 else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private static func milliseconds(_ fraction: Substring?) -> Int {
        guard let fraction else { return 0 }
        return Int((fraction + "00").prefix(3)) ?? 0
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// A day of the proleptic Gregorian calendar.
struct CivilDate: Equatable, CustomStringConvertible {
    let year: Int
    let month: Int
    let day: Int

    /// `nil` when there is no such day, or it lies before 1970.
    init?(year: Int, month: Int, day: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month) else { return nil }
        guard (1...Self.length(ofMonth: month, year: year)).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days are counted in eras of 400 years that begin on 1 March, so that the leap day comes last.
    init(daysSinceEpoch: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        self.month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int {
        let shiftedYear = self.month <= 2 ? self.year - 1 : self.year
        let yearOfEra = shiftedYear % 400
        let shiftedMonth = self.month > 2 ? self.month - 3 : self.month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + self.day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return shiftedYear / 400 * 146_097 + dayOfEra - 719_468
    }

    var description: String {
        let month = self.month < 10 ? "0\(self.month)" : "\(self.month)"
        let day = self.day < 10 ? "0\(self.day)" : "\(self.day)"
        return "\(self.year)-\(month)-\(day)"
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
