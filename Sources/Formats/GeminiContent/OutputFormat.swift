import Exchange
import Wire

/// How the visible output is brought into the shape that the caller asked for.
struct OutputFormat {
    /// `responseMimeType` is `application/json`.
    private(set) var isJSON = false
    /// `responseJsonSchema`
    private(set) var schema: RawJSON?
    /// Told to the model in words, for want of a setting.
    private(set) var instruction: String?

    init(
        _ request: ExchangeRequest,
        _ target: TranslationTarget,
        hasTools: Bool,
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) {
        let capabilities = target.capabilities
        let isTaken = !hasTools || capabilities.structuredOutputWithTools
        switch request.output {
        case .text: return
        case .json:
            self.isJSON = isTaken && capabilities.structuredOutput != .none
            guard !self.isJSON else { return }
            try report.approximated(.parameter(.outputFormat), "instruction")
            self.instruction = "Answer with one JSON object and nothing else."
        case .schema(let output):
            self.isJSON = isTaken && capabilities.structuredOutput != .none
            if self.isJSON, capabilities.structuredOutput == .native {
                self.schema = output.schema
                return
            }
            guard output.strict != true else {
                let reason =
                    isTaken ? "cannot hold its output to a schema" : "cannot hold its output to a schema beside tools"
                throw report.refusal(.parameter(.outputFormat), reason, wayOut: "Ask without strict, or without tools.")
            }
            try report.approximated(.parameter(.outputFormat), "instruction")
            self.instruction = "Answer with JSON by this schema and nothing else:\n" + output.schema.text
        }
    }
}
