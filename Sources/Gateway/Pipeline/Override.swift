import Exchange
import Providers
import Storage
import Wire

// What an operator set for one target, in place of what the caller asked for.

extension TargetOverrides {
    /// Nothing is different, or what is different needs no look into the body.
    var leavesBody: Bool { self.reasoningEffort == nil }

    /// The edits of a body that is passed through.
    ///
    /// Where the effort stands: `reasoning_effort` (Chat Completions), `reasoning.effort` (Responses), `output_config.effort`
    /// (Messages).
    func edits(of root: JSONValue, _ operation: Exchange.Operation) -> [BytePatch] {
        guard let effort = self.reasoningEffort else { return [] }
        var writer = JSONWriter()
        writer.string(effort)
        let value = String(decoding: writer.bytes, as: UTF8.self)
        switch operation {
        case .chat: return [Self.set("reasoning_effort", value, in: root)]
        case .responses: return [Self.set("effort", value, inside: "reasoning", of: root)]
        case .messages: return [Self.set("effort", value, inside: "output_config", of: root)]
        case .countTokens, .embeddings, .completions, .moderations, .responsesInputTokens, .responsesCompact, .models:
            return []
        }
    }

    private static func set(_ name: StaticString, _ value: String, in object: JSONValue) -> BytePatch {
        guard let old = object[name] else { return .insertingMember("\"\(name)\":\(value)", into: object) }
        return BytePatch(range: old.range, replacement: value)
    }

    private static func set(
        _ name: StaticString,
        _ value: String,
        inside outer: StaticString,
        of root: JSONValue
    ) -> BytePatch {
        let whole = "{\"\(name)\":\(value)}"
        guard let object = root[outer] else { return .insertingMember("\"\(outer)\":\(whole)", into: root) }
        guard object.kind == .object else { return BytePatch(range: object.range, replacement: whole) }
        return Self.set(name, value, in: object)
    }
}

extension HeadWriter {
    /// Writes an operator's own headers.
    mutating func writeOverrides(_ overrides: TargetOverrides) {
        guard !overrides.headers.isEmpty else { return }
        for (name, value) in overrides.headers.sorted(by: { $0.key < $1.key }) { self.write(name, value) }
    }
}
