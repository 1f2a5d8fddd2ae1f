/// Which of the vendors' endpoints a request is for, told by the end of its path.
enum VendorOperation: String, Sendable, Equatable {
    case chat, responses, messages, gemini, converse, invoke, countTokens, inputTokens, geminiCount, bedrockCount
    case embeddings, completions, moderations, models, other

    init(path: String) {
        let endings: [(String, VendorOperation)] = [
            (":generateContent", .gemini), (":streamGenerateContent", .gemini), (":countTokens", .geminiCount),
            ("/converse", .converse), ("/converse-stream", .converse), ("/count-tokens", .bedrockCount),
            ("/count-tokens:rawPredict", .countTokens), (":rawPredict", .messages), (":streamRawPredict", .messages),
            ("/invoke", .invoke), ("/invoke-with-response-stream", .invoke),
            ("/chat/completions", .chat), ("/responses", .responses), ("/messages", .messages),
            ("/messages/count_tokens", .countTokens), ("/responses/input_tokens", .inputTokens),
            ("/embeddings", .embeddings), ("/completions", .completions), ("/moderations", .moderations),
        ]
        let found = endings.first { path.hasSuffix($0.0) }?.1
        self = found ?? (path.contains("/models") ? .models : .other)
    }

    /// Whether the path says that the answer is to be streamed, where bodies do not.
    static func streams(path: String) -> Bool {
        path.hasSuffix(":streamGenerateContent") || path.hasSuffix(":streamRawPredict") || path.hasSuffix("-stream")
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
    /// The tools the caller offers: name and schema of the arguments.
    var tools: [(name: String, schema: PlainJSON)]
    /// The schema the answer is to have.
    var schema: PlainJSON?
    /// Text of a tool's result, when the conversation ends with one.
    var toolResult: String?
    var bodyByteCount: Int
    var json: PlainJSON

    init(_ request: OracleRequest) {
        let json = request.json ?? .null
        self.operation = VendorOperation(path: request.path)
        self.model = json["model"]?.string ?? Self.model(in: request.path) ?? ""
        self.streams = json["stream"]?.bool ?? VendorOperation.streams(path: request.path)
        self.includesUsage = json["stream_options"]?["include_usage"]?.bool ?? false
        self.bodyByteCount = request.bodyByteCount
        self.json = json
        let turns = json["messages"]?.elements ?? json["input"]?.elements ?? json["contents"]?.elements ?? []
        self.prompt = turns.last { $0["role"]?.string == "user" }?.spokenText ?? json["input"]?.string ?? ""
        self.toolResult = turns.last?.toolResultText
        self.tools = Self.tools(json)
        self.schema = Self.schema(json)
    }

    private static func tools(_ json: PlainJSON) -> [(name: String, schema: PlainJSON)] {
        let entries = json["tools"]?.elements ?? json["toolConfig"]?["tools"]?.elements ?? []
        return entries.flatMap { $0["functionDeclarations"]?.elements ?? [$0] }.compactMap { entry in
            let definition = entry["function"] ?? entry["toolSpec"] ?? entry
            guard let name = definition["name"]?.string else { return nil }
            let schema = ["parameters", "input_schema", "parametersJsonSchema"].lazy.compactMap { definition[$0] }.first
            return (name, schema ?? definition["inputSchema"]?["json"] ?? .null)
        }
    }

    private static func schema(_ json: PlainJSON) -> PlainJSON? {
        let generation = json["generationConfig"]
        let text = json["outputConfig"]?["textFormat"]?["structure"]?["jsonSchema"]?["schema"]?.string
        return json["response_format"]?["json_schema"]?["schema"] ?? json["text"]?["format"]?["schema"]
            ?? json["output_config"]?["format"]?["schema"] ?? generation?["responseJsonSchema"]
            ?? generation?["responseSchema"] ?? text.flatMap { try? PlainJSON(parsing: $0) }
    }

    /// The model in a path: `/openai/deployments/NAME/…`, `/v1beta/models/NAME:verb`, `/model/NAME/…`.
    private static func model(in path: String) -> String? {
        let parts = path.split(separator: "/")
        let places: [Substring] = ["deployments", "models", "model"]
        guard let index = parts.firstIndex(where: places.contains), index + 1 < parts.count else { return nil }
        let name = parts[index + 1]
        guard parts[index] == "models", let colon = name.lastIndex(of: ":") else { return String(name).percentDecoded }
        return String(name[..<colon]).percentDecoded
    }
}

extension String {
    /// RFC 3986, section 2.1; what is no escape stays as it is.
    fileprivate var percentDecoded: String {
        var bytes: [UInt8] = []
        var rest = Array(self.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension PlainJSON {
    /// The text of a turn: its content as a string, or the texts of its parts together.
    fileprivate var spokenText: String {
        guard let content = self["content"] ?? self["parts"] else { return "" }
        return content.string ?? content.elements.compactMap { $0["text"]?.string }.joined(separator: " ")
    }

    /// The text a tool returned, in any of the formats; `nil` when this turn is no tool result.
    fileprivate var toolResultText: String? {
        if self["role"]?.string == "tool" { return self.spokenText }
        if self["type"]?.string == "function_call_output" { return self["output"]?.string ?? "" }
        if let response = self["parts"]?.elements.last?["functionResponse"]?["response"] {
            return response["output"]?.string ?? response["error"]?.string ?? response.text
        }
        if let result = self["content"]?.elements.lazy.compactMap({ $0["toolResult"] }).last {
            return result.spokenText
        }
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
