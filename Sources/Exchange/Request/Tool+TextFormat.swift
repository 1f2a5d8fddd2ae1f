import Wire

extension Tool {
    /// The description of a custom tool for models that only know functions, with the grammar its text has to follow: the
    /// model is told, not held to it. `nil` when there is nothing to say.
    public var spelledOutDescription: String? {
        var parts = [self.description ?? ""]
        if case .custom(let format?) = self.kind, let grammar = Self.grammar(format) { parts.append(grammar) }
        let text = parts.filter { !$0.isBlank }.joined(separator: "\n\n")
        return text.isEmpty ? nil : text
    }

    /// Chat nests the grammar, Responses does not.
    private static func grammar(_ format: RawJSON) -> String? {
        let text = format.read { format -> String? in
            let grammar = format["grammar"].flatMap { $0.kind == .object ? $0 : nil } ?? format
            guard let definition = grammar["definition"]?.string else { return nil }
            let syntax = grammar["syntax"]?.string ?? ""
            return "The input follows this \(syntax.isEmpty ? "" : "\(syntax) ")grammar:\n\(definition)"
        }
        return text ?? nil
    }
}
