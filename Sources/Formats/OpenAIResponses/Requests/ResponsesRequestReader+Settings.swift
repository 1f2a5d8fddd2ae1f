import Exchange
import Wire

extension ResponsesRequestReader {
    mutating func readSampling(_ root: JSONValue) throws(GatewayFailure) {
        self.request.sampling.temperature = try root.number("temperature", in: 0...2, FieldPath())
        self.request.sampling.topP = try root.number("top_p", in: 0...1, FieldPath())
        if self.request.endUser == nil { self.request.endUser = try root.string("user", FieldPath()) }
    }

    /// `top_logprobs`, and the entry of `include` that asks for log probabilities; other entries ask for what another
    /// vendor's answer has not, or for encrypted reasoning, which is always asked for.
    mutating func readLogprobs(_ root: JSONValue) throws(GatewayFailure) {
        let count = try RequestFields(root).count("top_logprobs", in: 0...20)
        var isIncluded = false
        if let include = try root.array("include", FieldPath()) {
            for (index, entry) in include.elements.enumerated() {
                guard entry.kind == .string else {
                    throw FieldPath("include", index).refusal(nil, "must be a string, got \(entry.kind.noun)")
                }
                if entry.equals("message.output_text.logprobs") { isIncluded = true }
            }
        }
        if isIncluded || (count ?? 0) > 0 { self.request.logprobs = count ?? 0 }
    }

    mutating func readMetadata(_ root: JSONValue) throws(GatewayFailure) {
        guard let metadata = try root.object("metadata", FieldPath()) else { return }
        for (key, value) in metadata.members {
            guard let name = key.string, !value.isNull else { continue }
            guard let text = value.string else {
                throw FieldPath().refusal("metadata", "must hold strings only, got \(value.kind.noun)")
            }
            self.request.metadata.append(ExchangeRequest.Label(name: name, value: text))
        }
    }

    mutating func readReasoning(_ root: JSONValue) throws(GatewayFailure) {
        guard let reasoning = try root.object("reasoning", FieldPath()) else { return }
        let path = FieldPath("reasoning")
        if let text = try reasoning.string("effort", path) {
            guard let effort = ReasoningIntent.Effort(rawValue: text) else {
                let known = ReasoningIntent.Effort.allCases.map(\.rawValue).joined(separator: ", ")
                throw path.refusal("effort", "must be one of \(known)")
            }
            self.request.reasoning.effort = effort
            if effort == .none { self.request.reasoning.mode = .off }
        }
        let older = try reasoning.string("generate_summary", path)
        if let summary = try reasoning.string("summary", path) ?? older {
            self.request.reasoning.display = summary
            self.request.reasoning.isShown = true
        }
        for (key, value) in reasoning.members {
            guard let name = key.string, !value.saysNothing else { continue }
            switch name {
            case "effort", "summary", "generate_summary": continue
            case "context" where value.equals("auto"), "mode" where value.equals("standard"): continue
            default: self.drop("reasoning.\(name)")
            }
        }
    }

    mutating func readText(_ root: JSONValue) throws(GatewayFailure) {
        guard let text = try root.object("text", FieldPath()) else { return }
        self.request.verbosity = try text.string("verbosity", FieldPath("text"))
        if let format = try text.object("format", FieldPath("text")) { try self.read(format: format) }
        for (key, value) in text.members {
            guard let name = key.string, name != "verbosity", name != "format", !value.saysNothing else { continue }
            self.drop("text.\(name)")
        }
    }

    private mutating func read(format: JSONValue) throws(GatewayFailure) {
        let path = FieldPath("text.format")
        switch try format.requiredString("type", path) {
        case "text": break
        case "json_object": self.request.output = .json
        case "json_schema":
            guard let schema = try format.object("schema", path) else {
                throw path.refusal("schema", "must be an object, but is missing")
            }
            let output = OutputSchema(
                schema: RawJSON(schema),
                name: try format.requiredName("name", path),
                description: try format.string("description", path),
                strict: try format.flag("strict", path)
            )
            self.request.output = .schema(output)
        default: self.reject("text.format", wayOut: "Ask for text, json_object or json_schema.")
        }
    }
}
