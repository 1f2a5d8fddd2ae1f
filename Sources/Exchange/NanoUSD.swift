/// Money as text.
public enum NanoUSD {
    /// US dollars with nine decimals at most, no exponent and no trailing zeros: `0.00012`, `12`, `-0.5`.
    public static func text(_ nanoUSD: Int64) -> String {
        let magnitude = nanoUSD.magnitude
        let (dollars, rest) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        // Digits from the last to the first: nine of the fraction, a point, ten of the dollars, a sign.
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        return withUnsafeMutableBytes(of: &digits) { bytes in
            var start = bytes.count
            func put(_ byte: UInt8) {
                start -= 1
                bytes[start] = byte
            }
            var (fraction, places) = (rest, 9)
            while fraction > 0, fraction % 10 == 0 { (fraction, places) = (fraction / 10, places - 1) }
            if fraction > 0 {
                for _ in 0..<places {
                    put(UInt8(ascii: "0") + UInt8(fraction % 10))
                    fraction /= 10
                }
                put(UInt8(ascii: "."))
            }
            var whole = dollars
            repeat {
                put(UInt8(ascii: "0") + UInt8(whole % 10))
                whole /= 10
            } while whole > 0
            if nanoUSD < 0 { put(UInt8(ascii: "-")) }
            return String(decoding: bytes[start...], as: UTF8.self)
        }
    }
}
