import Testing

@testable import Catalogue

@Suite("Decimal numbers of prices")
struct PriceDecimalTests {
    private func read(_ text: String, _ places: Int = 9, _ beyond: PriceDecimal.Beyond = .refuse) throws -> Int64 {
        try PriceDecimal.read(text.utf8, places: places, limit: TokenRates.maximum, beyond: beyond)
    }

    @Test(
        "a decimal text is read exactly",
        arguments: [
            ("0.0375", 37_500_000), ("5", 5_000_000_000), ("0", 0), ("-0", 0), ("0.000", 0),
            ("0e999999999999999999", 0),
            ("10000", 10_000_000_000_000), ("1e4", 10_000_000_000_000), ("0.000000001", 1), ("1E-9", 1),
            ("0.1e1", 1_000_000_000), ("12.5", 12_500_000_000), ("0.3", 300_000_000), ("1.10", 1_100_000_000),
            ("000000000000000000000000000000001", 1_000_000_000),
            ("0.0000000000000000000000000000001e31", 1_000_000_000),
        ] as [(String, Int64)]
    )
    func exact(_ text: String, _ nano: Int64) throws {
        #expect(try self.read(text) == nano)
    }

    @Test(
        "a cost per token is read as nano-dollars a million, exactly",
        arguments: [
            ("3.75e-08", 37_500_000), ("3e-06", 3_000_000_000), ("0.000003", 3_000_000_000),
            ("1.5e-05", 15_000_000_000),
            ("1.5000000000000002e-07", 150_000_000), ("2.9999999999999997e-06", 3_000_000_000), ("4e-16", 0),
            ("5e-16", 1), ("9e-20", 0),
        ] as [(String, Int64)]
    )
    func perToken(_ text: String, _ nano: Int64) throws {
        #expect(try self.read(text, 15, .round) == nano)
    }

    @Test(
        "what no price can be is refused (N079)",
        arguments: [
            ("-1", PriceDecimal.Problem.negative), ("-0.000000001", .negative), ("-1e400", .negative),
            ("1e400", .tooLarge), ("1e999999999999999999999", .tooLarge), ("10000.000000001", .tooLarge),
            ("99999999999999999999999999", .tooLarge), ("0.0000000001", .tooFine), ("1e-400", .tooFine),
            ("1.0000000001", .tooFine), ("", .malformed), ("-", .malformed), (".5", .malformed), ("1.", .malformed),
            ("NaN", .malformed), ("1e", .malformed), ("1e+", .malformed), ("1x", .malformed), ("\"1\"", .malformed),
            ("1 ", .malformed), ("1e5.0", .malformed), ("Infinity", .malformed),
        ]
    )
    func refused(_ text: String, _ problem: PriceDecimal.Problem) {
        #expect(throws: problem) { try self.read(text) }
    }

    @Test("what is written reads back as the same, in many random cases")
    func roundTrip() throws {
        var random = SeededRandom(seed: 17)
        for _ in 0..<5_000 {
            let bits = Int.random(in: 0...43, using: &random)
            let nano = min(Int64.random(in: 0...(1 << bits), using: &random), TokenRates.maximum)
            let text = PriceDecimal.text(nano, places: 9)
            #expect(try self.read(text) == nano, "\(text)")
            // The same number with its point elsewhere.
            let shift = Int.random(in: -12...12, using: &random)
            #expect(try self.read("\(nano)e\(shift - 9)", 9 - shift) == nano)
        }
    }

    @Test("numbers are written as short as they can be")
    func text() {
        #expect(PriceDecimal.text(37_500_000, places: 9) == "0.0375")
        #expect(PriceDecimal.text(5_000_000_000, places: 9) == "5")
        #expect(PriceDecimal.text(0, places: 9) == "0")
        #expect(PriceDecimal.text(1, places: 9) == "0.000000001")
        #expect(PriceDecimal.text(1_100_000, places: 6) == "1.1")
        #expect(PriceDecimal.text(-12, places: 1) == "-1.2")
    }
}

/// Repeatable randomness for property tests.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
