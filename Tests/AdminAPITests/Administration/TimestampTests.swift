import Storage
import Testing

@testable import AdminAPI

@Suite("timestamps")
struct TimestampTests {
    @Test(
        "an instant is written in UTC to the millisecond and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_796_153_655_123, "2026-12-01T19:34:15.123Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (Timestamp.latest, "9999-12-31T23:59:59.999Z"),
        ] as [(UnixMilliseconds, String)]
    )
    func roundTrip(instant: UnixMilliseconds, text: String) {
        #expect(Timestamp.text(instant) == text)
        #expect(Timestamp.parse(text) == instant)
    }

    @Test("instants out of range are moved into it")
    func clamped() {
        #expect(Timestamp.text(.min) == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp.text(.max) == "9999-12-31T23:59:59.999Z")
    }

    @Test(
        "offsets and fractions are understood",
        arguments: [
            ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T23:00:00-01:00", nil), ("1970-01-01t00:00:00z", 0),
            ("1970-01-01T00:00:00.5Z", 500), ("1970-01-01T00:00:00.123456789Z", 123), ("1970-01-01T00:00:00.1Z", 100),
            ("1970-01-02T00:30:00+00:30", 86_400_000),
        ] as [(String, UnixMilliseconds?)]
    )
    func variants(text: String, instant: UnixMilliseconds?) {
        #expect(Timestamp.parse(text) == instant)
    }

    @Test(
        "what is not an instant is refused",
        arguments: [
            "", "2026-11-24", "2026-11-24T10:00:00", "2026-11-24 10:00:00Z", "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T10:60:00Z",
            "2026-11-24T10:00:60Z", "2026-11-24T10:00:00.Z", "2026-11-24T10:00:00.1234567890Z", "1800-01-01T00:00:00Z",
            "2026-11-24T10:00:00+24:00", "2026-11-24T10:00:00+0100", "٢٠٢٦-11-24T10:00:00Z", "tomorrow",
            "9999-12-31T23:59:59-23:59", "20261124T100000Z",
        ]
    )
    func refused(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test("days count up one by one for eight hundred years")
    func everyDay() {
        var previous = CivilDate(daysSinceEpoch: 0)
        for day in 1..<292_194 {
            let date = CivilDate(daysSinceEpoch: day)
            #expect(date.daysSinceEpoch == day)
            let follows =
                date.day == previous.day + 1 && date.month == previous.month
                || date.day == 1 && (date.month == previous.month % 12 + 1)
            if !follows { Issue.record("\(previous) is followed by \(date)") }
            previous = date
        }
    }
}
