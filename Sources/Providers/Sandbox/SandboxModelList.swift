import Wire

extension Sandbox {
    /// `GET /v1/models` and `/v1/models/{id}`: one shape that carries both vendors' fields.
    static func modelList(_ rest: Substring, hash: SandboxHash) throws(SandboxFault) -> SandboxAnswer {
        guard !rest.isEmpty else {
            return .json(.openAI, id: hash.id("req_")) { writer in
                writer.member("object", "list")
                writer.member(
                    "data",
                    array: { writer in
                        for model in self.models { writer.object { self.write(model, to: &$0) } }
                    }
                )
                writer.member("has_more", false)
                writer.member("first_id", self.models.first?.id)
                writer.member("last_id", self.models.last?.id)
            }
        }
        let name = self.decodingSlashes(rest.dropFirst())
        guard let model = self.models.first(where: { $0.id == name || $0.id.dropFirst("sandbox/".count) == name })
        else {
            throw SandboxFault(
                status: 404,
                message: "The sandbox lists no such model.",
                parameter: "model",
                code: "model_not_found"
            )
        }
        return .json(.openAI, id: hash.id("req_")) { self.write(model, to: &$0) }
    }

    /// SDKs escape the slash of an id.
    private static func decodingSlashes(_ name: Substring) -> String {
        let parts = name.split(separator: "%", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(into: String(parts.first ?? "")) { text, part in
            let isSlash = part.hasPrefix("2F") || part.hasPrefix("2f")
            text += isSlash ? "/" + part.dropFirst(2) : "%" + part
        }
    }

    private static func write(_ model: SandboxModelInfo, to writer: inout JSONWriter) {
        writer.member("id", model.id)
        writer.member("object", "model")
        writer.member("created", 1_767_225_600)
        writer.member("owned_by", "sandbox")
        writer.member("type", "model")
        writer.member("display_name", model.displayName)
        writer.member("created_at", "2026-01-01T00:00:00Z")
        writer.member("lifecycle", "active")
        writer.member("max_input_tokens", SandboxModel.maxInputTokens)
        writer.member("max_tokens", SandboxModel.maxOutputTokens)
    }
}
