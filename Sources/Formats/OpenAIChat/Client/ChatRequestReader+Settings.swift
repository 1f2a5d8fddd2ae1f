import Exchange
import Wire

extension ChatRequestReader {
    /// Who asks, and how it is served and kept.
    mutating func readIdentity() throws(Misfit) {
        let user = try self.root.text("user")
        let identifier = try self.root.text("safety_identifier")
        self.request.endUser = identifier ?? user
        if let user, let identifier, user != identifier { self.note(.named("user"), .drop) }
        self.request.store = try self.root.flag("store")
        self.request.cacheKey = try self.root.text("prompt_cache_key")
        self.request.cache = try Self.cacheMark(of: self.root)
        if let metadata = try self.root.members("metadata") {
            self.request.metadata = try within("metadata") { () throws(Misfit) in try Self.labels(metadata.object) }
        }
        guard let tier = try self.root.text("service_tier") else { return }
        self.request.serviceTier =
            switch tier {
            case "auto": .auto
            case "default": .standard
            case "flex": .flex
            case "priority", "fast": .priority
            default: .other
            }
    }

    private static func labels(_ metadata: JSONValue) throws(Misfit) -> [ExchangeRequest.Label] {
        var labels: [ExchangeRequest.Label] = []
        for (key, value) in metadata.members {
            let name = key.string ?? ""
            guard let text = value.string else { throw Misfit(name, "must be a string, got \(value.kind.noun)") }
            labels.append(ExchangeRequest.Label(name: name, value: text))
        }
        return labels
    }

    /// What only Chat can say. Cache options steer a cache that others do not have, and say nothing there.
    mutating func readLeftovers() throws(Misfit) {
        if let bias = try self.root.members("logit_bias"), bias.object.count > 0 {
            self.note(.named("logit_bias"), .reject(wayOut: "Leave it out."))
        }
        let wayOut = "Ask for text alone, or use a target that speaks Chat Completions."
        let modalities = try self.root.texts("modalities")
        let isAudible = modalities.contains { $0 != "text" }
        if isAudible { self.note(.named("modalities"), .reject(wayOut: wayOut)) }
        if try self.root.members("audio") != nil, !isAudible { self.note(.named("audio"), .drop) }
        if try self.root.members("prediction") != nil { self.note(.named("prediction"), .drop) }
        if let moderation = try self.root.members("moderation") {
            let blocks = try within("moderation") { () throws(Misfit) in try Self.blocks(moderation) }
            self.note(.named("moderation"), blocks ? .reject(wayOut: "Leave it out, or only score.") : .drop)
        }
    }

    private static func blocks(_ moderation: Members) throws(Misfit) -> Bool {
        guard let policy = try moderation.members("policy") else { return false }
        for side: StaticString in ["input", "output"] {
            if try policy.members(side)?.text("mode") == "block" { return true }
        }
        return false
    }

    /// `cache_control` as callers of Anthropic's models send it through Chat, or OpenAI's own `prompt_cache_breakpoint`.
    static func cacheMark(of members: Members) throws(Misfit) -> CacheMark? {
        if let control = try members.members("cache_control") {
            let ttl = try within("cache_control") { () throws(Misfit) in try control.text("ttl") }
            return ttl == "1h" ? .long : .short
        }
        guard let breakpoint = try members.members("prompt_cache_breakpoint") else { return nil }
        let ttl = try within("prompt_cache_breakpoint") { () throws(Misfit) in try breakpoint.text("ttl") }
        return ttl == "12h" ? .long : .short
    }
}
