public import Wire

/// Finds a request's own label of the conversation it belongs to.
public enum SessionLabel {
    /// Bytes that are kept of a label.
    public static let maxBytes = 256

    /// The first usable label of a body.
    ///
    /// Looked at in this order: `prompt_cache_key`, `metadata.user_id` (Claude Code puts its session there), and, saying
    /// least about the conversation, `user` and `safety_identifier`.
    ///
    /// - Returns: At most 256 bytes, cut at a character's boundary; `nil` when there is none.
    public static func find(in root: JSONObjectView) -> String? {
        self.label(root["prompt_cache_key"]) ?? self.label(root["metadata"]?["user_id"])
            ?? self.label(root["user"]) ?? self.label(root["safety_identifier"])
    }

    private static func label(_ value: JSONValue?) -> String? {
        guard let label = value?.string, !label.isEmpty else { return nil }
        return self.cut(label)
    }

    /// Cuts a label to 256 bytes without cutting a scalar in two.
    public static func cut(_ label: String) -> String {
        guard label.utf8.count > self.maxBytes else { return label }
        var end = label.utf8.index(label.startIndex, offsetBy: self.maxBytes)
        while end > label.startIndex, UTF8.isContinuation(label.utf8[end]) { end = label.utf8.index(before: end) }
        return String(label[..<end])
    }
}
