import Exchange
public import Wire

/// Reasoning items of a passed-through request that carry another vendor's state in our envelope: the caller was served
/// by that vendor before, and this one could not read it.
///
/// The cut depends on the item alone, so that a conversation's earlier bytes stay the same from turn to turn.
enum ForeignReasoning {
    /// The edits that cut them, ascending and disjoint.
    ///
    /// - Parameters:
    ///   - input: The conversation.
    ///   - newest: Set to the content of the last encrypted reasoning, whoever made it.
    /// - Returns: The edits.
    static func cuts(in input: JSONValue, newest: inout Range<Int>?) -> [BytePatch] {
        var foreign: Set<Int> = []
        for (index, item) in input.elements.enumerated() {
            guard let state = self.state(of: item) else { continue }
            newest = state.contentRange
            if self.isEnvelope(state) { foreign.insert(index) }
        }
        return foreign.isEmpty ? [] : BytePatch.cuttingElements(foreign, from: input)
    }

    /// The edits that cut all reasoning items, whoever encrypted them.
    static func allCuts(in input: JSONValue) -> [BytePatch] {
        guard input.kind == .array else { return [] }
        let items = input.elements.enumerated().filter { $1["type"]?.equals("reasoning") ?? false }
        return items.isEmpty ? [] : BytePatch.cuttingElements(Set(items.map(\.offset)), from: input)
    }

    /// The encrypted content of a reasoning item.
    static func state(of item: JSONValue) -> JSONValue? {
        guard let state = item["encrypted_content"], state.kind == .string, !state.contentRange.isEmpty,
            item["type"]?.equals("reasoning") ?? false
        else { return nil }
        return state
    }

    private static func isEnvelope(_ state: JSONValue) -> Bool {
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
