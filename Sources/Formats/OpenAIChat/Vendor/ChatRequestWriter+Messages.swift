import Exchange
import Wire

extension ChatRequestWriter {
    private var systemRole: String { self.isOpenAI && self.can.usesDeveloperRole ? "developer" : "system" }

    mutating func writeMessages() throws(TranslationRefusal) {
        let turns = try Conversation.paired(self.request.turns, merges: false, report: &self.report)
        if let last = self.request.turns.last, last.role == .assistant, self.request.origin == .messages,
            !self.can.prefill
        {
            throw self.report.refusal(
                .place(last.place),
                "does not go on with an answer that was begun",
                wayOut: "End with a user message."
            )
        }
        self.json.key("messages")
        self.json.beginArray()
        try self.writeSystem()
        for turn in turns {
            switch turn.role {
            case .system: try self.write(system: turn)
            case .assistant: try self.write(assistant: turn)
            case .user: try self.write(user: turn)
            }
        }
        self.json.endArray()
    }

    private mutating func writeSystem() throws(TranslationRefusal) {
        var pieces = try self.texts(self.request.system)
        if let instruction = self.outputInstruction { pieces.append(TextPiece(text: instruction, cache: nil)) }
        pieces.removeAll { $0.text.isBlank }
        guard !pieces.isEmpty else { return }
        self.writeMessage(self.systemRole) { writer in writer.writeContent(pieces) }
    }

    /// System text in the middle stays where it is; as a user's reminder where the model takes none there.
    private mutating func write(system turn: Turn) throws(TranslationRefusal) {
        let pieces = try self.texts(turn.blocks)
        guard !pieces.isEmpty else { return }
        if self.can.midConversationSystem {
            self.writeMessage(self.systemRole) { writer in writer.writeContent(pieces) }
            return
        }
        try self.report.approximated(.place(turn.place), "system_reminder")
        let text = pieces.map(\.text).joined(separator: "\n\n")
        self.writeMessage("user") { writer in
            writer.json.string("<system-reminder>\n\(text)\n</system-reminder>")
        }
    }

    private func texts(_ blocks: [Block]) throws(TranslationRefusal) -> [TextPiece] {
        var pieces: [TextPiece] = []
        for block in blocks {
            guard case .text(let text) = block.content else {
                throw self.report.refusal(
                    .place(block.place),
                    "takes text alone there",
                    wayOut: "Move it to a user message."
                )
            }
            pieces.append(TextPiece(text: text.text, cache: block.cache))
        }
        return pieces
    }

    /// Writes a message whose content `content` writes.
    mutating func writeMessage(_ role: String, name: String? = nil, _ content: (inout ChatRequestWriter) -> Void) {
        self.json.beginObject()
        self.json.member("role", role)
        if let name { self.json.member("name", name) }
        self.json.key("content")
        content(&self)
        self.json.endObject()
    }

    /// Writes text content: one string, or parts where the target keeps them apart.
    mutating func writeContent(_ pieces: [TextPiece]) {
        let isMarked = pieces.contains { $0.cache != nil } && self.writesCacheMarks
        if pieces.count == 1, !isMarked, let piece = pieces.first { return self.json.string(piece.text) }
        guard self.isOpenAI, !pieces.isEmpty else {
            return self.json.string(pieces.map(\.text).joined(separator: "\n\n"))
        }
        self.json.beginArray()
        for piece in pieces { self.writePart(piece.text, piece.cache) }
        self.json.endArray()
    }

    mutating func writePart(_ text: String, _ cache: CacheMark?) {
        self.json.beginObject()
        self.json.member("type", "text")
        self.json.member("text", text)
        self.writeMark(cache)
        self.json.endObject()
    }

    var writesCacheMarks: Bool { self.isOpenAI && self.can.cacheMarks }

    /// Both lifetimes become OpenAI's shorter one: its longer one is dearer than what was asked.
    mutating func writeMark(_ cache: CacheMark?) {
        guard cache != nil, self.writesCacheMarks else { return }
        self.json.member("prompt_cache_breakpoint", object: { $0.member("mode", "explicit") })
    }

    /// The same block of another format's, refused.
    func refusal(_ opaque: Opaque, at place: Place) -> TranslationRefusal {
        let isPlain = opaque.type.utf8.count <= 64 && opaque.type.utf8.allSatisfy { (0x21..<0x7F).contains($0) }
        return self.report.refusal(
            .place(place),
            "has no \(isPlain ? opaque.type : "such") content",
            wayOut: "Leave it out, or use a target that speaks the same format."
        )
    }
}

/// Text with its cache mark.
struct TextPiece {
    var text: String
    var cache: CacheMark?
}
