/// Decimal numbers read exactly from their text, never through a binary fraction.
enum PriceDecimal {
    /// Why a number is none that a price may hold.
    enum Problem: Error, Equatable {
        /// Not a decimal number.
        case malformed
        /// Less than zero.
        case negative
        /// More than the limit, or than any number here can be.
        case tooLarge
        /// Digits beyond the smallest unit.
        case tooFine
    }

    /// What to do with digits beyond the smallest unit.
    enum Beyond {
        /// They are a mistake.
        case refuse
        /// They are what a table's own binary fractions left behind: the nearest unit is meant.
        case round
    }

    /// Reads a number as a multiple of 10^-`places`.
    ///
    /// - Parameters:
    ///   - text: As JSON writes numbers: `0.0375`, `3.75e-08`.
    ///   - places: How many decimal places the unit has.
    ///   - limit: The largest result.
    ///   - beyond: What happens to digits beyond the unit.
    /// - Returns: The number times 10^`places`, from 0 to `limit`.
    /// - Throws: The problem.
    static func read<S: Sequence<UInt8>>(
        _ text: S,
        places: Int,
        limit: Int64,
        beyond: Beyond
    ) throws(Problem) -> Int64 {
        let parts = try Self.parts(text)
        guard !parts.digits.isEmpty else { return 0 }
        guard !parts.isNegative else { throw .negative }
        // The number is 0.d1d2d3… times 10^point; the first `count` digits are whole units.
        let count = parts.point + places
        guard count <= 18 else { throw .tooLarge }
        var units: Int64 = 0
        for position in 0..<max(count, 0) {
            units = units * 10 + (position < parts.digits.count ? Int64(parts.digits[position]) : 0)
        }
        if parts.digits.count > max(count, 0) {
            switch beyond {
            case .refuse: throw .tooFine
            case .round: if count >= 0, parts.digits[count] >= 5 { units += 1 }
            }
        }
        guard units <= limit else { throw .tooLarge }
        return units
    }

    /// Significant digits, without zeros at either end, and where the decimal point is before them.
    private struct Parts {
        var isNegative = false
        var digits: [UInt8] = []
        var point = 0
    }

    private static func parts<S: Sequence<UInt8>>(_ text: S) throws(Problem) -> Parts {
        var parts = Parts()
        var bytes = Array(text)[...]
        if bytes.first == UInt8(ascii: "-") {
            parts.isNegative = true
            bytes.removeFirst()
        }
        let whole = bytes.prefix(while: Self.isDigit)
        bytes = bytes.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if bytes.first == UInt8(ascii: ".") {
            fraction = bytes.dropFirst().prefix(while: Self.isDigit)
            guard !fraction.isEmpty else { throw .malformed }
            bytes = bytes.dropFirst(fraction.count + 1)
        }
        guard !whole.isEmpty else { throw .malformed }
        let exponent = try Self.exponent(bytes)
        let digits = (whole + fraction).map { $0 - UInt8(ascii: "0") }
        guard let first = digits.firstIndex(where: { $0 != 0 }), let last = digits.lastIndex(where: { $0 != 0 }) else {
            return parts
        }
        parts.digits = Array(digits[first...last])
        parts.point = whole.count - first + exponent
        return parts
    }

    /// The exponent, held to what is far beyond any price.
    private static func exponent(_ text: ArraySlice<UInt8>) throws(Problem) -> Int {
        guard let mark = text.first else { return 0 }
        guard mark | 0x20 == UInt8(ascii: "e") else { throw .malformed }
        var text = text.dropFirst()
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { text.removeFirst() }
        guard !text.isEmpty, text.allSatisfy(Self.isDigit) else { throw .malformed }
        let value = text.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 1_000_000_000) }
        return isNegative ? -value : value
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The shortest text of `units` times 10^-`places`; `read` gives the same units again.
    static func text(_ units: Int64, places: Int) -> String {
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(places + 1 - digits.utf8.count, 0)) + digits
        var fraction = padded.suffix(places)
        while fraction.last == "0" { fraction.removeLast() }
        let whole = padded.dropLast(places)
        return (units < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}
