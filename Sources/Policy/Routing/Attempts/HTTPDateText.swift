/// Reads the dates of HTTP headers in all three forms (RFC 9110, section 5.6.7).
public enum HTTPDateText {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970; `nil` when it is not such a date.
    public static func unixSeconds(_ text: String) -> Int64? {
        guard text.utf8.count <= 64 else { return nil }
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" })
        switch parts.count {
        case 6 where parts[5] == "GMT":
            // Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
            return Self.seconds(day: parts[1], month: parts[2], year: parts[3], time: parts[4])
        case 5:
            // Sun Nov  6 08:49:37 1994
            return Self.seconds(day: parts[2], month: parts[1], year: parts[4], time: parts[3])
        default:
            return nil
        }
    }

    private static func seconds(day: Substring, month: Substring, year: Substring, time: Substring) -> Int64? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false)
        guard let day = Self.number(day, upTo: 31), let year = Self.year(year), clock.count == 3,
            let month = Self.months.firstIndex(where: { $0 == month }),
            let hour = Self.number(clock[0], upTo: 23), let minute = Self.number(clock[1], upTo: 59),
            let second = Self.number(clock[2], upTo: 60),
            day >= 1, day <= CivilDay.length(ofMonth: month + 1, year)
        else { return nil }
        let days = CivilDay(year: year, month: month + 1, day: day).daysSince1970
        return days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
    }

    /// A year of two digits lies between 1970 and 2069.
    private static func year(_ text: Substring) -> Int? {
        guard let year = Self.number(text, upTo: 9_999) else { return nil }
        switch text.utf8.count {
        case 2: return year + (year < 70 ? 2_000 : 1_900)
        case 4: return year
        default: return nil
        }
    }

    private static func number(_ text: Substring, upTo largest: Int) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int(text), value <= largest
        else { return nil }
        return value
    }
}
