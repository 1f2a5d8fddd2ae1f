/// A rule like `CET-1CEST,M3.5.0,M10.5.0/3`, as TZif footers have it.
struct PosixZoneRule: Sendable, Equatable {
    private struct Change: Sendable, Equatable {
        enum Day: Sendable, Equatable {
            /// Month 1 to 12, week 1 to 5 (5 is the last), weekday from Sunday 0.
            case weekday(month: Int, week: Int, day: Int)
            /// Day 1 to 365, 29 February never counted.
            case julian(Int)
            /// Day 0 to 365, 29 February counted.
            case ordinal(Int)
        }
        var day: Day
        /// Seconds of local time after midnight.
        var time: Int
    }

    private let standard: Int
    private let summer: (offset: Int, begins: Change, ends: Change)?

    static func == (a: PosixZoneRule, b: PosixZoneRule) -> Bool {
        a.standard == b.standard && a.summer?.offset == b.summer?.offset && a.summer?.begins == b.summer?.begins
            && a.summer?.ends == b.summer?.ends
    }

    /// Reads a rule; `nil` when there is none or it is not of this form.
    init?(_ text: String) {
        var scanner = Scanner(text)
        guard scanner.name(), let west = scanner.time(limit: 24) else { return nil }
        self.standard = -west
        guard !scanner.isAtEnd else {
            self.summer = nil
            return
        }
        guard scanner.name() else { return nil }
        var offset = self.standard + 3_600
        if !scanner.takes(UInt8(ascii: ",")) {
            guard let west = scanner.time(limit: 24), scanner.takes(UInt8(ascii: ",")) else { return nil }
            offset = -west
        }
        guard let begins = scanner.change(), scanner.takes(UInt8(ascii: ",")), let ends = scanner.change(),
            scanner.isAtEnd
        else { return nil }
        self.summer = (offset, begins, ends)
    }

    /// Seconds east of UTC at an instant.
    func offset(at unixSeconds: Int64) -> Int {
        guard let summer = self.summer else { return self.standard }
        let held = min(max(unixSeconds, -1_000_000_000_000), 1_000_000_000_000)
        let year = CivilDay(daysSince1970: (held + Int64(self.standard)).floorDivided(by: 86_400)).year
        let begins = Self.instant(summer.begins, year) - Int64(self.standard)
        let ends = Self.instant(summer.ends, year) - Int64(summer.offset)
        let isSummer = begins < ends ? (begins..<ends).contains(held) : !(ends..<begins).contains(held)
        return isSummer ? summer.offset : self.standard
    }

    /// Seconds since 1970 of a change, in local time.
    private static func instant(_ change: Change, _ year: Int) -> Int64 {
        let january = CivilDay(year: year, month: 1, day: 1).daysSince1970
        let day: Int64
        switch change.day {
        case .ordinal(let count):
            day = january + Int64(count)
        case .julian(let count):
            let isAfterLeapDay = CivilDay.isLeap(year) && count >= 60
            day = january + Int64(count - 1) + (isAfterLeapDay ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CivilDay(year: year, month: month, day: 1).daysSince1970
            // 1 January 1970 was a Thursday.
            let firstWeekday = Int((first + 4).modulo(7))
            var offset = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            while offset >= CivilDay.length(ofMonth: month, year) { offset -= 7 }
            day = first + Int64(offset)
        }
        return day * 86_400 + Int64(change.time)
    }

    private struct Scanner {
        private let text: [UInt8]
        private var offset = 0

        init(_ text: String) {
            self.text = Array(text.utf8)
        }

        var isAtEnd: Bool { self.offset >= self.text.count }
        private var next: UInt8? { self.isAtEnd ? nil : self.text[self.offset] }

        mutating func takes(_ byte: UInt8) -> Bool {
            guard self.next == byte else { return false }
            self.offset += 1
            return true
        }

        /// An abbreviation: letters, or anything in angle brackets.
        mutating func name() -> Bool {
            if self.takes(UInt8(ascii: "<")) {
                while let byte = self.next, byte != UInt8(ascii: ">") { self.offset += 1 }
                return self.takes(UInt8(ascii: ">"))
            }
            let start = self.offset
            while let byte = self.next, (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) {
                self.offset += 1
            }
            return self.offset - start >= 3
        }

        private mutating func number(_ digits: Int) -> Int? {
            var value = 0
            var count = 0
            while count < digits, let byte = self.next, (0x30...0x39).contains(byte) {
                value = value * 10 + Int(byte - 0x30)
                self.offset += 1
                count += 1
            }
            return count > 0 ? value : nil
        }

        /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
        mutating func time(limit: Int) -> Int? {
            let isNegative = self.takes(UInt8(ascii: "-"))
            if !isNegative { _ = self.takes(UInt8(ascii: "+")) }
            guard let hours = self.number(3), hours <= limit else { return nil }
            var seconds = hours * 3_600
            for scale in [60, 1] where self.takes(UInt8(ascii: ":")) {
                guard let part = self.number(2), part < 60 else { return nil }
                seconds += part * scale
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            guard let day = self.day() else { return nil }
            guard self.takes(UInt8(ascii: "/")) else { return Change(day: day, time: 7_200) }
            return self.time(limit: 167).map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Change.Day? {
            if self.takes(UInt8(ascii: "J")) {
                return self.number(3).flatMap { (1...365).contains($0) ? .julian($0) : nil }
            }
            guard self.takes(UInt8(ascii: "M")) else {
                return self.number(3).flatMap { (0...365).contains($0) ? .ordinal($0) : nil }
            }
            guard let month = self.number(2), (1...12).contains(month), self.takes(UInt8(ascii: ".")),
                let week = self.number(1), (1...5).contains(week), self.takes(UInt8(ascii: ".")),
                let day = self.number(1), (0...6).contains(day)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
    }
}
