import Exchange
import Wire

extension ConverseEncoder {
    /// What `outputConfig` holds.
    struct NativeSchema {
        var schema: OutputSchema
        var json: RawJSON
    }

    /// Decides how the shape of the output is asked for: natively; else by a forced tool whose arguments are the answer;
    /// else in words.
    ///
    /// - Returns: The schema that the vendor enforces.
    mutating func planOutput() throws(TranslationRefusal) -> NativeSchema? {
        switch self.request.output {
        case .text: return nil
        case .json:
            try self.report.approximated(.parameter(.outputFormat), "instruction")
            self.instructions.append("Answer with one JSON object and nothing else, without code fences.")
            return nil
        case .schema(let schema):
            if let native = try self.native(schema) { return native }
            if self.canStandIn(for: schema) {
                try self.standIn(for: schema)
                return nil
            }
            guard schema.strict != true else {
                throw self.report.refusal(
                    .parameter(.outputFormat),
                    "cannot hold its output to a schema",
                    wayOut: "Leave strict out, or choose another model."
                )
            }
            try self.report.approximated(.parameter(.outputFormat), "instruction")
            self.instructions.append(
                "Answer with one JSON value that conforms to this JSON Schema, and nothing else, without code fences: "
                    + schema.schema.text
            )
            return nil
        }
    }

    private mutating func native(_ schema: OutputSchema) throws(TranslationRefusal) -> NativeSchema? {
        guard self.capabilities.structuredOutput == .native,
            self.tools.tools.isEmpty || self.capabilities.structuredOutputWithTools
        else { return nil }
        guard self.family == .claude else { return NativeSchema(schema: schema, json: schema.schema) }
        guard let closed = ClosedSchema.make(schema.schema) else { return nil }
        if closed != schema.schema { try self.report.approximated(.parameter(.outputFormat), "schema") }
        return NativeSchema(schema: schema, json: closed)
    }

    private func canStandIn(for schema: OutputSchema) -> Bool {
        let isObject = schema.schema.read { $0["type"]?.equals("object") ?? ($0.kind == .object) } ?? false
        return isObject && self.tools.tools.isEmpty && !self.reasoning.isThinking && self.capabilities.forcesTools
    }

    private mutating func standIn(for schema: OutputSchema) throws(TranslationRefusal) {
        try self.report.approximated(.parameter(.outputFormat), "tool")
        let name = "json_response"
        self.tools.tools = [
            ToolPlan.Entry(
                name: name,
                callerName: name,
                description: schema.description.flatMap { $0.isBlank ? nil : $0 } ?? "Gives the answer.",
                schema: ToolSchema.rooted(schema.schema)
            )
        ]
        self.tools.choice = .named(name)
        self.notes.outputTool = name
    }

    /// Writes `outputConfig`; the schema is JSON text inside a string.
    mutating func write(outputSchema native: NativeSchema?) {
        guard let native else { return }
        self.writer.key("outputConfig")
        self.writer.beginObject()
        self.writer.key("textFormat")
        self.writer.beginObject()
        self.writer.member("type", "json_schema")
        self.writer.key("structure")
        self.writer.beginObject()
        self.writer.key("jsonSchema")
        self.writer.beginObject()
        self.writer.key("schema")
        self.writer.string(utf8: native.json.bytes)
        if let name = native.schema.name, !name.isEmpty { self.writer.member("name", SafeName.make(name)) }
        if let text = native.schema.description, !text.isBlank { self.writer.member("description", text) }
        for _ in 0..<4 { self.writer.endObject() }
    }
}
