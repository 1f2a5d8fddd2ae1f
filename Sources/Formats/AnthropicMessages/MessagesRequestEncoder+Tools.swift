import Exchange
import Wire

/// Tools as they are declared.
struct PreparedTools {
    /// In the caller's order; none that the vendor does not know.
    var declared: [Tool] = []
    /// Made up from calls in the history, because the request declares none.
    var isFromHistory = false
}

/// How tools may be used.
struct PreparedChoice {
    /// The value of `type`; `nil` leaves `tool_choice` out.
    var type: String?
    /// The vendor's name of the tool to be called.
    var name: String?
    /// One call at a time.
    var isSingle = false
    /// The tool stands for the output: forcing it is not the caller's doing.
    var isForOutput = false

    /// Some tool must be called.
    var isForced: Bool { self.type == "any" || self.type == "tool" }
}

extension MessagesRequestEncoder {
    /// The vendor's name for a tool: noted, so that answers can be told in the caller's.
    mutating func safeName(_ name: String) -> String {
        let safe = SafeName.make(name, limit: 128)
        if safe != name { self.notes.toolNames[safe] = name }
        return safe
    }

    mutating func preparedTools(calledIn turns: [Turn]) throws(TranslationRefusal) -> PreparedTools {
        var prepared = PreparedTools()
        var allowed: Set<String>?
        if case .allowed(let names, _) = self.request.toolChoice { allowed = Set(names) }
        var seen: Set<String> = []
        for tool in self.request.tools {
            if case .hosted(let type) = tool.kind {
                let isOwn = self.isNative && tool.original?.format == .messages
                if !isOwn, allowed != nil || seen.contains("web_search") {
                    try self.report.dropped(tool.field, type)
                } else if let own = isOwn ? tool : try self.search(tool) {
                    seen.insert(own.name)
                    prepared.declared.append(own)
                } else {
                    try self.report.dropped(tool.field, type)
                }
                continue
            }
            if let allowed, !allowed.contains(tool.name) { continue }
            guard seen.insert(self.safeName(tool.name)).inserted else {
                let wayOut = "Give every tool a name of its own, of letters, digits, _ and -."
                throw self.report.refusal(.tool(tool.index), "would know two tools by this name", wayOut: wayOut)
            }
            for extra in tool.extras { try self.report.dropped(.tool(tool.index), extra) }
            prepared.declared.append(tool)
        }
        guard prepared.declared.isEmpty else { return prepared }
        prepared.declared = Self.calledTools(turns)
        prepared.isFromHistory = !prepared.declared.isEmpty
        if prepared.isFromHistory { try self.report.approximated(.parameter(.tools), "declared_from_history") }
        return prepared
    }

    /// A history with calls is refused unless some tools are declared.
    private static func calledTools(_ turns: [Turn]) -> [Tool] {
        var tools: [Tool] = []
        var seen: Set<String> = []
        for turn in turns {
            for block in turn.blocks {
                guard case .toolCall(let call) = block.content, seen.insert(call.name).inserted else { continue }
                tools.append(
                    Tool(.function(schema: RawJSON(trusted: "{\"type\":\"object\"}"), strict: nil), name: call.name)
                )
            }
        }
        return tools
    }

    /// The choice, given what is declared; `forcing` names the tool that stands for the output.
    mutating func preparedChoice(
        _ tools: PreparedTools,
        forcing outputTool: String?
    ) throws(TranslationRefusal) -> PreparedChoice {
        if let outputTool { return PreparedChoice(type: "tool", name: outputTool, isForOutput: true) }
        var choice = try self.wantedChoice(among: tools.declared)
        if tools.isFromHistory || tools.declared.isEmpty {
            guard !choice.isForced else {
                throw self.report.refusal(.parameter(.toolChoice), "has no tool to call", wayOut: "Offer the tool.")
            }
            return PreparedChoice(type: tools.isFromHistory ? "none" : nil)
        }
        if choice.isForced, !self.capabilities.forcesTools {
            let wayOut = "Leave the choice to the model."
            throw self.report.refusal(.parameter(.toolChoice), "cannot be forced to call a tool", wayOut: wayOut)
        }
        guard self.request.parallelToolCalls == false, choice.type != "none" else { return choice }
        guard self.capabilities.parallelFlag else {
            try self.report.dropped(.parameter(.parallelToolCalls))
            return choice
        }
        choice.type = choice.type ?? "auto"
        choice.isSingle = true
        return choice
    }

    private mutating func wantedChoice(among tools: [Tool]) throws(TranslationRefusal) -> PreparedChoice {
        switch self.request.toolChoice {
        case nil: return PreparedChoice()
        case .auto: return PreparedChoice(type: "auto")
        case .some(.none): return PreparedChoice(type: "none")
        case .required: return PreparedChoice(type: "any")
        case .named(let name): return PreparedChoice(type: "tool", name: self.safeName(name))
        case .allowed(_, let isRequired):
            try self.report.approximated(.parameter(.toolChoice), "subset")
            return PreparedChoice(type: isRequired ? "any" : "auto")
        case .hosted(let type):
            guard let tool = tools.first(where: { $0.isHosted(type) }) else {
                let wayOut = "Leave the choice to the model."
                throw self.report.refusal(.parameter(.toolChoice), "does not have the tool forced", wayOut: wayOut)
            }
            return PreparedChoice(type: "tool", name: tool.name)
        }
    }

    mutating func write(
        _ tools: PreparedTools,
        _ outputTool: OutputTool?,
        _ choice: PreparedChoice,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        guard !tools.declared.isEmpty || outputTool != nil else { return }
        writer.key("tools")
        writer.beginArray()
        for tool in tools.declared { try self.write(tool, to: &writer) }
        if let outputTool { outputTool.write(to: &writer) }
        writer.endArray()
        guard let type = choice.type else { return }
        writer.member("tool_choice") { writer in
            writer.member("type", type)
            if let name = choice.name { writer.member("name", name) }
            if choice.isSingle { writer.member("disable_parallel_tool_use", true) }
        }
    }

    private mutating func write(_ tool: Tool, to writer: inout JSONWriter) throws(TranslationRefusal) {
        let name = self.safeName(tool.name)
        switch tool.kind {
        case .hosted:
            if let original = tool.original { writer.value(original.json) }
            return
        case .function(let schema, let strict):
            writer.beginObject()
            writer.member("name", name)
            if let description = tool.description, !description.isEmpty { writer.member("description", description) }
            try self.writeSchema(schema, isStrict: strict == true, of: tool, to: &writer)
        case .custom:
            try self.report.approximated(.tool(tool.index), "custom")
            self.notes.customTools.insert(name)
            writer.beginObject()
            writer.member("name", name)
            if let text = tool.spelledOutDescription { writer.member("description", text) }
            writer.member("input_schema", Self.customSchema)
        }
        self.writeMark(tool.cache, to: &writer)
        writer.endObject()
    }

    private static let customSchema = RawJSON(
        trusted: #"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#
    )

    /// A schema goes as its sender wrote it, unless it is to be enforced, which takes a stricter dialect.
    private mutating func writeSchema(
        _ schema: RawJSON?,
        isStrict: Bool,
        of tool: Tool,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        let plain = ClosedSchema.withType(schema)
        guard isStrict else { return writer.member("input_schema", plain) }
        guard self.capabilities.strictTools, let closed = ClosedSchema(plain) else {
            try self.report.dropped(.tool(tool.index), "strict")
            return writer.member("input_schema", plain)
        }
        if closed.isChanged { try self.report.approximated(.tool(tool.index), "schema") }
        writer.member("input_schema", closed.json)
        writer.member("strict", true)
    }
}
