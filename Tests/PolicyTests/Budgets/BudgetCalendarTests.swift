import Foundation
import Testing

@testable import Policy

@Suite("The budget calendar")
struct BudgetCalendarTests {
    private static let folder = "/usr/share/zoneinfo"
    private static let hasZones = FileManager.default.fileExists(atPath: "\(folder)/Europe/Berlin")
    private static let zones = [
        "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "Asia/Beirut",
        "Africa/Cairo",
        "Asia/Amman", "America/Santiago", "America/Asuncion", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata",
        "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Chatham", "Asia/Tehran", "Atlantic/Azores",
        "Pacific/Kiritimati",
    ]

    private func rules(_ zone: String) throws -> ZoneRules {
        try ZoneRules(tzif: Array(Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(zone)"))))
    }

    private func milliseconds(_ date: Date) -> Int64 { Int64(date.timeIntervalSince1970 * 1_000) }

    @Test("offsets are Foundation's", .enabled(if: hasZones), arguments: zones)
    func offsets(_ zone: String) throws {
        let (rules, foundation) = (try self.rules(zone), try #require(TimeZone(identifier: zone)))
        for instant in stride(from: 0 as Int64, to: 2_200_000_000, by: 86_400 * 3 + 1_801) {
            let date = Date(timeIntervalSince1970: TimeInterval(instant))
            #expect(rules.offset(at: instant) == foundation.secondsFromGMT(for: date), "\(zone) \(instant)")
        }
    }

    @Test("days, weeks and months begin where Foundation's do", .enabled(if: hasZones), arguments: zones)
    func boundaries(_ zone: String) throws {
        let rules = try self.rules(zone)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: zone))
        let units: [(BudgetCalendar.Period, Calendar.Component)] = [
            (.daily, .day), (.weekly, .weekOfYear), (.monthly, .month),
        ]
        for (period, unit) in units {
            var instant = Date(timeIntervalSince1970: 946_684_800)
            let end = Date(timeIntervalSince1970: 2_050_000_000)
            while instant < end {
                let interval = try #require(calendar.dateInterval(of: unit, for: instant))
                let ours = BudgetCalendar.boundaries(period, zone: rules, from: self.milliseconds(instant), count: 2)
                #expect(ours[0] == self.milliseconds(interval.start), "\(zone) \(unit) \(instant)")
                // Not the interval's end: where a zone leaves a day out, Foundation puts a week's end a day late.
                let next = Date(timeIntervalSince1970: TimeInterval(ours[1] / 1_000))
                let after = try #require(calendar.dateInterval(of: unit, for: next))
                #expect(ours[1] == self.milliseconds(after.start) && next > instant, "\(zone) \(unit) \(instant)")
                #expect(calendar.dateInterval(of: unit, for: next.addingTimeInterval(-1))?.start == interval.start)
                instant = instant.addingTimeInterval(unit == .day ? 86_400 * 5 + 3_000 : 86_400 * 11 + 3_000)
            }
        }
    }

    @Test(
        "every day of a year with a gap at midnight ascends and holds its instant (N123)",
        .enabled(if: hasZones),
        arguments: zones
    )
    func ascending(_ zone: String) throws {
        let rules = try self.rules(zone)
        for year in [946_684_800, 1_293_840_000, 1_735_689_600] as [Int64] {
            let days = BudgetCalendar.boundaries(.daily, zone: rules, from: year * 1_000, count: 367)
            #expect(days.count == 367 && days[0] <= year * 1_000 && year * 1_000 < days[1])
            // A zone that crosses the date line leaves a day out: its two boundaries are one.
            #expect(zip(days, days.dropFirst()).allSatisfy { $0.0 <= $0.1 })
        }
    }

    @Test("without a zone file there is UTC, in exact days, weeks and months")
    func utc() {
        let instant: Int64 = 1_709_251_199_000
        let day: Int64 = 86_400_000
        #expect(
            BudgetCalendar.boundaries(.daily, zone: .utc, from: instant, count: 2) == [
                instant + 1_000 - day, instant + 1_000,
            ]
        )
        #expect(BudgetCalendar.boundaries(.monthly, zone: .utc, from: instant, count: 2).last == instant + 1_000)
        #expect(BudgetCalendar.boundaries(.weekly, zone: .utc, from: 4 * day, count: 1) == [4 * day])
        #expect(BudgetCalendar.boundaries(.weekly, zone: .utc, from: 4 * day - 1, count: 2).last == 4 * day)
    }

    @Test("a damaged file is refused wherever it is cut or changed, and never traps", .enabled(if: hasZones))
    func damaged() throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/Europe/Berlin")))
        for cut in stride(from: 0, to: bytes.count - 1, by: 7) {
            #expect(throws: ZoneRules.Malformed.self) { try ZoneRules(tzif: Array(bytes[..<cut])) }
        }
        let random = Randomness.seeded(7)
        for _ in 0..<2_000 {
            var changed = bytes
            let at = random.bytes(2).reduce(0) { $0 << 8 | Int($1) } % changed.count
            changed[at] = random.bytes(1)[0]
            guard let rules = try? ZoneRules(tzif: changed) else { continue }
            for instant in [Int64.min, -1, 0, 1_800_000_000, .max] { _ = rules.offset(at: instant) }
        }
    }
}
