import Exchange
import Wire

/// A tool as it will be offered.
enum PlannedTool {
    case function(Tool, name: String, schema: RawJSON?, strict: Bool)
    case custom(Tool, name: String, format: RawJSON?)
    /// A tool of this format's own, or of another format that has the same thing.
    case hosted(type: String, RawJSON)

    /// The caller's name of a custom tool.
    fileprivate var customName: String? { if case .custom(let tool, _, _) = self { tool.name } else { nil } }
}

extension ResponsesRequestWriter {
    /// The name the vendor is told; what it is changed to is noted for the answer.
    mutating func vendorName(_ name: String) -> String {
        let safe = SafeName.make(name)
        if safe != name { self.notes.toolNames[safe] = name }
        return safe
    }

    /// What can be offered; a tool that only another vendor runs is withheld with a warning.
    mutating func plannedTools() throws(TranslationRefusal) -> [PlannedTool] {
        var planned: [PlannedTool] = []
        var names: Set<String> = []
        for tool in self.request.tools {
            if case .hosted(let type) = tool.kind {
                guard let hosted = try self.hosted(tool, type) else {
                    try self.report.dropped(tool.field, type)
                    continue
                }
                planned.append(hosted)
                continue
            }
            let name = self.vendorName(tool.name)
            guard names.insert(name).inserted else {
                let reason = "cannot tell two tools of the same name apart"
                throw self.report.refusal(.tool(tool.index), reason, wayOut: "Rename one of them.")
            }
            for extra in tool.extras { try self.report.dropped(.tool(tool.index), extra) }
            planned.append(try self.planned(tool, name))
        }
        return planned
    }

    private mutating func planned(_ tool: Tool, _ name: String) throws(TranslationRefusal) -> PlannedTool {
        switch tool.kind {
        case .function(let schema, let strict):
            let isStrict = strict == true && self.capabilities.strictTools
            if strict == true, !isStrict { try self.report.dropped(.tool(tool.index), "strict") }
            return .function(tool, name: name, schema: schema, strict: isStrict)
        case .custom(let format): return .custom(tool, name: name, format: format)
        case .hosted(let type): return .hosted(type: type, .emptyObject)
        }
    }

    // MARK: Tools that vendors run

    private mutating func hosted(_ tool: Tool, _ type: String) throws(TranslationRefusal) -> PlannedTool? {
        guard let original = tool.original else { return nil }
        if original.format == .responses { return .hosted(type: type, original.json) }
        guard let search = WebSearch(tool) else { return nil }
        if !search.blockedDomains.isEmpty {
            let wayOut = "Name allowed domains, or leave them out."
            throw self.report.refusal(tool.field, "cannot block domains in a web search", wayOut: wayOut)
        }
        if search.maxUses != nil { try self.report.dropped(tool.field, "max_uses") }
        for name in search.others { try self.report.dropped(tool.field, name) }
        return .hosted(type: "web_search", Self.definition(search))
    }

