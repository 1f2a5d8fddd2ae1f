import Testing

@testable import Policy

@Suite("Retry-after")
struct RetryAfterTests {
    /// Sunday, 6 November 1994, 08:49:37 GMT.
    private static let wall: Int64 = 784_111_777

    @Test(arguments: [
        ("0", Duration.zero), ("7", .seconds(7)), (" 7 ", .seconds(7)), ("1.5", .milliseconds(1_500)),
        ("0.25", .milliseconds(250)), (".5", .milliseconds(500)), ("300", .seconds(300)), ("301", .seconds(300)),
        ("99999999999999999999999999", .seconds(300)), ("0.0000001", .zero),
    ])
    func readsSeconds(_ text: String, _ expected: Duration) {
        #expect(RetryAfter.parse(retryAfter: text, wallSeconds: Self.wall) == expected)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:50:37 GMT", "Sun Nov  6 08:50:37 1994",
    ])
    func readsDatesInAllForms(_ text: String) {
        #expect(RetryAfter.parse(retryAfter: text, wallSeconds: Self.wall) == .seconds(60))
        #expect(RetryAfter.parse(retryAfter: text, wallSeconds: Self.wall + 3_600) == .zero)
        #expect(RetryAfter.parse(retryAfter: text, wallSeconds: 0) == .seconds(300))
    }

    @Test(arguments: [
        "", " ", "soon", "-1", "+5", "1e3", "1.2.3", ".", "5 minutes", "0x10", "NaN", "Infinity", "٣",
        "Sun, 06 Nov 1994 08:50:37 CET", "Sun, 31 Feb 1994 08:50:37 GMT", "Sun, 06 Nov 1994 25:50:37 GMT",
        "Sun, 00 Nov 1994 08:50:37 GMT", "Sun, 06 Abc 1994 08:50:37 GMT", "Sun, 06 Nov 994 08:50:37 GMT",
        "Sun, 06 Nov 1994 08:50 GMT", "Sun, 06 Nov 99999999999999999999 08:50:37 GMT",
    ])
    func refusesTheRest(_ text: String) {
        #expect(RetryAfter.parse(retryAfter: text, wallSeconds: Self.wall) == nil)
    }

    @Test func theFinerHeaderWinsWhenItCanBeRead() {
        func parse(_ seconds: String?, _ milliseconds: String?) -> Duration? {
            RetryAfter.parse(retryAfter: seconds, milliseconds: milliseconds, wallSeconds: Self.wall)
        }
        #expect(parse("2", "1500") == .milliseconds(1_500))
        #expect(parse("2", "x") == .seconds(2))
        #expect(parse(nil, "12.5") == .microseconds(12_500))
        #expect(parse(nil, "999999999") == .seconds(300))
        #expect(parse(nil, nil) == nil)
    }

    @Test func readsProtobufDurations() {
        #expect(RetryAfter.parse(protobufDuration: "12.5s") == .milliseconds(12_500))
        #expect(RetryAfter.parse(protobufDuration: "38s") == .seconds(38))
        #expect(RetryAfter.parse(protobufDuration: "3600s") == .seconds(300))
        for text in ["", "s", "12", "12ms", "-3s"] { #expect(RetryAfter.parse(protobufDuration: text) == nil) }
    }

    // MARK: The caller's own deadline

    @Test func theReadTimeoutWinsWhenItIsANumber() {
        #expect(CallerDeadline.parse(readTimeout: "600", timeout: "30") == .seconds(600))
        #expect(CallerDeadline.parse(readTimeout: "59.5", timeout: nil) == .milliseconds(59_500))
        #expect(CallerDeadline.parse(readTimeout: "NOT_GIVEN", timeout: "30") == .seconds(30))
        #expect(CallerDeadline.parse(readTimeout: nil, timeout: "600") == .seconds(600))
    }

    @Test(arguments: [nil, "", "NOT_GIVEN", "None", "0", "0.0", "-4", "inf", "1e9"])
    func withoutANumberThereIsNone(_ text: String?) {
        #expect(CallerDeadline.parse(readTimeout: text, timeout: text) == nil)
    }

    @Test func noPatienceIsBelievedBeyondADay() {
        #expect(CallerDeadline.parse(readTimeout: nil, timeout: "999999999999999999999") == .seconds(86_400))
    }
}
