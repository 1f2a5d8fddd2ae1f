/// Which of the vendors' endpoints a request is for, told by the end of its path.
enum VendorOperation: String, Sendable, Equatable {
    case chat, responses, messages, countTokens, inputTokens, embeddings, completions, moderations, models, other

    init(path: String) {
        let endings: [(String, VendorOperation)] = [
            ("/chat/completions", .chat), ("/responses", .responses), ("/messages", .messages),
            ("/messages/count_tokens", .countTokens), ("/responses/input_tokens", .inputTokens),
            ("/embeddings", .embeddings), ("/completions", .completions), ("/moderations", .moderations),
        ]
        if path.contains("/models") {
            self = .models
        } else {
            self = endings.first { path.hasSuffix($0.0) }?.1 ?? .other
        }
    }
}

/// What the built-in vendor needs to know of a request.
struct VendorCall: Sendable {
    var operation: VendorOperation
    var model: String
    var streams: Bool
    var includesUsage: Bool
    /// Text of the latest user turn.
    var prompt: String
    /// First tool the caller offers: its name and the schema of its arguments.
    var tool: (name: String, schema: PlainJSON)?
    /// Text of a tool's result, when the conversation ends with one.
    var toolResult: String?
    var bodyByteCount: Int
    var json: PlainJSON

    init(_ request: OracleRequest) {
        let json = request.json ?? .null
        self.operation = VendorOperation(path: request.path)
        self.model = json["model"]?.string ?? Self.deployment(in: request.path) ?? ""
        self.streams = json["stream"]?.bool ?? false
        self.includesUsage = json["stream_options"]?["include_usage"]?.bool ?? false
        self.bodyByteCount = request.bodyByteCount
        self.json = json
        let turns = json["messages"]?.elements ?? json["input"]?.elements ?? []
        self.prompt = turns.last { $0["role"]?.string == "user" }?.spokenText ?? json["input"]?.string ?? ""
        self.toolResult = turns.last?.toolResultText
        self.tool = json["tools"]?.elements.lazy.compactMap(Self.tool).first
    }

    private static func tool(_ entry: PlainJSON) -> (name: String, schema: PlainJSON)? {
        let definition = entry["function"] ?? entry
        guard let name = definition["name"]?.string else { return nil }
        return (name, definition["parameters"] ?? definition["input_schema"] ?? .null)
    }

    /// The model in an Azure path, `/openai/deployments/NAME/…`.
    private static func deployment(in path: String) -> String? {
        let parts = path.split(separator: "/")
        guard let index = parts.firstIndex(of: "deployments"), index + 1 < parts.count else { return nil }
        return String(parts[index + 1])
    }
}

extension PlainJSON {
    /// The text of a turn: its content as a string, or the texts of its parts together.
    fileprivate var spokenText: String {
        guard let content = self["content"] else { return "" }
        return content.string ?? content.elements.compactMap { $0["text"]?.string }.joined(separator: " ")
    }

    /// The text a tool returned, in any of the three formats; `nil` when this turn is no tool result.
    fileprivate var toolResultText: String? {
        if self["role"]?.string == "tool" { return self.spokenText }
        if self["type"]?.string == "function_call_output" { return self["output"]?.string ?? "" }
        let result = self["content"]?.elements.last { $0["type"]?.string == "tool_result" }
        return result?.spokenText
    }

    /// Arguments that satisfy a tool's schema well enough: every property gets a value of its type.
    var exampleArguments: PlainJSON {
        let properties = self["properties"]?.members ?? []
        return .object(properties.map { Member($0.name, $0.value.exampleValue) })
    }

    private var exampleValue: PlainJSON {
        if let first = self["enum"]?.elements.first { return first }
        switch self["type"]?.string {
        case "string": return "Lisbon"
        case "integer", "number": return 1
        case "boolean": return true
        case "array": return []
        case "object": return self.exampleArguments
        default: return .null
        }
    }
}
