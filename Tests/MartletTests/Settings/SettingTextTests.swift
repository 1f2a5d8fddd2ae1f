import Testing

@testable import martlet

@Suite("durations and sizes")
struct SettingTextTests {
    @Test(
        "durations are one number and one unit",
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("10s", .seconds(10)), ("5m", .seconds(300)),
            ("2h", .seconds(7_200)),
            ("0s", .zero),
        ]
    )
    func duration(text: String, value: Duration) {
        #expect(DurationText.parse(text) == value)
        #expect(DurationText.format(value) == text)
    }

    @Test(
        "what is not quite a duration is refused",
        arguments: ["", "10", "s", "-5s", "+5s", "1.5s", "5 s", "5S", "1m30s", "10sec", "٣s", "99999999999999999h"]
    )
    func notDuration(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        "sizes are one number and one binary unit",
        arguments: [
            ("512B", 512), ("4KiB", 4_096), ("32MiB", 32 << 20), ("1GiB", 1 << 30), ("0B", 0), ("1537B", 1_537),
        ]
    )
    func size(text: String, value: Int) {
        #expect(SizeText.parse(text) == value)
        #expect(SizeText.format(value) == text)
    }

    @Test(
        "what is not quite a size is refused",
        arguments: ["", "32", "MiB", "32MB", "32 MiB", "-1B", "0x10B", "1_000B", "9999999999999GiB"]
    )
    func notSize(text: String) {
        #expect(SizeText.parse(text) == nil)
    }

    @Test("a value out of range is told with its bounds")
    func range() {
        let mistake = #expect(throws: SettingMistake.self) { try SizeText.parse("2KiB", within: 4_096...8_192) }
        #expect(mistake?.message == "must be 4KiB to 8KiB, got 2KiB")
        let other = #expect(throws: SettingMistake.self) {
            try DurationText.parse("1h", within: .seconds(1) ... .seconds(60))
        }
        #expect(other?.message == "must be 1s to 1m, got 1h")
    }

    @Test(
        "edit distance counts swaps as one",
        arguments: [("port", "port", 0), ("prot", "port", 1), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3)]
    )
    func distance(a: String, b: String, expected: Int) {
        #expect(EditDistance.between(a, b) == expected)
    }

    @Test("only a near word is offered")
    func nearest() {
        #expect(EditDistance.nearest(to: "prot", among: ["host", "port"]) == "port")
        #expect(EditDistance.nearest(to: "quite_other", among: ["host", "port"]) == nil)
        #expect(EditDistance.nearest(to: "", among: ["host"]) == nil)
        #expect(EditDistance.nearest(to: String(repeating: "x", count: 100_000), among: ["host"]) == nil)
    }
}
