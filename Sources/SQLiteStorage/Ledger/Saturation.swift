/// Sums of numbers that come from outside end at the largest number instead of trapping.
extension Int64 {
    /// The sum, or the nearest number when it does not fit.
    func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, isOver) = self.addingReportingOverflow(other)
        guard isOver else { return sum }
        return other < 0 ? .min : .max
    }

    /// The difference, or the nearest number when it does not fit.
    func subtractingSaturating(_ other: Int64) -> Int64 {
        let (difference, isOver) = self.subtractingReportingOverflow(other)
        guard isOver else { return difference }
        return other < 0 ? .max : .min
    }

    /// The quotient rounded down, for a positive divisor.
    func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The quotient rounded up, for a positive divisor.
    func dividedUp(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder > 0 ? quotient + 1 : quotient
    }
}
