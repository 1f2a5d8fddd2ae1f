public import Wire

/// Reads token counts that a vendor sent, trusting none of them.
///
/// A count that is no number, or negative, is taken as 0, a fraction is rounded up, one beyond `largest` is cut to it;
/// each of these sets `isAnomalous`, so that settling can fall back on what was reserved. Nothing traps, nothing credits.
public struct CountReader {
    /// More tokens than any exchange can have: a hundred times the largest context window times the most answers.
    public static let largest = 1_000_000_000

    /// Something had to be clamped.
    public var isAnomalous = false

    /// A reader that has seen nothing wrong.
    public init() {}

    /// One count; `nil` when absent or `null`.
    public mutating func count(_ value: JSONValue?) -> Int? {
        guard let value, !value.isNull else { return nil }
        if let count = value.int { return self.clamp(count) }
        guard let number = value.double, number >= 0 else { return self.flag(0) }
        guard number < Double(Self.largest) else { return self.flag(Self.largest) }
        let whole = number.rounded(.up)
        if whole != number { self.isAnomalous = true }
        return Int(exactly: whole) ?? self.flag(Self.largest)
    }

    /// A part of a whole: never more than the whole.
    public mutating func part(_ part: Int, of whole: Int) -> Int {
        part <= whole ? part : self.flag(whole)
    }

    private mutating func clamp(_ count: Int) -> Int {
        if count < 0 { return self.flag(0) }
        return count <= Self.largest ? count : self.flag(Self.largest)
    }

    private mutating func flag(_ count: Int) -> Int {
        self.isAnomalous = true
        return count
    }
}
