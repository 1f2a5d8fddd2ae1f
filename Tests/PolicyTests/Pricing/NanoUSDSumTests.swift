import Testing

@testable import Policy

@Suite("Sums of nano-dollars")
struct NanoUSDSumTests {
    @Test(
        "sums are rounded up exactly on both sides of what one word holds",
        arguments: [
            // 2^64 - 1,000,000 is the last that is divided as one word.
            (18_446_744_073_708_551_615, 18_446_744_073_709), (18_446_744_073_708_551_616, 18_446_744_073_709),
            (18_446_744_073_708_551_617, 18_446_744_073_709), (18_446_744_073_709_000_000, 18_446_744_073_709),
            (18_446_744_073_709_000_001, 18_446_744_073_710), (18_446_744_073_709_551_615, 18_446_744_073_710),
            (18_446_744_073_709_551_616, 18_446_744_073_710), (0, 0), (1, 1), (1_000_000, 1), (1_000_001, 2),
        ] as [(UInt128, Int64)]
    )
    func boundary(_ millionths: UInt128, _ expected: Int64) {
        var sum = NanoUSDSum()
        // As tokens at a rate of one, for as long as a count can hold them.
        var rest = millionths
        while rest > 0 {
            let part = min(rest, UInt128(Int.max))
            sum.add(Int(part), at: 1)
            rest -= part
        }
        #expect(sum.millionths == millionths)
        #expect(sum.roundedUp == expected)
        #expect(!sum.isClamped)
    }
}
