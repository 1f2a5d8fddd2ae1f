import Wire

/// What one choice of a chunk adds to the answer.
enum ChatDelta {
    /// Bytes of text, refusal, reasoning, tool call and audio in a choice; `nil` when it adds nothing of the kind: a
    /// role, a finish reason, filter results, padding.
    static func contentBytes(of choice: JSONValue) -> Int? {
        // `text` is the older completions endpoint; a whole `message` instead of a delta comes from lax servers.
        if let text = choice["text"], text.kind == .string { return self.nonEmpty(text) }
        guard let delta = choice["delta"] ?? choice["message"] else { return nil }
        var total: Int?
        for (key, value) in delta.members where self.isContent(key, value.kind) {
            guard let bytes = self.nonEmpty(value) else { continue }
            // Details repeat what `reasoning` says.
            total = (total ?? 0) &+ (key.equals("reasoning_details") ? 0 : bytes)
        }
        return total
    }

    /// The delta's members that hold answer, by their shape. Reasoning has three names among compatible servers, and
    /// Mistral's `content` is a list of parts.
    private static func isContent(_ key: JSONValue, _ kind: JSONKind) -> Bool {
        switch kind {
        case .string:
            key.equals("content") || key.equals("reasoning_content") || key.equals("reasoning") || key.equals("refusal")
        case .array: key.equals("tool_calls") || key.equals("content") || key.equals("reasoning_details")
        case .object: key.equals("audio") || key.equals("function_call")
        case .number, .true, .false, .null: false
        }
    }

    /// The value's text in bytes; `nil` when the value is empty.
    private static func nonEmpty(_ value: JSONValue) -> Int? {
        switch value.kind {
        case .string: value.contentRange.isEmpty ? nil : value.contentRange.count
        case .array, .object: value.count == 0 ? nil : self.textBytes(in: value)
        case .number, .true, .false, .null: nil
        }
    }

    /// Bytes of the text that stands somewhere in parts, calls and details; their ids and types are not counted.
    /// The gate bounds the depth.
    private static func textBytes(in value: JSONValue) -> Int {
        var total = 0
        for element in value.elements { total &+= self.textBytes(in: element) }
        for (key, member) in value.members {
            switch member.kind {
            case .string where self.isText(key): total &+= member.contentRange.count
            case .array, .object: total &+= self.textBytes(in: member)
            case .string, .number, .true, .false, .null: continue
            }
        }
        return total
    }

    private static func isText(_ key: JSONValue) -> Bool {
        key.equals("arguments") || key.equals("text") || key.equals("input") || key.equals("transcript")
            || key.equals("summary") || key.equals("name")
    }
}
