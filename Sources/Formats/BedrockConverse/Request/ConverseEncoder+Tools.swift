import Exchange
import Wire

/// The tools that are sent, and whether one must be called.
struct ToolPlan {
    struct Entry {
        var name: String
        var callerName: String
        var description: String?
        var schema: RawJSON
        var isStrict = false
        var cache: CacheMark?
    }

    enum Choice: Equatable {
        case any
        case named(String)
    }

    var tools: [Entry] = []
    var choice: Choice?
    /// The conversation holds calls, so that the format demands tools.
    var isUsed = false
    /// Names of the tools.
    var names: Set<String> = []
}

extension ConverseEncoder {
    /// Decides which tools are sent.
    mutating func planTools(for turns: [Turn]) throws(TranslationRefusal) {
        let called = Self.calledNames(in: turns)
        self.tools.isUsed = !called.isEmpty
        for tool in self.request.tools { try self.add(tool) }
        let offered = !self.tools.tools.isEmpty
        if offered, self.request.parallelToolCalls == false {
            try self.report.dropped(.parameter(.parallelToolCalls))
        }
        try self.planChoice()
        guard self.tools.tools.isEmpty, self.tools.isUsed else { return }
        for name in called {
            self.rename(name)
            self.tools.tools.append(
                ToolPlan.Entry(name: SafeName.make(name), callerName: name, schema: ToolSchema.minimal)
            )
        }
        try self.report.approximated(.parameter(.tools), "declared_from_history")
        self.instructions.append(Self.noCalls)
    }

    private static let noCalls = "Do not call any tool now. Answer in text."

    /// Names of called tools, each once, in order.
    private static func calledNames(in turns: [Turn]) -> [String] {
        var names: [String] = []
        var known: Set<String> = []
        for turn in turns {
            for case .toolCall(let call) in turn.blocks.map(\.content)
            where known.insert(SafeName.make(call.name)).inserted {
                names.append(call.name)
            }
        }
        return names
    }

    private mutating func rename(_ name: String) {
        let safe = SafeName.make(name)
        if !safe.utf8.elementsEqual(name.utf8) { self.notes.toolNames[safe] = name }
    }

    private mutating func add(_ tool: Tool) throws(TranslationRefusal) {
        for extra in tool.extras { try self.report.dropped(.tool(tool.index), extra) }
        let name = SafeName.make(tool.name)
        var entry = ToolPlan.Entry(name: name, callerName: tool.name, schema: ToolSchema.none, cache: tool.cache)
        if let description = tool.description, !description.isBlank { entry.description = description }
        switch tool.kind {
        case .hosted(let type):
            try self.report.dropped(tool.field, type)
            return
        case .custom:
            try self.report.approximated(.tool(tool.index), "custom")
            self.notes.customTools.insert(name)
            entry.schema = ToolSchema.oneText
            entry.description = tool.spelledOutDescription
        case .function(let schema, let strict):
            if let schema { entry.schema = ToolSchema.rooted(schema) }
            if strict == true {
                entry.isStrict = self.capabilities.strictTools
                if !entry.isStrict { try self.report.dropped(.tool(tool.index), "strict") }
            }
        }
        guard self.tools.names.insert(name).inserted else {
            throw self.report.refusal(
                .tool(tool.index),
                "would know two tools by the same name",
                wayOut: "Give every tool a name of its own."
            )
        }
        self.rename(tool.name)
        self.tools.tools.append(entry)
    }

    private mutating func planChoice() throws(TranslationRefusal) {
        switch self.request.toolChoice {
        case nil, .auto: break
        case .some(.none): try self.forbidCalls()
        case .required: try self.force(.any)
        case .named(let name): try self.force(.named(SafeName.make(name)))
        case .allowed(let names, let required):
            let allowed = Set(names.map { SafeName.make($0) })
            guard !self.tools.tools.isEmpty || required else { return }
            self.tools.tools.removeAll { !allowed.contains($0.name) }
            guard !self.tools.tools.isEmpty else { throw self.nothingToCall }
            try self.report.approximated(.parameter(.toolChoice), "subset")
            if required { try self.force(.any) }
        case .hosted(let type):
            throw self.report.refusal(
                .parameter(.toolChoice),
                "has no tool of the type \(type)",
                wayOut: "Force a function, or leave the choice open."
            )
        }
    }

    /// There is no way to forbid calls. Tools that the conversation does not need are not sent at all.
    private mutating func forbidCalls() throws(TranslationRefusal) {
        guard !self.tools.tools.isEmpty else { return }
        guard self.tools.isUsed else {
            self.tools.tools = []
            return
        }
        try self.report.approximated(.parameter(.toolChoice), "none_by_instruction")
        self.instructions.append(Self.noCalls)
    }

    private mutating func force(_ choice: ToolPlan.Choice) throws(TranslationRefusal) {
        switch choice {
        case .any: guard !self.tools.tools.isEmpty else { throw self.nothingToCall }
        case .named(let name):
            guard self.tools.tools.contains(where: { $0.name == name }) else { throw self.nothingToCall }
        }
        guard self.capabilities.forcesTools else {
            throw self.report.refusal(
                .parameter(.toolChoice),
                "cannot be forced to call a tool",
                wayOut: "Leave the choice open."
            )
        }
        self.tools.choice = choice
    }

    private var nothingToCall: TranslationRefusal {
        self.report.refusal(
            .parameter(.toolChoice),
            "is given no such tool to call",
            wayOut: "Offer the tool, or leave the choice open."
        )
    }

    /// Writes `toolConfig`; an empty list of tools is refused by the vendor, so that there is none then.
    mutating func writeTools() {
        guard !self.tools.tools.isEmpty else { return }
        self.writer.key("toolConfig")
        self.writer.beginObject()
        self.writer.key("tools")
        self.writer.beginArray()
        for tool in self.tools.tools {
            self.write(tool)
            if self.family.cachesTools { self.write(mark: tool.cache) }
        }
        self.writer.endArray()
        if let choice = self.tools.choice { self.write(choice) }
        self.writer.endObject()
    }

    private mutating func write(_ tool: ToolPlan.Entry) {
        self.writer.beginObject()
        self.writer.key("toolSpec")
        self.writer.beginObject()
        self.writer.member("name", tool.name)
        if let description = tool.description { self.writer.member("description", description) }
        self.writer.key("inputSchema")
        self.writer.beginObject()
        self.writer.member("json", tool.schema)
        self.writer.endObject()
        if tool.isStrict { self.writer.member("strict", true) }
        self.writer.endObject()
        self.writer.endObject()
    }

    private mutating func write(_ choice: ToolPlan.Choice) {
        self.writer.key("toolChoice")
        self.writer.beginObject()
        switch choice {
        case .any:
            self.writer.key("any")
            self.writer.beginObject()
        case .named(let name):
            self.writer.key("tool")
            self.writer.beginObject()
            self.writer.member("name", name)
        }
        self.writer.endObject()
        self.writer.endObject()
    }
}