    private static func definition(_ search: WebSearch) -> RawJSON {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "web_search")
            if !search.allowedDomains.isEmpty {
                writer.member(
                    "filters",
                    object: { writer in
                        writer.member(
                            "allowed_domains",
                            array: { writer in for domain in search.allowedDomains { writer.string(domain) } }
                        )
                    }
                )
            }
            if let size = search.contextSize { writer.member("search_context_size", size) }
            if let place = search.place {
                writer.member("user_location", object: { WebSearch.write(place, to: &$0) })
            }
        }
        return RawJSON(writer)
    }

    // MARK: Writing

    mutating func write(tools: [PlannedTool]) throws(TranslationRefusal) {
        guard !tools.isEmpty else { return try self.checkChoiceWithoutTools() }
        self.writer.key("tools")
        self.writer.beginArray()
        for tool in tools { self.write(tool: tool) }
        self.writer.endArray()
        try self.writeChoice(tools)
        guard let parallel = self.request.parallelToolCalls else { return }
        if self.capabilities.parallelFlag {
            self.writer.member("parallel_tool_calls", parallel)
        } else if !parallel {
            try self.report.dropped(.parameter(.parallelToolCalls))
        }
    }

    private mutating func write(tool: PlannedTool) {
        switch tool {
        case .hosted(_, let json): self.writer.value(json)
        case .function(let tool, let name, let schema, let strict):
            self.writer.beginObject()
            self.writer.member("type", "function")
            self.writer.member("name", name)
            self.write(description: tool)
            self.writer.key("parameters")
            self.writer.raw(Self.parameters(schema))
            self.writer.member("strict", strict)
            self.writer.endObject()
        case .custom(let tool, let name, let format):
            self.writer.beginObject()
            self.writer.member("type", "custom")
            self.writer.member("name", name)
            self.write(description: tool)
            if let format { self.writer.member("format", format) }
            self.writer.endObject()
        }
    }

    private mutating func write(description tool: Tool) {
        if let description = tool.description, !description.isEmpty {
            self.writer.member("description", description)
        }
    }

    /// A schema whose root says that it is of an object; everything else as the caller wrote it.
    private static func parameters(_ schema: RawJSON?) -> [UInt8] {
        guard let schema, schema.bytes.count > 2 else { return Array(#"{"type":"object","properties":{}}"#.utf8) }
        let (isObject, hasType, isEmpty) =
            schema.read { ($0.kind == .object, $0["type"] != nil, $0.count == 0) } ?? (false, true, false)
        if isEmpty { return Array(#"{"type":"object","properties":{}}"#.utf8) }
        guard isObject, !hasType else { return schema.bytes }
        return Array(#"{"type":"object","#.utf8) + schema.bytes.dropFirst()
    }

    // MARK: Choice

    private func checkChoiceWithoutTools() throws(TranslationRefusal) {
        guard let choice = self.request.toolChoice else { return }
        switch choice {
        case .auto, .none, .allowed(_, required: false): return
        case .required, .named, .allowed(_, required: true), .hosted:
            throw self.report.refusal(
                .parameter(.toolChoice),
                "is offered no tool that could be called",
                wayOut: "Offer the tool, or do not force a call."
            )
        }
    }

    private mutating func writeChoice(_ tools: [PlannedTool]) throws(TranslationRefusal) {
        guard let choice = self.request.toolChoice else { return }
        let customNames = Set(tools.compactMap(\.customName))
        switch choice {
        case .auto: self.writer.member("tool_choice", "auto")
        case .none: self.writer.member("tool_choice", "none")
        case .required:
            try self.checkForcing()
            self.writer.member("tool_choice", "required")
        case .named(let name):
            try self.checkForcing()
            self.writer.key("tool_choice")
            self.writeReference(name, customNames)
        case .allowed(let names, let required):
            if required { try self.checkForcing() }
            self.writer.key("tool_choice")
            self.writer.beginObject()
            self.writer.member("type", "allowed_tools")
            self.writer.member("mode", required ? "required" : "auto")
            self.writer.key("tools")
            self.writer.beginArray()
            for name in names { self.writeReference(name, customNames) }
            self.writer.endArray()
            self.writer.endObject()
        case .hosted(let type): try self.write(hostedChoice: type, tools)
        }
    }

    private mutating func write(hostedChoice type: String, _ tools: [PlannedTool]) throws(TranslationRefusal) {
        let wanted = type.hasPrefix("web_search_2") && self.request.origin == .messages ? "web_search" : type
        let isOffered = tools.contains { if case .hosted(wanted, _) = $0 { true } else { false } }
        guard isOffered else {
            let wayOut = "Do not force it, or ask a model of the vendor that runs it."
            throw self.report.refusal(.parameter(.toolChoice), "does not run this tool", wayOut: wayOut)
        }
        try self.checkForcing()
        self.writer.key("tool_choice")
        self.writer.beginObject()
        self.writer.member("type", wanted)
        self.writer.endObject()
    }

    private func checkForcing() throws(TranslationRefusal) {
        let isThinking = self.notes.isReasoning && self.request.reasoning.mode != .off
        let reason: String
        if !self.capabilities.forcesTools {
            reason = "cannot be forced to call a tool"
        } else if isThinking, !self.capabilities.forcesToolsWhileReasoning {
            reason = "cannot be forced to call a tool while it thinks"
        } else {
            return
        }
        let wayOut = "Use 'auto' and ask for the call in words."
        throw self.report.refusal(.parameter(.toolChoice), reason, wayOut: wayOut)
    }

    private mutating func writeReference(_ name: String, _ customNames: Set<String>) {
        let isCustom = customNames.contains(name)
        self.writer.beginObject()
        self.writer.member("type", isCustom ? "custom" : "function")
        self.writer.member("name", self.vendorName(name))
        self.writer.endObject()
    }
}
