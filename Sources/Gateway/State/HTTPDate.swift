/// Formats the `date` header (RFC 9110, section 5.6.7) from seconds since 1970.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func text(unixSeconds: Int64) -> String {
        let seconds = max(0, unixSeconds)
        let day = Int(seconds / 86_400)
        let rest = Int(seconds % 86_400)
        let (year, month, dayOfMonth) = Self.civil(fromDays: day)
        let time = "\(Self.pad(rest / 3600)):\(Self.pad(rest / 60 % 60)):\(Self.pad(rest % 60))"
        return "\(Self.days[day % 7]), \(Self.pad(dayOfMonth)) \(Self.months[month - 1]) \(year) \(time) GMT"
    }

    fileprivate static func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// Days since 1970 to a date, by the usual era arithmetic; `days` is not negative.
    fileprivate static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

/// Formats an instant as RFC 3339 in UTC, whole seconds.
enum RFC3339 {
    static func text(unixSeconds: Int64) -> String {
        let seconds = max(0, unixSeconds)
        let rest = Int(seconds % 86_400)
        let (year, month, day) = HTTPDate.civil(fromDays: Int(seconds / 86_400))
        let time = "\(HTTPDate.pad(rest / 3600)):\(HTTPDate.pad(rest / 60 % 60)):\(HTTPDate.pad(rest % 60))"
        return "\(year)-\(HTTPDate.pad(month))-\(HTTPDate.pad(day))T\(time)Z"
    }
}
