import Exchange
import Wire

/// Reads a Chat request into the neutral vocabulary; every member is typed, judged as a leftover, or known to say
/// nothing.
struct ChatRequestReader {
    let root: Members
    var request: ExchangeRequest
    /// Calls without an id of their own: those of legacy functions, and ids left empty.
    var unnamedCalls = UnnamedCalls()

    init(_ root: JSONValue) throws(Misfit) {
        self.root = try Members(root)
        self.request = ExchangeRequest(origin: .chat, model: try self.root.name("model"))
    }

    mutating func read() throws(Misfit) -> ExchangeRequest {
        self.noteUnknown(in: self.root.object, known: Self.known, prefix: "")
        try self.readStreaming()
        try self.readLimits()
        try self.readSampling()
        try self.readOutput()
        try self.readReasoning()
        try self.readIdentity()
        try self.readLeftovers()
        try self.readTools()
        try self.readMessages()
        return self.request
    }

    private static let known: [StaticString] = [
        "model", "messages", "stream", "stream_options", "max_completion_tokens", "max_tokens", "temperature", "top_p",
        "top_k", "n", "stop", "frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "top_logprobs", "seed",
        "response_format", "tools", "tool_choice", "parallel_tool_calls", "reasoning_effort", "verbosity", "modalities",
        "audio", "prediction", "web_search_options", "metadata", "store", "service_tier", "safety_identifier", "user",
        "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "moderation", "functions",
        "function_call", "cache_control",
    ]

    /// Members that no rule speaks of are dropped in translation, each name once; empty ones say nothing.
    mutating func noteUnknown(in object: JSONValue, known: [StaticString], prefix: String) {
        for (key, value) in object.members {
            guard !known.contains(where: { key.equals($0) }), !value.saysNothing, let name = key.string else {
                continue
            }
            self.note(.named(prefix + name), .drop)
        }
    }

    mutating func note(_ field: RequestField, _ fate: Leftover.Fate) {
        let leftover = Leftover(field, fate)
        // A caller may send any number of odd members; the first few tell it enough.
        guard self.request.leftovers.count < 64, !self.request.leftovers.contains(leftover) else { return }
        self.request.leftovers.append(leftover)
    }

    private mutating func readStreaming() throws(Misfit) {
        self.request.isStream = try self.root.flag("stream") ?? false
        let options = try self.root.members("stream_options")
        let wantsUsage = try within("stream_options") { () throws(Misfit) in try options?.flag("include_usage") ?? false
        }
        self.request.wantsUsage = !self.request.isStream || wantsUsage
    }

    private mutating func readLimits() throws(Misfit) {
        let older = try self.root.whole("max_tokens", in: 1...Int.max).value
        let newer = try self.root.whole("max_completion_tokens", in: 1...Int.max).value
        self.request.maxOutputTokens = newer ?? older
        if let older, let newer, older != newer { self.note(.named("max_tokens"), .drop) }
        self.request.choiceCount = try self.root.whole("n", in: 1...128).value ?? 1
        self.request.stop = try self.root.texts("stop")
    }

    private mutating func readSampling() throws(Misfit) {
        self.request.sampling.temperature = try self.root.number("temperature")
        self.request.sampling.topP = try self.root.number("top_p")
        self.request.sampling.topK = try self.root.whole("top_k")
        self.request.sampling.frequencyPenalty = try self.root.number("frequency_penalty")
        self.request.sampling.presencePenalty = try self.root.number("presence_penalty")
        self.request.sampling.seed = try self.root.whole("seed")
        let wantsLogprobs = try self.root.flag("logprobs") ?? false
        let alternatives = try self.root.whole("top_logprobs", in: 0...20).value
        if wantsLogprobs {
            self.request.logprobs = alternatives ?? 0
        } else if let alternatives, alternatives > 0 {
            throw Misfit("top_logprobs", "needs logprobs to be true")
        }
    }

    private mutating func readReasoning() throws(Misfit) {
        self.request.verbosity = try self.root.text("verbosity")
        guard let word = try self.root.text("reasoning_effort") else { return }
        guard let effort = ReasoningIntent.Effort(rawValue: word) else {
            throw Misfit("reasoning_effort", "must be none, minimal, low, medium, high, xhigh or max")
        }
        self.request.reasoning.effort = effort
        if effort == .none { self.request.reasoning.mode = .off }
    }

    private mutating func readOutput() throws(Misfit) {
        guard let format = try self.root.members("response_format") else { return }
        self.request.output = try within("response_format") { () throws(Misfit) in
            switch try format.name("type") {
            case "text": return .text
            case "json_object": return .json
            case "json_schema":
                let definition = try format.required("json_schema")
                return try within("json_schema") { () throws(Misfit) in try Self.outputSchema(definition) }
            default: throw Misfit("type", "must be text, json_object or json_schema")
            }
        }
    }

    /// Without a schema it is any JSON object.
    private static func outputSchema(_ definition: Members) throws(Misfit) -> OutputShape {
        let name = try definition.name("name")
        let strict = try definition.flag("strict")
        let description = try definition.text("description")
        guard let schema = try definition.members("schema") else { return .json }
        return .schema(
            OutputSchema(schema: RawJSON(schema.object), name: name, description: description, strict: strict)
        )
    }
}

extension JSONValue {
    /// Absent in all but form: `null`, `[]`, `{}`.
    var saysNothing: Bool {
        switch self.kind {
        case .null: true
        case .array, .object: self.count == 0
        case .string, .number, .true, .false: false
        }
    }
}

/// Ids for calls that have none, given out in order and found again by their results in the same order.
struct UnnamedCalls {
    private var count = 0
    private var answered = 0

    /// The id of the next call without one.
    mutating func make() -> String {
        self.count += 1
        return Self.id(self.count)
    }

    /// The first call of those without id that has no result yet.
    mutating func takeUnanswered() -> String? {
        guard self.answered < self.count else { return nil }
        self.answered += 1
        return Self.id(self.answered)
    }

    private static func id(_ number: Int) -> String { "call_unnamed_\(number)" }
}
