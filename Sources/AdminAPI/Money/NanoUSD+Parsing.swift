public import Exchange

extension NanoUSD {
    /// Nano-dollars of a dollar.
    static let dollar: Int64 = 1_000_000_000
    private static let places = 9

    /// Reads digits, optionally a point and one to nine places, optionally a minus in front; nothing else, and never
    /// through a floating-point number.
    ///
    /// - Parameter text: `12.50`, `0.0375`, `-3`.
    /// - Returns: Nano-dollars; `nil` for another form and for what does not fit.
    public static func parse(_ text: String) -> Int64? {
        var bytes = Array(text.utf8)[...]
        guard bytes.count <= 32 else { return nil }
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes.removeFirst() }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = parts.first, !whole.isEmpty else { return nil }
        let fraction = parts.count == 2 ? parts[1] : [UInt8(ascii: "0")][...]
        guard (1...self.places).contains(fraction.count) else { return nil }
        var magnitude: Int64 = 0
        let padding = repeatElement(UInt8(ascii: "0"), count: self.places - fraction.count)
        for byte in Array(whole) + Array(fraction) + padding {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (shifted, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(Int64(byte &- 0x30))
            guard !overflow, !carry else { return nil }
            magnitude = sum
        }
        return isNegative ? 0 - magnitude : magnitude
    }
}
