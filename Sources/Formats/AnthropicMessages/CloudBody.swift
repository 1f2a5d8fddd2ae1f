import Exchange
public import Wire

/// Claude's native body on other companies' clouds: the model is in the path, the version and the betas in the body.
/// Everything else is passed on byte for byte, so that thinking and caching survive.
///
/// Source: AWS, Anthropic Claude Messages API; Google, Claude on Vertex AI; both November 2026.
public enum CloudBody {
    /// The edits that make a Messages body one for a cloud.
    ///
    /// - Parameters:
    ///   - root: The body's root. `anthropic_version` and `anthropic_beta` that it already has are replaced.
    ///   - version: The version that the cloud knows (`bedrock-2023-05-31`, `vertex-2023-10-16`).
    ///   - betas: Values of the caller's `anthropic-beta` headers. With the body's own list they go into `anthropic_beta`,
    ///     reduced to what the cloud takes, for it refuses the request for an unknown one.
    ///   - allowed: What the cloud takes.
    ///   - keepsModel: The model stays, where it is not in the path.
    ///   - keepsStream: `stream` stays (Vertex); otherwise the path says it (Bedrock).
    /// - Returns: Ascending and disjoint patches; none if the root is no object.
    public static func edits(
        of root: JSONValue,
        version: String,
        betas: [String],
        allowing allowed: Set<String>,
        keepsModel: Bool = false,
        keepsStream: Bool
    ) -> [BytePatch] {
        var cut: [StaticString] = ["anthropic_version", "anthropic_beta"]
        if !keepsModel { cut.append("model") }
        if !keepsStream { cut.append("stream") }
        let own = root["anthropic_beta"]?.elements.compactMap(\.string) ?? []
        let betas = CloudBetas.filter(betas + own, allowing: allowed)
        var members = [Self.member("anthropic_version") { $0.string(version) }]
        if !betas.isEmpty {
            members.append(
                Self.member("anthropic_beta") { writer in
                    writer.beginArray()
                    for beta in betas { writer.string(beta) }
                    writer.endArray()
                }
            )
        }
        return BytePatch.edits(of: root, cutting: cut, inserting: members)
    }

    /// `"key":value`
    private static func member(_ key: StaticString, _ value: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.key(key)
        value(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
