public import Exchange
public import Wire

extension OpenAIResponsesFormat {
    /// Reads model, stream flag, output cap and references to stored state, and finds other vendors' reasoning to cut;
    /// everything else is left to the vendor.
    public func inspect(
        _ root: JSONValue,
        operation: Operation,
        pathModel: String?
    ) throws(GatewayFailure) -> Inspected {
        let fields = try RequestFields(root)
        var inspected = try fields.inspected(pathModel: pathModel)
        inspected.session = SessionLabel.find(in: fields.root)
        inspected.storedStateFields = StoredState.fields(of: root)
        if let input = root["input"] {
            inspected.edits = ForeignReasoning.cuts(in: input, newest: &inspected.reasoningState)
        }
        inspected.prefix.tools = fields.root["tools"]?.range
        inspected.prefix.instructions = fields.root["instructions"]?.range
        if !operation.countsOnly {
            ResponsesCost.gather(fields.root, storedState: inspected.storedStateFields, into: &inspected.cost)
        }
        guard operation.streams else { return inspected }
        inspected.isStream = try fields.flag("stream", allowsNull: true)
        inspected.outputCap = OutputCap(into: root)
        inspected.maxOutputTokens = try fields.cap(.maxOutputTokens, in: 1...Int.max, noting: &inspected.outputCap)
        return inspected
    }
}

/// Finds what in a body refers to objects that the vendor keeps under the account's name.
enum StoredState {
    /// The names of such fields in order of appearance, each once.
    static func fields(of root: JSONValue) -> [String] {
        var found: [String] = []
        for (key, value) in root.members {
            if key.equals("input") {
                if value.elements.contains(where: self.isReference) { found.append("item_reference") }
            } else if key.equals("tools") {
                if value.elements.contains(where: self.namesContainer) { found.append("container") }
            } else if key.equals("background") {
                if value.bool == true { found.append("background") }
            } else if let name = self.references.first(where: { key.equals($0) }), !value.isNull {
                found.append("\(name)")
            }
        }
        return found
    }

    private static let references: [StaticString] = ["previous_response_id", "conversation", "prompt"]

    /// An `item_reference`, whose type may be absent or null: then nothing but an id stands beside it.
    private static func isReference(_ item: JSONValue) -> Bool {
        if let type = item["type"], !type.isNull { return type.equals("item_reference") }
        guard item["id"] != nil else { return false }
        return item.members.allSatisfy { key, _ in key.equals("id") || key.equals("type") }
    }

    /// A code interpreter or shell that runs in a container made before, not in one made for this request.
    private static func namesContainer(_ tool: JSONValue) -> Bool {
        if tool["container"]?.kind == .string { return true }
        return tool["environment"]?["container_id"]?.kind == .string
    }
}
