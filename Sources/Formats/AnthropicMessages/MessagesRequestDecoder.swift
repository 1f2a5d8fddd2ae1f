import Exchange
import Wire

/// Reads a caller's request into the vocabulary.
///
/// Source: Anthropic API reference, November 2026, and what Claude Code sends.
struct MessagesRequestDecoder {
    var request: ExchangeRequest
    /// Version 2026-10-21: no sampling settings, no documents in the assistant's turns, no citations in the user's text.
    let isStricter: Bool

    /// The version that took sampling settings out.
    static let stricterVersion = "2026-10-21"

    static func decode(_ root: JSONValue, version: String?) throws(GatewayFailure) -> ExchangeRequest {
        let fields = try RequestFields(root)
        let model = try fields.inspected(pathModel: nil).model
        var decoder = Self(
            request: ExchangeRequest(origin: .messages, model: model),
            isStricter: version == Self.stricterVersion
        )
        decoder.request.version = version
        decoder.request.isStream = try fields.flag("stream", allowsNull: false)
        decoder.request.maxOutputTokens = try fields.count("max_tokens", in: 0...Int.max)
        try decoder.read(MessagesNode(root))
        return decoder.request
    }

    private mutating func read(_ root: MessagesNode) throws(GatewayFailure) {
        try self.readSystem(root["system"])
        try self.readTools(root["tools"])
        try self.readToolChoice(root["tool_choice"])
        try self.readThinking(root["thinking"])
        try self.readOutput(root)
        try self.readSampling(root)
        try self.readSettings(root)
        try self.readMessages(root)
        try self.judgeOthers(root)
    }

    /// A member that is left out elsewhere, with a warning.
    mutating func drop(_ name: String) {
        self.request.leftovers.append(Leftover(.named(name), .drop))
    }

    private mutating func readSystem(_ node: MessagesNode?) throws(GatewayFailure) {
        guard let node else { return }
        if let text = node.value.string {
            if !text.isEmpty { self.request.system = [.text(text)] }
            return
        }
        guard node.value.kind == .array else { throw node.refusal("must be a string or an array of text blocks") }
        for (index, block) in try node.elements().enumerated() {
            _ = try block.object()
            guard try block.requiredString("type") == "text" else {
                throw block.at("type").refusal("must be \"text\"")
            }
            let text = try block.requiredString("text")
            // Attribution for Anthropic's billing, which strips it: no model ever reads it.
            if index == 0, text.hasPrefix("x-anthropic-billing-header:") { continue }
            let cache = try Self.cacheMark(block)
            self.request.system.append(.text(text, place: Place(part: index), cache: cache))
            for name in block.unknownMembers(beside: ["type", "text", "cache_control", "citations"]) { self.drop(name) }
        }
    }

    private mutating func readSampling(_ root: MessagesNode) throws(GatewayFailure) {
        if self.isStricter {
            for key: StaticString in ["temperature", "top_p", "top_k"] where root.value[key] != nil {
                let node = root.at(key)
                throw node.refusal("is not part of version \(Self.stricterVersion): leave it out")
            }
        }
        self.request.sampling.temperature = try Self.number(root, "temperature")
        self.request.sampling.topP = try Self.number(root, "top_p")
        if let topK = root["top_k"] {
            // The vendor takes -1 for no limit.
            let count = try topK.int(atLeast: -1)
            if count >= 0 { self.request.sampling.topK = .value(count) }
        } else if root.value["top_k"] != nil {
            self.request.sampling.topK = .null
        }
    }

    private static func number(
        _ root: MessagesNode,
        _ key: StaticString
    ) throws(GatewayFailure) -> Setting<Double> {
        guard root.value[key] != nil else { return .absent }
        guard let node = root[key] else { return .null }
        return .value(try node.double())
    }

    private mutating func readSettings(_ root: MessagesNode) throws(GatewayFailure) {
        if let stop = root["stop_sequences"] {
            for element in try stop.elements() { self.request.stop.append(try element.string()) }
        }
        if let metadata = root["metadata"] {
            self.request.endUser = try metadata.object().string("user_id")
            for name in metadata.unknownMembers(beside: ["user_id"]) { self.drop(name) }
        }
        if let tier = try root.string("service_tier") {
            self.request.serviceTier = tier == "auto" ? .auto : tier == "standard_only" ? .standard : .other
        }
        if try root.string("speed") == "fast", self.request.serviceTier != .standard {
            self.request.serviceTier = .priority
        }
        self.request.cache = try Self.cacheMark(root)
        if self.request.maxOutputTokens == 0 {
            let wayOut = "It only warms Anthropic's cache: ask for at least 1 token."
            self.request.leftovers.append(Leftover(.parameter(.maxOutputTokens), .reject(wayOut: wayOut)))
        }
    }

    /// Reads the `cache_control` of a block, a tool or the whole request.
    static func cacheMark(_ node: MessagesNode) throws(GatewayFailure) -> CacheMark? {
        guard let control = node["cache_control"] else { return nil }
        guard try control.object().requiredString("type") == "ephemeral" else {
            throw control.at("type").refusal("must be \"ephemeral\"")
        }
        guard let ttl = control["ttl"] else { return .short }
        switch try ttl.string() {
        case "5m": return .short
        case "1h": return .long
        default: throw ttl.refusal("must be \"5m\" or \"1h\"")
        }
    }
}
