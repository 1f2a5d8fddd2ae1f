extension EmbeddingRequest {
    /// Checks that one call takes all inputs: a request is one call.
    ///
    /// - Parameters:
    ///   - most: Inputs that one call of the vendor's takes.
    ///   - report: For the refusal.
    /// - Throws: When there are more.
    public func checkCount(atMost most: Int, _ report: TranslationReport) throws(TranslationRefusal) {
        guard self.inputs.count > most else { return }
        let (reason, wayOut) =
            most == 1
            ? ("embeds one input at a time", "Send each in a request of its own.")
            : ("embeds at most \(most) inputs at once", "Send them in several requests.")
        throw report.refusal(.named("input"), "\(reason), got \(self.inputs.count)", wayOut: wayOut)
    }

    /// The inputs, for vendors that read text alone.
    ///
    /// - Parameter report: For the refusal.
    /// - Returns: The texts, in order.
    /// - Throws: For tokens, which are another vendor's.
    public func texts(_ report: TranslationReport) throws(TranslationRefusal) -> [String] {
        var texts: [String] = []
        for input in self.inputs {
            guard case .text(let text) = input else {
                throw report.refusal(.named("input"), "cannot read another model's tokens", wayOut: "Send text.")
            }
            texts.append(text)
        }
        return texts
    }
}
