import Exchange
import Wire

/// Reads the body of `POST /v1/responses`, member by member.
///
/// Source: OpenAI API reference, November 2026, and what coding agents send.
struct ResponsesRequestReader {
    var request: ExchangeRequest
    /// The assistant's turn that the items read last belong to: neighbours become one turn.
    var assistantTurn: Turn?

    init(model: String) {
        self.request = ExchangeRequest(origin: .responses, model: model)
    }

    /// Reads all members.
    mutating func read(_ root: JSONValue) throws(GatewayFailure) {
        let body = FieldPath()
        if let text = try root.string("instructions", body) { self.request.system.append(.text(text)) }
        for (key, value) in root.members {
            guard let name = key.string else { continue }
            try self.read(name, value, root)
        }
        try self.readSampling(root)
        try self.readLogprobs(root)
        if let input = root["input"], !input.isNull { try self.read(input: input) }
        self.endAssistantTurn()
        self.request.echo = Self.echo(of: root)
    }

    /// Members that are read together with others, or mean nothing to another vendor by rule.
    private static let silent: Set<String> = [
        "model", "input", "instructions", "temperature", "top_p", "top_logprobs", "include", "stream_options",
        "prompt_cache_options", "prompt_cache_retention", "user",
    ]

    private mutating func read(_ name: String, _ value: JSONValue, _ root: JSONValue) throws(GatewayFailure) {
        let body = FieldPath()
        switch name {
        case "stream": self.request.isStream = try root.flag("stream", body) ?? false
        case "store": self.request.store = try root.flag("store", body)
        case "max_output_tokens":
            self.request.maxOutputTokens = try RequestFields(root).count("max_output_tokens", in: 1...Int.max)
        case "parallel_tool_calls":
            self.request.parallelToolCalls = try root.flag("parallel_tool_calls", body)
        case "reasoning": try self.readReasoning(root)
        case "text": try self.readText(root)
        case "tools": try self.readTools(root)
        case "tool_choice": try self.readToolChoice(value)
        case "metadata": try self.readMetadata(root)
        case "safety_identifier": self.request.endUser = try root.string("safety_identifier", body)
        case "prompt_cache_key": self.request.cacheKey = try root.string("prompt_cache_key", body)
        case "service_tier":
            self.request.serviceTier = try root.string("service_tier", body).map { ServiceTier(openAI: $0) }
        case _ where Self.silent.contains(name): try self.check(name, root)
        default: try self.readLeftover(name, value, root)
        }
    }

    /// Members without neutral meaning.
    private mutating func readLeftover(
        _ name: String,
        _ value: JSONValue,
        _ root: JSONValue
    ) throws(GatewayFailure) {
        let body = FieldPath()
        switch name {
        case "previous_response_id":
            guard try root.string("previous_response_id", body) != nil else { return }
            self.reject(name, wayOut: "Send the whole conversation in 'input'.")
        case "conversation":
            guard !value.isNull else { return }
            guard value.kind == .string || value.kind == .object else {
                throw body.refusal("conversation", "must be a string or an object, got \(value.kind.noun)")
            }
            self.reject(name, wayOut: "Send the whole conversation in 'input'.")
        case "prompt":
            guard try root.object("prompt", body) != nil else { return }
            self.reject(name, wayOut: "Send the prompt's text in 'instructions' and 'input'.")
        case "background":
            guard try root.flag("background", body) == true else { return }
            self.reject(name, wayOut: "Leave it out and ask for a stream.")
        case "context_management":
            guard let list = try root.array("context_management", body), list.count > 0 else { return }
            self.reject(name, wayOut: "Shorten the conversation before sending it.")
        case "truncation":
            guard let text = try root.string("truncation", body), text != "disabled" else { return }
            self.drop(name)
        case "moderation":
            guard let moderation = try root.object("moderation", body) else { return }
            if moderation["mode"]?.equals("block") ?? false {
                self.reject(name, wayOut: "Check the content before sending it.")
            } else {
                self.drop(name)
            }
        case "max_tool_calls":
            guard try RequestFields(root).count("max_tool_calls", in: 0...Int.max) != nil else { return }
            self.drop(name)
        default: if !value.saysNothing { self.drop(name) }
        }
    }

    private func check(_ name: String, _ root: JSONValue) throws(GatewayFailure) {
        let body = FieldPath()
        switch name {
        case "stream_options": _ = try root.object("stream_options", body)
        case "prompt_cache_options": _ = try root.object("prompt_cache_options", body)
        case "prompt_cache_retention": _ = try root.string("prompt_cache_retention", body)
        case "user": _ = try root.string("user", body)
        default: break
        }
    }

    /// A member that another vendor's request does without, with a warning.
    mutating func drop(_ name: String) {
        self.request.leftovers.append(Leftover(.named(name), .drop))
    }

    /// A member that another vendor cannot do.
    mutating func reject(_ name: String, wayOut: String) {
        self.request.leftovers.append(Leftover(.named(name), .reject(wayOut: wayOut)))
    }

    /// Members that the answer repeats, in the answer's order.
    private static let echoed: [(name: String, key: StaticString)] = [
        ("instructions", "instructions"), ("max_output_tokens", "max_output_tokens"),
        ("max_tool_calls", "max_tool_calls"), ("metadata", "metadata"),
        ("parallel_tool_calls", "parallel_tool_calls"), ("prompt_cache_key", "prompt_cache_key"),
        ("prompt_cache_retention", "prompt_cache_retention"), ("reasoning", "reasoning"),
        ("safety_identifier", "safety_identifier"), ("temperature", "temperature"), ("text", "text"),
        ("tool_choice", "tool_choice"), ("tools", "tools"), ("top_logprobs", "top_logprobs"), ("top_p", "top_p"),
        ("truncation", "truncation"), ("user", "user"),
    ]

    private static func echo(of root: JSONValue) -> [ExchangeRequest.Echo] {
        self.echoed.compactMap { name, key in
            root.told(key).map { ExchangeRequest.Echo(name: name, json: RawJSON($0)) }
        }
    }
}

extension ServiceTier {
    /// The tier by OpenAI's name.
    init(openAI name: String) {
        switch name {
        case "auto": self = .auto
        case "default": self = .standard
        case "flex": self = .flex
        case "priority": self = .priority
        default: self = .other
        }
    }

    /// OpenAI's name; `nil` for tiers that only another vendor has.
    var openAIName: String? {
        switch self {
        case .auto: "auto"
        case .standard: "default"
        case .flex: "flex"
        case .priority: "priority"
        case .other: nil
        }
    }
}
