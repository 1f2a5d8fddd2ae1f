import Exchange
import Testing

@Suite("Money as text")
struct NanoUSDTests {
    @Test(
        "is decimal, exact and short",
        arguments: [
            (0, "0"), (1, "0.000000001"), (1_000_000_000, "1"), (1_500_000_000, "1.5"), (120_000, "0.00012"),
            (-500_000_000, "-0.5"), (-1, "-0.000000001"), (Int64.max, "9223372036.854775807"),
            (Int64.min, "-9223372036.854775808"),
        ] as [(Int64, String)]
    )
    func text(_ nanoUSD: Int64, _ text: String) {
        #expect(NanoUSD.text(nanoUSD) == text)
    }
}
