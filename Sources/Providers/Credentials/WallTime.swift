/// An instant of the calendar, in whole seconds since 1970-01-01T00:00:00Z; leap seconds do not exist here, as in POSIX.
///
/// Vendors' credentials expire by the calendar, and signatures name it, hence no monotonic clock.
public struct WallTime: Sendable, Hashable, Comparable {
    /// Seconds since 1970.
    public var seconds: Int

    /// An instant.
    public init(seconds: Int) {
        self.seconds = seconds
    }

    /// The earlier one is the smaller one.
    public static func < (a: WallTime, b: WallTime) -> Bool { a.seconds < b.seconds }

    /// An instant some seconds later; the furthest one there is where numbers end.
    public func adding(seconds: Int) -> WallTime {
        let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
        return WallTime(seconds: overflow ? (seconds < 0 ? .min : .max) : sum)
    }

    /// How many seconds later another instant is; negative when it is earlier.
    public func seconds(until other: WallTime) -> Int {
        let (difference, overflow) = other.seconds.subtractingReportingOverflow(self.seconds)
        return overflow ? (other < self ? .min : .max) : difference
    }
}

extension WallTime {
    /// `20150830T123600Z`, as AWS signatures write it.
    public var basicText: String {
        let parts = self.parts
        let time = "\(Self.digits(parts.hour, 2))\(Self.digits(parts.minute, 2))\(Self.digits(parts.second, 2))"
        return "\(self.basicDate)T\(time)Z"
    }

    /// `20150830`
    public var basicDate: String {
        let parts = self.parts
        return Self.digits(parts.year, 4) + Self.digits(parts.month, 2) + Self.digits(parts.day, 2)
    }

    /// Reads `2026-01-02T03:04:05Z`, also with a fraction (dropped) and with an offset such as `+00:00`; `nil` when the
    /// text is anything else. Source: RFC 3339.
    public init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard (20...64).contains(bytes.count), bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":")
        else { return nil }
        guard let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
            let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19])
        else { return nil }
        guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else { return nil }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: ASCIIText.isDigit)
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard let offset = Self.offset(rest) else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        self.seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    }
}

extension WallTime {
    private typealias Parts = (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int)

    /// The calendar's numbers, of years 0 to 9999; what lies beyond is shown as the nearest of them.
    private var parts: Parts {
        let seconds = min(max(self.seconds, -62_167_219_200), 253_402_300_799)
        let days = Self.floorDivide(seconds, 86_400)
        let time = seconds - days * 86_400
        let (year, month, day) = Self.date(days: days)
        return (year, month, day, time / 3_600, time / 60 % 60, time % 60)
    }

    /// Days since 1970 of a date of the Gregorian calendar. Years begin in March, so that the leap day comes last.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = self.floorDivide(year, 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let days = days + 719_468
        let era = self.floorDivide(days, 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    /// Seconds east of Greenwich of `Z`, `+hh:mm` or `+hhmm`.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int? {
        guard let first = text.first else { return nil }
        if first | 0x20 == UInt8(ascii: "z") { return text.count == 1 ? 0 : nil }
        guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-") else { return nil }
        let digits = text.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 4, let hours = self.number(digits[..<2]), let minutes = self.number(digits[2...]),
            hours < 24, minutes < 60
        else { return nil }
        let offset = hours * 3_600 + minutes * 60
        return first == UInt8(ascii: "-") ? -offset : offset
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        var value = 0
        for byte in digits {
            guard ASCIIText.isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func digits(_ value: Int, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
