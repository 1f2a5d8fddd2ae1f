extension Int64 {
    /// A sum that stays at the edge instead of trapping.
    func adding(_ other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }
}
