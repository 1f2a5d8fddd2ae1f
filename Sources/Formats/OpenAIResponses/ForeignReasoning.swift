import Exchange
public import Wire

/// Reasoning items of a passed-through request that carry another vendor's state in our envelope: the caller was served
/// by that vendor before, and this one could not read it.
///
/// The cut depends on the item alone, so that a conversation's earlier bytes stay the same from turn to turn.
enum ForeignReasoning {
    /// The edits that cut them, ascending and disjoint.
    static func cuts(in input: JSONValue) -> [BytePatch] {
        var foreign: Set<Int> = []
        for (index, item) in input.elements.enumerated() where self.isForeign(item) { foreign.insert(index) }
        return foreign.isEmpty ? [] : BytePatch.cuttingElements(foreign, from: input)
    }

    /// The edits that cut all reasoning items, whoever encrypted them.
    static func allCuts(in input: JSONValue) -> [BytePatch] {
        guard input.kind == .array else { return [] }
        let items = input.elements.enumerated().filter { $1["type"]?.equals("reasoning") ?? false }
        return items.isEmpty ? [] : BytePatch.cuttingElements(Set(items.map(\.offset)), from: input)
    }

    private static func isForeign(_ item: JSONValue) -> Bool {
        guard let state = item["encrypted_content"], state.kind == .string else { return false }
        guard item["type"]?.equals("reasoning") ?? false else { return false }
        if state.hasEscapes { return state.string.map { ReasoningEnvelope.isEnvelope($0) } ?? false }
        return state.bytes.dropFirst().starts(with: ReasoningEnvelope.prefix.utf8)
    }
}

extension OpenAIResponsesFormat {
    /// All reasoning items of the input.
    public func reasoningCuts(in root: JSONValue) -> [BytePatch] {
        root["input"].map { ForeignReasoning.allCuts(in: $0) } ?? []
    }
}
