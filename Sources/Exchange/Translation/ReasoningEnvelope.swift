import Wire

/// Carries one vendor's reasoning through another vendor's format, in the field where that format keeps its own state
/// (`signature`, `data`, `encrypted_content`): `mt1.<owner>.<base64url(JSON {"t": text, "v": state, "r": redacted})>`.
///
/// The text inside counts, not the visible one: signatures cover exact bytes, and callers edit what they show.
public enum ReasoningEnvelope {
    /// How every envelope begins.
    public static let prefix = "mt1."

    /// Wraps reasoning that has a state.
    ///
    /// - Returns: `nil` when there is no state to carry.
    public static func seal(_ reasoning: Reasoning) -> String? {
        guard let state = reasoning.state else { return nil }
        var writer = JSONWriter(capacity: state.value.utf8.count + 64)
        writer.beginObject()
        if let text = reasoning.text { writer.member("t", text) }
        writer.member("v", state.value)
        if reasoning.isRedacted { writer.member("r", true) }
        writer.endObject()
        return "\(Self.prefix)\(Self.safe(state.owner)).\(Base64.encode(writer.bytes, .url))"
    }

    /// Whether a state is an envelope of ours, whole or damaged.
    public static func isEnvelope(_ state: String) -> Bool {
        state.utf8.starts(with: Self.prefix.utf8)
    }

    /// Opens an envelope.
    ///
    /// - Returns: The exact reasoning that was sealed; `nil` when it is no envelope, or damaged: then the block is cut.
    public static func open(_ state: String) -> Reasoning? {
        guard self.isEnvelope(state) else { return nil }
        let parts = state.dropFirst(Self.prefix.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy(Self.isPlain),
            let bytes = Base64.decode(parts[1].utf8)
        else { return nil }
        return RawJSON(trusted: String(decoding: bytes, as: UTF8.self)).read { root in
            root["v"]?.string.map { value in
                Reasoning(
                    text: root["t"]?.string,
                    state: ReasoningState(owner: String(parts[0]), value: value),
                    isRedacted: root["r"]?.bool ?? false
                )
            }
        } ?? nil
    }

    /// Owners are provider names, which hold no dots; whatever else they hold is made printable.
    private static func safe(_ owner: String) -> String {
        String(
            decoding: owner.utf8.map { byte in Self.isPlain(byte) ? byte : UInt8(ascii: "_") },
            as: UTF8.self
        )
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21..<0x7F).contains(byte) && byte != UInt8(ascii: ".")
    }
}
