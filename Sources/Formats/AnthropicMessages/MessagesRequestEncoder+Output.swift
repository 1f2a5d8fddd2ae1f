import Exchange
import Wire

/// How the output gets its shape.
struct OutputPlan {
    /// Enforced by the vendor.
    var schema: RawJSON?
    /// Asked for in words, at the end of the system text.
    var instruction: String?
    /// A tool that stands for the output.
    var tool: OutputTool?
}

/// A tool whose input is the answer.
struct OutputTool {
    let name = "json_response"
    var description: String?
    var schema: RawJSON

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", self.name)
            writer.member("description", self.description ?? "Gives the answer.")
            writer.member("input_schema", self.schema)
        }
    }
}

extension MessagesRequestEncoder {
    mutating func preparedOutput(hasTools: Bool) throws(TranslationRefusal) -> OutputPlan {
        switch self.request.output {
        case .text: return OutputPlan()
        case .json:
            try self.report.approximated(.parameter(.outputFormat), "instruction")
            return OutputPlan(
                instruction: "Answer with a single JSON object and nothing else: no prose, no code fence."
            )
        case .schema(let output): return try self.plan(output, hasTools: hasTools)
        }
    }

    private mutating func plan(_ output: OutputSchema, hasTools: Bool) throws(TranslationRefusal) -> OutputPlan {
        let isNative = self.capabilities.structuredOutput == .native
        if isNative, !hasTools || self.capabilities.structuredOutputWithTools, let closed = ClosedSchema(output.schema)
        {
            if closed.isChanged { try self.report.approximated(.parameter(.outputFormat), "schema") }
            return OutputPlan(schema: closed.json)
        }
        if !isNative, !hasTools, self.canForceOutput, Self.isObject(output.schema) {
            try self.report.approximated(.parameter(.outputFormat), "tool")
            let schema = ClosedSchema.withType(output.schema)
            let tool = OutputTool(description: output.description, schema: schema)
            self.notes.outputTool = tool.name
            return OutputPlan(tool: tool)
        }
        if output.strict == true {
            throw self.report.refusal(
                .parameter(.outputFormat),
                "cannot enforce this schema",
                wayOut: "Do not ask for strict output, or close every object and leave recursion out."
            )
        }
        try self.report.approximated(.parameter(.outputFormat), "instruction")
        let words = "Answer with JSON by this JSON Schema and nothing else, without a code fence:\n"
        return OutputPlan(instruction: words + output.schema.text)
    }

    /// Whether a tool may be forced: not while the model thinks.
    private var canForceOutput: Bool {
        let intent = self.request.reasoning
        let wantsThoughts = !intent.isUnset && intent.mode != .off && intent.effort != ReasoningIntent.Effort.none
        guard self.capabilities.forcesTools, !wantsThoughts else { return false }
        switch self.capabilities.reasoning {
        case .none, .effort: return true
        case .adaptive(_, let canDisable), .budget(_, let canDisable):
            return canDisable || self.capabilities.forcesToolsWhileReasoning
        }
    }

    private static func isObject(_ schema: RawJSON) -> Bool {
        schema.read { root in
            root.kind == .object && (root["type"]?.equals("object") ?? (root["properties"] != nil))
        } ?? false
    }
}
