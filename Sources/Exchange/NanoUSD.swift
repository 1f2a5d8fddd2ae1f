/// Money as text.
public enum NanoUSD {
    /// US dollars with nine decimals at most, no exponent and no trailing zeros: `0.00012`, `12`, `-0.5`.
    public static func text(_ nanoUSD: Int64) -> String {
        let magnitude = nanoUSD.magnitude
        let (dollars, rest) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        var text = (nanoUSD < 0 ? "-" : "") + String(dollars)
        guard rest > 0 else { return text }
        var digits = String(rest)
        digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
        while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
        text += "." + digits
        return text
    }
}
