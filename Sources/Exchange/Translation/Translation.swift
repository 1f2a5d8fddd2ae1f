/// Carries a request from the neutral vocabulary into a vendor's format, with every loss reported or refused.
public enum Translation {
    /// Judges what only the caller's format has, then has the vendor's room write the request.
    ///
    /// - Parameters:
    ///   - request: What the caller's room decoded.
    ///   - room: Writes the vendor's request.
    ///   - target: Who is asked.
    ///   - isStrict: Every loss is a refusal.
    /// - Returns: The request, and what could not be carried exactly.
    /// - Throws: What the caller relies on and the target cannot do.
    public static func encode(
        _ request: ExchangeRequest,
        with room: any VendorFormat,
        for target: TranslationTarget,
        isStrict: Bool
    ) throws(TranslationRefusal) -> (encoded: EncodedRequest, warnings: [TranslationWarning]) {
        var report = TranslationReport(target: target.description, isStrict: isStrict)
        try report.judge(request, for: target)
        let encoded = try room.encodeRequest(request, for: target, report: &report)
        return (encoded, report.warnings)
    }
}

extension TranslationReport {
    /// Judges what no room has to look at: what only the caller's format has, and tools for a model that takes none.
    ///
    /// - Throws: For what the caller relies on; in strict mode for everything.
    public mutating func judge(
        _ request: ExchangeRequest,
        for target: TranslationTarget
    ) throws(TranslationRefusal) {
        try self.settle(request.leftovers)
        guard target.capabilities.takesTools || request.tools.isEmpty else {
            throw self.refusal(.parameter(.tools), "takes no tools", wayOut: "Leave them out, or use another model.")
        }
    }

    /// Judges what only the caller's format has.
    ///
    /// - Throws: For what the caller relies on; in strict mode for everything.
    public mutating func settle(_ leftovers: [Leftover]) throws(TranslationRefusal) {
        for leftover in leftovers {
            switch leftover.fate {
            case .drop: try self.dropped(leftover.field)
            case .reject(let wayOut): throw self.refusal(leftover.field, "does not have it", wayOut: wayOut)
            }
        }
    }
}
