import Testing

@testable import Providers

@Suite("Calendar instants")
struct WallTimeTests {
    @Test(
        "dates are read and written",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "19700101T000000Z"),
            ("2015-08-30T12:36:00Z", 1_440_938_160, "20150830T123600Z"),
            ("2000-02-29T23:59:59Z", 951_868_799, "20000229T235959Z"),
            ("2026-01-02T03:04:05.678Z", 1_767_323_045, "20260102T030405Z"),
            ("2026-01-02T05:04:05+02:00", 1_767_323_045, "20260102T030405Z"),
            ("2026-01-01T22:34:05-0430", 1_767_323_045, "20260102T030405Z"),
            ("1969-12-31T23:59:59Z", -1, "19691231T235959Z"),
            ("9999-12-31T23:59:59Z", 253_402_300_799, "99991231T235959Z"),
        ]
    )
    func round(_ text: String, _ seconds: Int, _ basic: String) {
        let time = WallTime(parsing: text)
        #expect(time == WallTime(seconds: seconds))
        #expect(time?.basicText == basic)
    }

    @Test(
        "anything else is not a date",
        arguments: [
            "", "2026", "2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z", "2026-01-02T24:04:05Z",
            "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Zx", "2026-01-02T03:04:05+1", "2026-01-0xT03:04:05Z",
            "99999-01-02T03:04:05Z", "2026-01-02T03:04:05+99:00",
        ]
    )
    func malformed(_ text: String) {
        #expect(WallTime(parsing: text) == nil)
    }

    @Test("arithmetic ends where numbers end")
    func bounds() {
        #expect(WallTime(seconds: .max).adding(seconds: 1) == WallTime(seconds: .max))
        #expect(WallTime(seconds: .min).adding(seconds: -1) == WallTime(seconds: .min))
        #expect(WallTime(seconds: .min).seconds(until: WallTime(seconds: .max)) == .max)
        #expect(WallTime(seconds: .max).seconds(until: WallTime(seconds: .min)) == .min)
        #expect(WallTime(seconds: .max).basicText == "99991231T235959Z")
        #expect(WallTime(seconds: .min).basicText == "00000101T000000Z")
    }

    @Test("every day of four centuries is written as the one after the day before")
    func days() {
        var previous = ""
        for day in stride(from: -100_000, to: 60_000, by: 7) {
            let text = WallTime(seconds: day * 86_400).basicDate
            let iso = "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))T00:00:00Z"
            #expect(WallTime(parsing: iso) == WallTime(seconds: day * 86_400))
            #expect(text > previous)
            previous = text
        }
    }
}
