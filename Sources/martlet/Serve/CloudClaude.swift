import AnthropicMessages
import BedrockConverse
import Exchange
import Wire

/// Claude by its own body on AWS and Google Cloud: what the rooms of both vendors know, put together.
struct CloudClaude: NativeMessagesDoor {
    func edits(
        of root: JSONValue,
        version: String,
        betas: [String],
        allowing allowed: Set<String>,
        keepsModel: Bool,
        keepsStream: Bool
    ) -> [BytePatch] {
        CloudBody.edits(
            of: root,
            version: version,
            betas: betas,
            allowing: allowed,
            keepsModel: keepsModel,
            keepsStream: keepsStream
        )
    }

    func makeFrameReader() -> any NativeFrameReader { InvokeChunkReader() }

    /// AWS words its errors its own way, Google passes Anthropic's on.
    func decodeError(status: Int, root: JSONValue?, text: String) -> VendorRefusal {
        root?["error"] == nil
            ? BedrockConverseFormat().decodeError(status: status, root: root, text: text)
            : AnthropicMessagesFormat().decodeError(status: status, root: root, text: text)
    }
}
