import Exchange
import Wire

extension ChatRequestWriter {
    mutating func writeOutput() throws(TranslationRefusal) {
        switch self.request.output {
        case .text: return
        case .json:
            guard self.can.structuredOutput != .none, self.canShapeOutput else {
                try self.report.approximated(.parameter(.outputFormat), "instruction")
                self.outputInstruction = Self.jsonInstruction
                return
            }
            self.json.member("response_format", object: { $0.member("type", "json_object") })
            // Vendors refuse the mode unless JSON is spoken of; the system prompt alone decides, for it does not grow.
            if !self.systemSpeaksOfJSON { self.outputInstruction = Self.jsonInstruction }
        case .schema(let schema): try self.write(schema)
        }
    }

    private static let jsonInstruction = "Answer with one JSON object and nothing else."

    private var canShapeOutput: Bool { self.can.structuredOutputWithTools || self.offered.isEmpty }

    private mutating func write(_ schema: OutputSchema) throws(TranslationRefusal) {
        if self.can.structuredOutput == .native, self.canShapeOutput {
            self.json.member(
                "response_format",
                object: { json in
                    json.member("type", "json_schema")
                    json.member(
                        "json_schema",
                        object: { json in
                            json.member("name", SafeName.make(schema.name ?? "response"))
                            if let text = schema.description, !text.isEmpty { json.member("description", text) }
                            json.member("schema", schema.schema)
                            if let strict = schema.strict { json.member("strict", strict) }
                        }
                    )
                }
            )
            return
        }
        guard schema.strict != true else {
            throw self.report.refusal(
                .parameter(.outputFormat),
                self.can.structuredOutput == .native
                    ? "cannot hold its output to a schema while it has tools" : "cannot hold its output to a schema",
                wayOut: "Ask without strict, or use another model."
            )
        }
        try self.report.approximated(.parameter(.outputFormat), "instruction")
        if self.can.structuredOutput == .jsonOnly, self.canShapeOutput {
            self.json.member("response_format", object: { $0.member("type", "json_object") })
        }
        self.outputInstruction = "\(Self.jsonInstruction) It must be valid by this JSON Schema:\n\(schema.schema.text)"
    }

    private var systemSpeaksOfJSON: Bool {
        self.request.system.contains { block in
            guard case .text(let text) = block.content else { return false }
            return text.text.utf8.speaksOfJSON
        }
    }
}

extension String.UTF8View {
    /// Whether the word JSON is in it, in whatever case.
    fileprivate var speaksOfJSON: Bool {
        var matched = 0
        let word = Array("json".utf8)
        for byte in self {
            let letter = byte | 0x20
            matched = letter == word[matched] ? matched + 1 : (letter == word[0] ? 1 : 0)
            if matched == word.count { return true }
        }
        return false
    }
}
