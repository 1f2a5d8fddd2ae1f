import Exchange
import Wire

extension MessagesRequestDecoder {
    mutating func readTools(_ node: MessagesNode?) throws(GatewayFailure) {
        guard let node else { return }
        for (index, tool) in try node.elements().enumerated() {
            self.request.tools.append(try Self.tool(try tool.object(), index))
        }
    }

    /// A tool without a type, or of type `custom`, is a function of the caller's; any other is known by its type alone.
    private static func tool(_ node: MessagesNode, _ index: Int) throws(GatewayFailure) -> Tool {
        let type = try node.string("type") ?? ""
        guard type.isEmpty || type == "custom" else { return try Self.hosted(node, type, index) }
        let name = try node.requiredString("name")
        guard !name.isEmpty else {
            throw node.at("name").refusal("must be a non-empty string")
        }
        let schema = try node["input_schema"].map { node throws(GatewayFailure) in RawJSON(try node.object().value) }
        let strict = try node["strict"]?.bool()
        var tool = Tool(.function(schema: schema, strict: strict), name: name, index: index)
        tool.description = try node.string("description")
        tool.cache = try Self.cacheMark(node)
        tool.extras = Self.extras(node)
        return tool
    }

    private static func hosted(_ node: MessagesNode, _ type: String, _ index: Int) throws(GatewayFailure) -> Tool {
        var tool = Tool(.hosted(type: type), name: try node.string("name") ?? type, index: index)
        tool.original = Opaque(format: .messages, type: type, json: RawJSON(node.value))
        tool.cache = try Self.cacheMark(node)
        return tool
    }

    /// Members that steer quality alone, unless they say what is so anyway.
    private static func extras(_ node: MessagesNode) -> [String] {
        var extras: [String] = []
        for (key, value) in node.value.members {
            let name = key.string ?? ""
            switch name {
            case "type", "name", "description", "input_schema", "strict", "cache_control": continue
            case "allowed_callers" where value.count == 1 && value.element(0)?.equals("direct") ?? false: continue
            default:
                let saysNothing = value.isNull || value.bool == false || (value.kind == .array && value.count == 0)
                if !saysNothing { extras.append(name) }
            }
        }
        return extras
    }
}
