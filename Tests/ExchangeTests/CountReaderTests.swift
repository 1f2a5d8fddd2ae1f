import Exchange
import Testing

@Suite("Reading counts that nobody vouches for")
struct CountReaderTests {
    @Test(
        "honest counts are themselves",
        arguments: [
            ("0", 0), ("7", 7), ("-0", 0), ("1000000000", 1_000_000_000), ("3.0", 3), ("1e3", 1000),
        ]
    )
    func honest(_ text: String, _ count: Int) throws {
        var reader = CountReader()
        #expect(try withJSON(text) { reader.count($0) } == count)
        #expect(!reader.isAnomalous)
    }

    @Test(
        "others are clamped and flagged",
        arguments: [
            ("-1", 0), ("-1e308", 0), ("-0.5", 0), ("0.1", 1), ("1.5", 2), ("1000000001", 1_000_000_000),
            ("9223372036854775807", 1_000_000_000), ("9223372036854775808", 1_000_000_000), ("1e308", 1_000_000_000),
            ("999999999.5", 1_000_000_000), ("\"12\"", 0), ("true", 0), ("[]", 0), ("{\"n\":1}", 0),
        ]
    )
    func clamped(_ text: String, _ count: Int) throws {
        var reader = CountReader()
        #expect(try withJSON(text) { reader.count($0) } == count)
        #expect(reader.isAnomalous)
    }

    @Test("absent and null are unknown, which is no anomaly")
    func unknown() throws {
        var reader = CountReader()
        #expect(reader.count(nil) == nil)
        #expect(try withJSON("null") { reader.count($0) } == nil)
        #expect(!reader.isAnomalous)
    }

    @Test("an anomaly stays")
    func sticky() throws {
        var reader = CountReader()
        _ = try withJSON("-1") { reader.count($0) }
        _ = try withJSON("1") { reader.count($0) }
        #expect(reader.isAnomalous)
    }

    @Test("a part is never more than its whole")
    func parts() {
        var reader = CountReader()
        #expect(reader.part(3, of: 3) == 3)
        #expect(!reader.isAnomalous)
        #expect(reader.part(4, of: 3) == 3)
        #expect(reader.isAnomalous)
    }
}
