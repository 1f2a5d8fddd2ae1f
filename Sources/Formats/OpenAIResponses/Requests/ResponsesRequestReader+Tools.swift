import Exchange
import Wire

extension ResponsesRequestReader {
    mutating func readTools(_ root: JSONValue) throws(GatewayFailure) {
        guard let tools = try root.array("tools", FieldPath()) else { return }
        for (index, tool) in tools.elements.enumerated() {
            try self.read(tool: tool, index: index, FieldPath("tools", index))
        }
    }

    /// One definition; a namespace holds several, which are called `namespace__name`.
    mutating func read(tool: JSONValue, index: Int, _ path: FieldPath) throws(GatewayFailure) {
        let type = try tool.asObject(path).requiredString("type", path)
        guard type == "namespace" else {
            self.request.tools.append(try Self.tool(tool, type, index, path))
            return
        }
        let namespace = try tool.requiredName("name", path)
        guard let members = try tool.array("tools", path) else {
            throw path.refusal("tools", "must be an array, but is missing")
        }
        for (position, member) in members.elements.enumerated() {
            let path = path.element("tools", position)
            let type = try member.asObject(path).requiredString("type", path)
            var flat = try Self.tool(member, type, index, path)
            flat.name = Namespace.flattened(flat.name, in: namespace)
            self.request.tools.append(flat)
        }
    }

    private static func tool(
        _ tool: JSONValue,
        _ type: String,
        _ index: Int,
        _ path: FieldPath
    ) throws(GatewayFailure) -> Tool {
        switch type {
        case "function":
            let kind = Tool.Kind.function(
                schema: try tool.object("parameters", path).map { RawJSON($0) },
                strict: try tool.flag("strict", path)
            )
            return try self.named(tool, kind, index, path)
        case "custom":
            let format = try tool.object("format", path)
            let isText = format?["type"]?.equals("text") ?? true
            let kind = Tool.Kind.custom(format: isText ? nil : format.map { RawJSON($0) })
            return try self.named(tool, kind, index, path)
        default:
            var hosted = Tool(.hosted(type: type), name: tool["name"]?.string ?? type, index: index)
            hosted.original = Opaque(format: .responses, type: type, json: RawJSON(tool))
            return hosted
        }
    }

    private static func named(
        _ tool: JSONValue,
        _ kind: Tool.Kind,
        _ index: Int,
        _ path: FieldPath
    ) throws(GatewayFailure) -> Tool {
        var named = Tool(
            kind,
            name: try tool.requiredName("name", path),
            description: try tool.string("description", path),
            index: index
        )
        for (key, value) in tool.members where !value.saysNothing {
            guard let name = key.string, !Self.toolMembers.contains(name) else { continue }
            named.extras.append(name)
        }
        return named
    }

    private static let toolMembers: Set<String> = ["type", "name", "description", "parameters", "strict", "format"]

    mutating func readToolChoice(_ value: JSONValue) throws(GatewayFailure) {
        let path = FieldPath("tool_choice")
        switch value.kind {
        case .null: return
        case .string:
            switch value.string {
            case "auto": self.request.toolChoice = .auto
            case "none": self.request.toolChoice = ToolChoice.none
            case "required": self.request.toolChoice = .required
            default: throw path.refusal(nil, "must be one of auto, none, required, or an object")
            }
        case .object: self.request.toolChoice = try Self.toolChoice(value, path)
        case .array, .number, .true, .false:
            throw path.refusal(nil, "must be a string or an object, got \(value.kind.noun)")
        }
    }

    private static func toolChoice(_ value: JSONValue, _ path: FieldPath) throws(GatewayFailure) -> ToolChoice {
        let type = try value.requiredString("type", path)
        switch type {
        case "function", "custom": return .named(try self.toolName(value, path))
        case "allowed_tools": return try self.allowed(value, path)
        default: return .hosted(type: type)
        }
    }

    private static func toolName(_ value: JSONValue, _ path: FieldPath) throws(GatewayFailure) -> String {
        let name = try value.requiredName("name", path)
        return Namespace.flattened(name, in: try value.string("namespace", path))
    }

    /// Tools of the vendor's in the list are withheld from another vendor anyway.
    private static func allowed(_ value: JSONValue, _ path: FieldPath) throws(GatewayFailure) -> ToolChoice {
        guard let list = try value.array("tools", path) else {
            throw path.refusal("tools", "must be an array, but is missing")
        }
        var names: [String] = []
        for (index, entry) in list.elements.enumerated() {
            let path = FieldPath("tool_choice.tools", index)
            switch try entry.asObject(path).requiredString("type", path) {
            case "function", "custom": names.append(try self.toolName(entry, path))
            case let type: if list.count == 1 { return .hosted(type: type) }
            }
        }
        let mode = try value.string("mode", path) ?? "auto"
        guard mode == "auto" || mode == "required" else {
            throw path.refusal("mode", "must be auto or required")
        }
        return .allowed(names, required: mode == "required")
    }
}

/// Tools grouped under a name, which other vendors know by one name each.
enum Namespace {
    /// `namespace__name`
    static func flattened(_ name: String, in namespace: String?) -> String {
        guard let namespace, !namespace.isEmpty else { return name }
        return "\(namespace)__\(name)"
    }

    /// The names that were made of a namespace, with its two halves.
    static func halves(in tools: RawJSON) -> [String: (namespace: String, name: String)] {
        tools.read { tools in
            var halves: [String: (namespace: String, name: String)] = [:]
            for tool in tools.elements where tool["type"]?.equals("namespace") ?? false {
                guard let namespace = tool["name"]?.string, let members = tool["tools"] else { continue }
                for member in members.elements {
                    guard let name = member["name"]?.string else { continue }
                    halves[self.flattened(name, in: namespace)] = (namespace, name)
                }
            }
            return halves
        } ?? [:]
    }
}
