import Exchange
import Wire

/// The tools a request declares, under names that Gemini takes.
struct ToolList {
    private struct Declaration {
        var name: String
        var description: String
        var schema: RawJSON?
    }

    /// What the model is told → what the caller knows, where they differ.
    private(set) var callerNames: [String: String] = [:]
    /// Custom tools, offered as functions with one string, by the name the model is told.
    private(set) var customNames: Set<String> = []
    /// Every function is to be called by its schema alone.
    private(set) var areAllStrict = false
    private var declarations: [Declaration] = []
    private var declared: Set<String> = []
    /// Google's own search, standing for the caller's.
    private var search: RawJSON?

    /// The name Gemini is told for a caller's name.
    static func name(_ name: String) -> String { SafeName.make(name, startsWithLetter: true) }

    init(
        _ request: ExchangeRequest,
        _ target: TranslationTarget,
        _ report: inout TranslationReport
    ) throws(TranslationRefusal) {
        // Google's search is never mixed with functions: older models refuse it, newer ones answer with its trace.
        if request.tools.count == 1, let search = WebSearch(request.tools[0]), !search.isOffline {
            // It searches when it likes: where no tool may be called, none is offered.
            if request.toolChoice == ToolChoice.none { return }
            self.search = try search.google(request.tools[0], isVertex: target.gemini.isVertex, &report)
            return
        }
        for tool in request.tools { try self.add(tool, &report) }
        let strict = request.tools.filter(\.isStrict)
        self.areAllStrict =
            !strict.isEmpty && strict.count == self.declarations.count && target.capabilities.strictTools
        let isForced =
            switch request.toolChoice {
            case .required, .named, .allowed: true  // every mode but `AUTO` holds calls to their schemas
            case nil, .auto, .some(.none), .hosted: false
            }
        guard !self.areAllStrict, !isForced else { return }
        for tool in strict { try report.dropped(.tool(tool.index), "strict") }
    }

    /// No function is declared.
    var isEmpty: Bool { self.declarations.isEmpty }

    /// A function is declared, or Google's search.
    var areOffered: Bool { !self.isEmpty || self.search != nil }

    /// Whether a tool of this name, as the caller knows it, is declared.
    func declares(_ name: String) -> Bool { self.declared.contains(Self.name(name)) }

    private mutating func add(_ tool: Tool, _ report: inout TranslationReport) throws(TranslationRefusal) {
        var declaration = Declaration(name: Self.name(tool.name), description: tool.description ?? "")
        switch tool.kind {
        case .function(let schema, _): declaration.schema = schema.flatMap(Self.parameters)
        case .custom:
            try report.approximated(.tool(tool.index), "custom")
            declaration.schema = Self.textSchema
            declaration.description = tool.spelledOutDescription ?? ""
            self.customNames.insert(declaration.name)
        case .hosted(let type): return try report.dropped(tool.field, type)
        }
        for extra in tool.extras { try report.dropped(.tool(tool.index), extra) }
        guard self.declared.insert(declaration.name).inserted else {
            throw report.refusal(.tool(tool.index), "needs tools of different names", wayOut: "Rename one of them.")
        }
        if declaration.name != tool.name { self.callerNames[declaration.name] = tool.name }
        self.declarations.append(declaration)
    }

    /// Writes `tools`, in the caller's order; nothing when there are none.
    func write(to writer: inout JSONWriter) {
        if let search = self.search {
            return writer.member("tools", array: { $0.object { $0.member("googleSearch", search) } })
        }
        guard !self.isEmpty else { return }
        writer.key("tools")
        writer.array { writer in
            writer.object { writer in
                writer.member(
                    "functionDeclarations",
                    array: { writer in
                        for declaration in self.declarations { Self.write(declaration, to: &writer) }
                    }
                )
            }
        }
    }

    private static func write(_ declaration: Declaration, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", declaration.name)
            if !declaration.description.isEmpty { writer.member("description", declaration.description) }
            if let schema = declaration.schema { writer.member("parametersJsonSchema", schema) }
        }
    }
}

extension ToolList {
    private static let textSchema = RawJSON(
        trusted: #"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#
    )

    /// A schema as Gemini takes it: none for a tool without parameters, and always with a type at the root.
    private static func parameters(_ schema: RawJSON) -> RawJSON? {
        let shape = schema.read { root -> (isEmpty: Bool, needsType: Bool) in
            guard root.kind == .object else { return (true, false) }
            return (Self.isEmpty(root), root["type"] == nil && root["$ref"] == nil)
        }
        guard let shape, !shape.isEmpty else { return nil }
        guard shape.needsType, let brace = schema.bytes.firstIndex(of: UInt8(ascii: "{")) else { return schema }
        return RawJSON(trusted: #"{"type":"object","# + String(decoding: schema.bytes[(brace + 1)...], as: UTF8.self))
    }

    /// Whether nothing can be passed: older models refuse an object without properties.
    private static func isEmpty(_ root: JSONValue) -> Bool {
        for (key, value) in root.members {
            if key.equals("properties") || key.equals("required") {
                if value.count > 0 { return false }
            } else if key.equals("additionalProperties") {
                if value.bool != false { return false }
            } else if !key.equals("type"), !key.equals("$schema"), !key.equals("title"), !key.equals("description") {
                return false
            }
        }
        return true
    }
}

extension Tool {
    fileprivate var isStrict: Bool {
        if case .function(_, strict: true) = self.kind { true } else { false }
    }
}
