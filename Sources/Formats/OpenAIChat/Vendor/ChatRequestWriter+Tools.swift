import Exchange
import Wire

extension ChatRequestWriter {
    mutating func writeTools() throws(TranslationRefusal) {
        let tools = try self.takeTools()
        guard !tools.isEmpty else { return try self.checkChoiceWithoutTools() }
        self.json.key("tools")
        self.json.beginArray()
        for tool in tools { try self.write(tool) }
        self.json.endArray()
        try self.writeChoice()
        guard let flag = self.request.parallelToolCalls else { return }
        if self.can.parallelFlag {
            self.json.member("parallel_tool_calls", flag)
        } else if !flag {
            try self.report.dropped(.parameter(.parallelToolCalls))
        }
    }

    /// The tools that this door has, with names it can take. The vendors' own tools stay out.
    private mutating func takeTools() throws(TranslationRefusal) -> [Tool] {
        var tools: [Tool] = []
        var told: Set<String> = []
        let subset = self.subset
        for tool in self.request.tools {
            if case .hosted(let type) = tool.kind {
                try self.report.dropped(tool.field, type)
                continue
            }
            let name = Self.safe(tool.name)
            guard told.insert(name).inserted else {
                throw self.report.refusal(
                    .tool(tool.index),
                    "cannot tell two tools of the same name apart",
                    wayOut: "Rename one."
                )
            }
            if let subset, !subset.contains(tool.name) { continue }
            let isCustom = if case .custom = tool.kind { true } else { false }
            self.offered[tool.name] = OfferedTool(name: name, isCustom: isCustom && self.isOpenAI)
            if name != tool.name { self.notes.toolNames[name] = tool.name }
            if isCustom, !self.isOpenAI { self.notes.customTools.insert(name) }
            tools.append(tool)
        }
        return tools
    }

    /// Where the target has no allowed subset, only those tools are offered.
    private var subset: Set<String>? {
        guard case .allowed(let names, _) = self.request.toolChoice, !self.isOpenAI else { return nil }
        return Set(names)
    }

    private mutating func write(_ tool: Tool) throws(TranslationRefusal) {
        for extra in tool.extras { try self.report.dropped(.tool(tool.index), extra) }
        let name = self.offered[tool.name]?.name ?? tool.name
        switch tool.kind {
        case .function(let schema, let strict):
            let isStrict = strict == true && self.can.strictTools
            if strict == true, !isStrict { try self.report.dropped(.tool(tool.index), "strict") }
            self.writeFunction(name, tool.description, schema.map(Self.rooted), isStrict: isStrict)
        case .custom(let format) where self.isOpenAI:
            self.json.object { json in
                json.member("type", "custom")
                json.member(
                    "custom",
                    object: { json in
                        json.member("name", name)
                        if let text = tool.description, !text.isEmpty { json.member("description", text) }
                        if let format { json.member("format", CustomFormat.nested(format)) }
                    }
                )
            }
        case .custom(let format):
            try self.report.approximated(.tool(tool.index), "custom")
            self.writeFunction(name, tool.description, Self.textSchema(format), isStrict: false)
        case .hosted: break
        }
    }

    private mutating func writeFunction(_ name: String, _ description: String?, _ schema: RawJSON?, isStrict: Bool) {
        self.json.object { json in
            json.member("type", "function")
            json.member(
                "function",
                object: { json in
                    json.member("name", name)
                    if let description, !description.isEmpty { json.member("description", description) }
                    if let schema { json.member("parameters", schema) }
                    if isStrict { json.member("strict", true) }
                }
            )
        }
    }

    /// A schema whose root says that it is an object; otherwise as the caller wrote it.
    private static func rooted(_ schema: RawJSON) -> RawJSON {
        let isRooted = schema.read { $0["type"] != nil || $0.kind != .object } ?? true
        if isRooted { return schema }
        let isEmpty = schema.read { $0.count == 0 } ?? false
        let rest = String(schema.text.dropFirst())
        return RawJSON(trusted: isEmpty ? #"{"type":"object","properties":{}}"# : #"{"type":"object","# + rest)
    }

    /// A function that stands for a custom tool: its text is the one argument.
    private static func textSchema(_ format: RawJSON?) -> RawJSON {
        var json = JSONWriter()
        json.object { json in
            json.member("type", "object")
            json.member(
                "properties",
                object: { json in
                    json.member(
                        "input",
                        object: { json in
                            json.member("type", "string")
                            if let grammar = CustomFormat.grammar(format) {
                                json.member("description", "Text by this grammar:\n\(grammar)")
                            }
                        }
                    )
                }
            )
            json.member("required", array: { $0.string("input") })
            json.member("additionalProperties", false)
        }
        return RawJSON(json)
    }
}

extension ChatRequestWriter {
    private mutating func checkChoiceWithoutTools() throws(TranslationRefusal) {
        switch self.request.toolChoice {
        case nil, .auto, ToolChoice.none?, .allowed(_, required: false): return
        case .required, .named, .allowed(_, required: true): break
        case .hosted: throw self.hostedRefusal()
        }
        throw self.report.refusal(
            .parameter(.toolChoice),
            "has none of the tools to call",
            wayOut: "Offer a function tool, or leave the choice open."
        )
    }

    private func hostedRefusal() -> TranslationRefusal {
        self.report.refusal(
            .parameter(.toolChoice),
            "cannot be made to call a tool of another vendor",
            wayOut: "Choose a function tool, or leave the choice open."
        )
    }

    private mutating func writeChoice() throws(TranslationRefusal) {
        switch self.request.toolChoice {
        case nil: return
        case .auto: self.json.member("tool_choice", "auto")
        case ToolChoice.none?: self.json.member("tool_choice", "none")
        case .required:
            try self.checkForcing()
            self.json.member("tool_choice", "required")
        case .named(let name):
            try self.checkForcing()
            self.json.key("tool_choice")
            self.writeChosen(name)
        case .allowed(let names, let isRequired):
            if isRequired { try self.checkForcing() }
            try self.writeAllowed(names, isRequired)
        case .hosted: throw self.hostedRefusal()
        }
    }

    private func checkForcing() throws(TranslationRefusal) {
        let isFree = self.can.forcesTools && (self.can.forcesToolsWhileReasoning || !self.notes.isReasoning)
        guard !isFree else { return }
        throw self.report.refusal(
            .parameter(.toolChoice),
            self.can.forcesTools ? "cannot be made to call a tool while it thinks" : "cannot be made to call a tool",
            wayOut: "Leave the choice open."
        )
    }

    private mutating func writeAllowed(_ names: [String], _ isRequired: Bool) throws(TranslationRefusal) {
        guard self.isOpenAI else {
            try self.report.approximated(.parameter(.toolChoice), "subset")
            self.json.member("tool_choice", isRequired ? "required" : "auto")
            return
        }
        self.json.key("tool_choice")
        self.json.beginObject()
        self.json.member("type", "allowed_tools")
        self.json.key("allowed_tools")
        self.json.beginObject()
        self.json.member("mode", isRequired ? "required" : "auto")
        self.json.key("tools")
        self.json.beginArray()
        for name in names where self.offered[name] != nil { self.writeChosen(name) }
        self.json.endArray()
        self.json.endObject()
        self.json.endObject()
    }

    private mutating func writeChosen(_ name: String) {
        let tool = self.offered[name] ?? OfferedTool(name: Self.safe(name), isCustom: false)
        let kind: StaticString = tool.isCustom ? "custom" : "function"
        self.json.object { json in
            json.member("type", "\(kind)")
            json.member(kind, object: { $0.member("name", tool.name) })
        }
    }
}
