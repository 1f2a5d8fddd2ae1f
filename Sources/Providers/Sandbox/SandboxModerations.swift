import Wire

/// Moderations: a category is flagged when a text holds its name as a word (`violence`, `hate`).
/// Source: platform.openai.com/docs/api-reference/moderations, November 2026.
struct SandboxModerations {
    private var model: String
    private var inputs: [SandboxInputs]
    private var hash: SandboxHash

    init(_ root: JSONValue, hash: SandboxHash) throws(SandboxFault) {
        self.model = root["model"]?.string ?? "sandbox/moderation"
        self.inputs = try SandboxInputs.read(root, "input")
        self.hash = hash
    }

    func answer() -> SandboxAnswer {
        .json(.openAI, id: self.hash.id("req_")) { writer in
            writer.member("id", self.hash.id("modr-"))
            writer.member("model", self.model)
            writer.member(
                "results",
                array: { writer in
                    for input in self.inputs { writer.object { Self.write(input, to: &$0) } }
                }
            )
        }
    }

    private static func write(_ input: SandboxInputs, to writer: inout JSONWriter) {
        let words = Set(input.words)
        let flagged = self.categories.filter { words.contains($0) }
        writer.member("flagged", !flagged.isEmpty)
        writer.member(
            "categories",
            object: { writer in
                for category in self.categories {
                    writer.key(category)
                    writer.bool(flagged.contains(category))
                }
            }
        )
        writer.member(
            "category_scores",
            object: { writer in
                for category in self.categories {
                    writer.key(category)
                    writer.double(flagged.contains(category) ? 0.99 : 0.01)
                }
            }
        )
        writer.member(
            "category_applied_input_types",
            object: { writer in
                for category in self.categories {
                    writer.key(category)
                    writer.array { $0.string("text") }
                }
            }
        )
    }

    private static let categories = [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
        "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
    ]
}
