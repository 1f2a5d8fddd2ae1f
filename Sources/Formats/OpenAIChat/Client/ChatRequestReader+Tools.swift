import Exchange
import Wire

extension ChatRequestReader {
    private static let knownInTool: [StaticString] = ["type", "function", "custom", "cache_control"]
    private static let knownInFunction: [StaticString] = [
        "name", "description", "parameters", "strict", "cache_control", "format",
    ]

    mutating func readTools() throws(Misfit) {
        let tools = try self.root.list("tools")
        try self.readTools(tools, "tools") { reader, element, index throws(Misfit) in try reader.tool(element, index) }
        let functions = try self.root.list("functions")
        let hasTools = !self.request.tools.isEmpty
        try self.readTools(functions, "functions") { reader, element, index throws(Misfit) in
            try reader.function(Members(element), index)
        }
        if !hasTools, !self.request.tools.isEmpty {
            self.request.usesLegacyFunctions = true
            // A legacy answer has room for one call.
            self.request.parallelToolCalls = false
        }
        if let flag = try self.root.flag("parallel_tool_calls") { self.request.parallelToolCalls = flag }
        try self.readWebSearch()
        try self.readChoice()
    }

    private mutating func readTools(
        _ list: JSONValue?,
        _ name: String,
        _ read: (inout ChatRequestReader, JSONValue, Int) throws(Misfit) -> Tool
    ) throws(Misfit) {
        guard let list else { return }
        var index = 0
        for element in list.elements {
            do throws(Misfit) {
                self.request.tools.append(try read(&self, element, index))
            } catch {
                throw error.inside("\(name)[\(index)]")
            }
            index += 1
        }
    }

    private mutating func tool(_ value: JSONValue, _ index: Int) throws(Misfit) -> Tool {
        let members = try Members(value)
        let type = try members.text("type") ?? "function"
        switch type {
        case "function":
            let function = try members.required("function")
            self.noteUnknown(in: value, known: Self.knownInTool, prefix: "tools.")
            var tool = try within("function") { () throws(Misfit) in try self.function(function, index) }
            if let mark = try Self.cacheMark(of: members) { tool.cache = mark }
            return tool
        case "custom":
            let custom = try members.required("custom")
            self.noteUnknown(in: value, known: Self.knownInTool, prefix: "tools.")
            return try within("custom") { () throws(Misfit) in
                let format = try custom.members("format").map { CustomFormat.flat($0.object) }
                let name = try custom.name("name")
                return Tool(
                    .custom(format: format),
                    name: name,
                    description: try custom.text("description"),
                    index: index
                )
            }
        default:
            var tool = Tool(.hosted(type: type), name: type, index: index)
            tool.original = Opaque(format: .chat, type: type, json: RawJSON(value))
            return tool
        }
    }

    private mutating func function(_ function: Members, _ index: Int) throws(Misfit) -> Tool {
        self.noteUnknown(in: function.object, known: Self.knownInFunction, prefix: "tools.function.")
        let schema = try function.members("parameters").map { RawJSON($0.object) }
        let kind = Tool.Kind.function(schema: schema, strict: try function.flag("strict"))
        let name = try function.name("name")
        var tool = Tool(kind, name: name, description: try function.text("description"), index: index)
        tool.cache = try Self.cacheMark(of: function)
        return tool
    }

    /// Search is a setting in Chat and a tool everywhere else.
    private mutating func readWebSearch() throws(Misfit) {
        guard let options = try self.root.members("web_search_options") else { return }
        var tool = Tool(.hosted(type: "web_search"), name: "web_search", index: self.request.tools.count)
        tool.original = Opaque(format: .chat, type: "web_search_options", json: RawJSON(options.object))
        self.request.tools.append(tool)
    }

    private mutating func readChoice() throws(Misfit) {
        if let value = self.root["tool_choice"] {
            self.request.toolChoice = try within("tool_choice") { () throws(Misfit) in try Self.choice(value) }
        } else if let value = self.root["function_call"] {
            self.request.toolChoice = try within("function_call") { () throws(Misfit) in
                if let word = value.string { return try Self.choice(word: word) }
                return .named(try Members(value).name("name"))
            }
        }
    }

    private static func choice(word: String) throws(Misfit) -> ToolChoice {
        switch word {
        case "auto": .auto
        case "none": .none
        // Mistral's and Anthropic's word is taken too.
        case "required", "any": .required
        default: throw Misfit("", "must be none, auto, required, or an object that names a tool")
        }
    }

    private static func choice(_ value: JSONValue) throws(Misfit) -> ToolChoice {
        if let word = value.string { return try self.choice(word: word) }
        guard value.kind == .object else {
            throw Misfit("", "must be a string or an object, got \(value.kind.noun)")
        }
        let members = try Members(value)
        // Some callers leave out the type.
        let isFunction = members["type"] == nil && members["function"] != nil
        switch isFunction ? "function" : try members.name("type") {
        case "function", "custom": return .named(try self.chosenName(members))
        case "allowed_tools":
            let allowed = try members.required("allowed_tools")
            return try within("allowed_tools") { () throws(Misfit) in try self.allowedTools(allowed) }
        case let type: return .hosted(type: type)
        }
    }

    private static func chosenName(_ members: Members) throws(Misfit) -> String {
        if let custom = try members.members("custom") {
            return try within("custom") { () throws(Misfit) in try custom.name("name") }
        }
        let function = try members.required("function")
        return try within("function") { () throws(Misfit) in try function.name("name") }
    }

    private static func allowedTools(_ allowed: Members) throws(Misfit) -> ToolChoice {
        let mode = try allowed.text("mode") ?? "auto"
        guard mode == "auto" || mode == "required" else { throw Misfit("mode", "must be auto or required") }
        guard let list = try allowed.list("tools") else { throw Misfit("tools", "must be an array, but is missing") }
        var names: [String] = []
        for element in list.elements {
            names.append(
                try within("tools[\(names.count)]") { () throws(Misfit) in try self.chosenName(Members(element)) }
            )
        }
        return .allowed(names, required: mode == "required")
    }
}

/// The format of a custom tool's text: Chat nests a grammar, Responses does not. The neutral form is the flat one.
enum CustomFormat {
    /// `{type, syntax, definition}`, whichever way it was written.
    static func flat(_ format: JSONValue) -> RawJSON {
        guard let grammar = format["grammar"], grammar.kind == .object else { return RawJSON(format) }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "grammar")
            for (key, value) in grammar.members {
                writer.key(key.string ?? "")
                writer.raw(value.bytes)
            }
        }
        return RawJSON(writer)
    }

    /// `{type, grammar: {syntax, definition}}`, whichever way it was written.
    static func nested(_ format: RawJSON) -> RawJSON {
        let nested: RawJSON?? = format.read { format in
            guard let definition = format["definition"], let syntax = format["syntax"] else { return nil }
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("type", "grammar")
                writer.member(
                    "grammar",
                    object: { writer in
                        writer.member("syntax", RawJSON(syntax))
                        writer.member("definition", RawJSON(definition))
                    }
                )
            }
            return RawJSON(writer)
        }
        return (nested ?? nil) ?? format
    }

    /// The grammar itself, for models that are only told of it.
    static func grammar(_ format: RawJSON?) -> String? {
        (format?.read { ($0["definition"] ?? $0["grammar"]?["definition"])?.string }) ?? nil
    }
}
