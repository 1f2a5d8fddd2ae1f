import Wire

/// Several calls wrapped into one, as OpenAI's models sometimes make of them: a call of `multi_tool_use.parallel`, or
/// `parallel`, with `{"tool_uses": [{"recipient_name": "functions.NAME", "parameters": {…}}]}`. Seen on Azure.
enum ParallelCalls {
    /// Whether a call of this name may be such a wrapping; only its whole input tells.
    static func mayBe(_ name: String) -> Bool {
        name == "multi_tool_use.parallel" || name == "parallel"
    }

    /// The calls inside: names as the vendor knows them, and their arguments.
    ///
    /// - Returns: `nil` when it is an ordinary call after all.
    static func unwrap(_ name: String, _ input: String) -> [(name: String, input: String)]? {
        guard self.mayBe(name) else { return nil }
        var input = input
        let calls = input.withUTF8 { bytes in
            try? JSONTape().read(UnsafeRawBufferPointer(bytes)) { Self.calls($0) }
        }
        return calls ?? nil
    }

    private static func calls(_ root: JSONValue) -> [(name: String, input: String)]? {
        var calls: [(name: String, input: String)] = []
        for use in (root["tool_uses"] ?? root).elements {
            guard let recipient = use["recipient_name"]?.string, recipient.hasPrefix("functions."),
                let parameters = use["parameters"], parameters.kind == .object
            else { return nil }
            calls.append((String(recipient.dropFirst("functions.".count)), ChatReply.text(parameters)))
        }
        return calls.isEmpty ? nil : calls
    }
}
