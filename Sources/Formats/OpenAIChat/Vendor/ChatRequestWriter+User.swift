import Exchange
import Wire

extension ChatRequestWriter {
    /// A user's turn: results of tools first, as messages of their own, then what these hold beside text, then the rest.
    mutating func write(user turn: Turn) throws(TranslationRefusal) {
        var rest: [Block] = []
        var attachments: [(id: String, blocks: [Block])] = []
        for block in turn.blocks {
            guard case .toolResult(let result) = block.content else {
                rest.append(block)
                continue
            }
            let attached = try self.write(result, block)
            if !attached.isEmpty { attachments.append((self.safeID(result.callID), attached)) }
        }
        if !attachments.isEmpty {
            self.json.beginObject()
            self.json.member("role", "user")
            self.json.key("content")
            self.json.beginArray()
            for attachment in attachments {
                self.writePart("Output of tool call \(attachment.id):", nil)
                for block in attachment.blocks { try self.writePart(block) }
            }
            self.json.endArray()
            self.json.endObject()
        }
        if !rest.isEmpty || turn.blocks.isEmpty { try self.writeUser(rest, turn.name) }
    }

    /// Writes a result as a message of text.
    ///
    /// - Returns: What a tool message cannot hold.
    private mutating func write(_ result: ToolResult, _ block: Block) throws(TranslationRefusal) -> [Block] {
        var pieces: [TextPiece] = []
        var attached: [Block] = []
        for part in result.blocks {
            switch part.content {
            case .text(let text): pieces.append(TextPiece(text: text.text, cache: part.cache))
            case .document(let document) where document.isText:
                pieces += try self.pieces(document, part)
            case .image, .audio, .document:
                pieces.append(TextPiece(text: "[\(part.content.noun): see the next user message]", cache: nil))
                attached.append(part)
            case .refusal(let text): pieces.append(TextPiece(text: text, cache: nil))
            case .opaque(let opaque): throw self.refusal(opaque, at: part.place)
            case .reasoning, .toolCall, .toolResult: continue
            }
        }
        if result.isError == true {
            if pieces.isEmpty { pieces = [TextPiece(text: "", cache: nil)] }
            pieces[0].text = "Error: " + pieces[0].text
        }
        if let mark = block.cache, !pieces.isEmpty { pieces[pieces.count - 1].cache = mark }
        self.json.beginObject()
        self.json.member("role", "tool")
        self.json.member("tool_call_id", self.safeID(result.callID))
        self.json.key("content")
        self.writeContent(pieces)
        self.json.endObject()
        return attached
    }

    private mutating func writeUser(_ blocks: [Block], _ name: String?) throws(TranslationRefusal) {
        var pieces: [TextPiece] = []
        var isText = true
        for block in blocks {
            switch block.content {
            case .text(let text): pieces.append(TextPiece(text: text.text, cache: block.cache))
            case .document(let document) where document.isText: pieces += try self.pieces(document, block)
            default: isText = false
            }
        }
        if isText {
            if pieces.count > 1 { pieces.removeAll { $0.text.isEmpty } }
            return self.writeMessage("user", name: name) { writer in writer.writeContent(pieces) }
        }
        self.json.beginObject()
        self.json.member("role", "user")
        if let name { self.json.member("name", name) }
        self.json.key("content")
        self.json.beginArray()
        for block in blocks { try self.writePart(block) }
        self.json.endArray()
        self.json.endObject()
    }

    /// Writes one block as content parts of a user message.
    private mutating func writePart(_ block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .text(let text): if !text.text.isEmpty { self.writePart(text.text, block.cache) }
        case .image(let media): try self.write(image: media, block)
        case .audio(let media): try self.write(audio: media, block)
        case .document(let document): try self.write(document, block)
        case .refusal(let text): self.writePart(text, block.cache)
        case .opaque(let opaque): throw self.refusal(opaque, at: block.place)
        case .reasoning, .toolCall, .toolResult: break
        }
    }
}

extension Block.Content {
    /// What it is called in a placeholder.
    fileprivate var noun: String {
        switch self {
        case .image: "image"
        case .audio: "audio"
        case .document: "document"
        case .text, .toolCall, .toolResult, .reasoning, .refusal, .opaque: "content"
        }
    }
}
