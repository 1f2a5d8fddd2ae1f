/// A natural number of any size, slowly: what sums of money are compared with.
struct BigNatural: Comparable {
    /// Least first, in base 2^32, no zeros at the end.
    private var limbs: [UInt32] = []

    init(_ value: Int64) {
        precondition(value >= 0, "a natural number is not negative")
        var rest = UInt64(value)
        while rest > 0 {
            self.limbs.append(UInt32(truncatingIfNeeded: rest))
            rest >>= 32
        }
    }

    static func + (a: BigNatural, b: BigNatural) -> BigNatural {
        var sum = BigNatural(0)
        var carry: UInt64 = 0
        for index in 0..<max(a.limbs.count, b.limbs.count) {
            carry += index < a.limbs.count ? UInt64(a.limbs[index]) : 0
            carry += index < b.limbs.count ? UInt64(b.limbs[index]) : 0
            sum.limbs.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        if carry > 0 { sum.limbs.append(UInt32(carry)) }
        return sum
    }

    static func * (a: BigNatural, b: BigNatural) -> BigNatural {
        var product = BigNatural(0)
        product.limbs = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
        for (i, x) in a.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, y) in b.limbs.enumerated() {
                carry += UInt64(x) * UInt64(y) + UInt64(product.limbs[i + j])
                product.limbs[i + j] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            product.limbs[i + b.limbs.count] = UInt32(carry)
        }
        while product.limbs.last == 0 { product.limbs.removeLast() }
        return product
    }

    /// The quotient, rounded down.
    static func / (a: BigNatural, divisor: UInt32) -> BigNatural {
        var quotient = a
        var rest: UInt64 = 0
        for index in a.limbs.indices.reversed() {
            rest = rest << 32 | UInt64(a.limbs[index])
            quotient.limbs[index] = UInt32(rest / UInt64(divisor))
            rest %= UInt64(divisor)
        }
        while quotient.limbs.last == 0 { quotient.limbs.removeLast() }
        return quotient
    }

    static func < (a: BigNatural, b: BigNatural) -> Bool {
        guard a.limbs.count == b.limbs.count else { return a.limbs.count < b.limbs.count }
        return a.limbs.reversed().lexicographicallyPrecedes(b.limbs.reversed())
    }
}
