public import Wire

/// Claude's native body on other companies' clouds: the model is in the path, the version and the betas in the body.
/// Everything else is passed on byte for byte, so that thinking and caching survive.
///
/// Source: AWS, Anthropic Claude Messages API; Google, Claude on Vertex AI; both November 2026.
public enum CloudBody {
    /// Which cloud.
    public enum Door: Sendable {
        /// AWS Bedrock's InvokeModel and InvokeModelWithResponseStream: the path says whether a stream is wanted.
        case bedrock
        /// Google Vertex AI's rawPredict and streamRawPredict, which want `stream` in the body as well.
        case vertex

        /// The version each of them knows.
        var version: StaticString {
            switch self {
            case .bedrock: "bedrock-2023-05-31"
            case .vertex: "vertex-2023-10-16"
            }
        }

        var cut: [StaticString] {
            switch self {
            case .bedrock: ["model", "stream", "anthropic_version", "anthropic_beta"]
            case .vertex: ["model", "anthropic_version", "anthropic_beta"]
            }
        }
    }

    /// The edits that make a Messages body one for a cloud.
    ///
    /// - Parameters:
    ///   - root: The body's root. `anthropic_version` and `anthropic_beta` that it already has are replaced.
    ///   - door: Which cloud.
    ///   - betas: What goes into `anthropic_beta`: the caller's header and the body's own list (`bodyBetas`), reduced to
    ///     what the cloud takes, for it refuses the request for an unknown one.
    ///   - version: Another version than the door's usual one (Bedrock knows `2026-10-21` for newer models).
    /// - Returns: Ascending and disjoint patches; none if the root is no object.
    public static func edits(
        of root: JSONValue,
        for door: Door,
        betas: [String],
        version: String? = nil
    ) -> [BytePatch] {
        var members = [Self.member("anthropic_version") { $0.string(version ?? "\(door.version)") }]
        if !betas.isEmpty {
            members.append(
                Self.member("anthropic_beta") { writer in
                    writer.beginArray()
                    for beta in betas { writer.string(beta) }
                    writer.endArray()
                }
            )
        }
        return BytePatch.edits(of: root, cutting: door.cut, inserting: members)
    }

    /// Betas that a body names by itself (`anthropic_beta`), unjudged; clients of Bedrock send them there.
    public static func bodyBetas(_ root: JSONValue) -> [String] {
        root["anthropic_beta"]?.elements.compactMap(\.string) ?? []
    }

    /// The edits that make a body for counting one that Bedrock's CountTokens takes: there the body must be one for
    /// InvokeModel, which needs `max_tokens`.
    public static func countEdits(of root: JSONValue, betas: [String], version: String? = nil) -> [BytePatch] {
        var edits = Self.edits(of: root, for: .bedrock, betas: betas, version: version)
        guard root["max_tokens"] == nil, !edits.isEmpty, edits[0].range.isEmpty else { return edits }
        edits[0].replacement = Array("\"max_tokens\":1,".utf8) + edits[0].replacement
        return edits
    }

    /// `"key":value`
    private static func member(_ key: StaticString, _ value: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.key(key)
        value(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
