import Exchange
import Wire

extension RequestEncoder {
    /// Stands in for a signature that was lost or never made; Gemini 3 and later take it on calls.
    static let missingSignature = "skip_thought_signature_validator"

    /// Writes one turn: a content of the model's, or of the user's; results of tools are a content of their own.
    mutating func write(_ turn: Turn) throws(TranslationRefusal) {
        guard turn.role == .user else { return try self.writeModel(turn) }
        let results = turn.blocks.prefix { if case .toolResult = $0.content { true } else { false } }
        if !results.isEmpty { try self.writeResults(results) }
        let others = turn.blocks.dropFirst(results.count)
        guard !others.isEmpty else { return }
        self.begin("user")
        for block in others { try self.writeUser(block) }
        self.end()
    }

    private mutating func begin(_ role: StaticString) {
        self.writer.beginObject()
        self.writer.member("role", "\(role)")
        self.writer.key("parts")
        self.writer.beginArray()
    }

    private mutating func end() {
        self.writer.endArray()
        self.writer.endObject()
    }

    private mutating func writeUser(_ block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .text(let text): self.writeText(text.text)
        case .image(let media): try self.write(media, .image, block.place)
        case .audio(let media): try self.write(media, .audio, block.place)
        case .document(let document): try self.write(document, block.place)
        case .refusal(let text): self.writeText(text)
        case .opaque(let opaque): try self.write(opaque, block.place)
        case .toolCall, .toolResult, .reasoning: throw self.cannotTake("content of this kind in a user message", block)
        }
    }

    /// Signatures stay on the part they came on. One that came through a format without a place for it precedes its
    /// part as thoughts without text; if that part is gone, it goes back on an empty text, as Gemini itself sends it.
    private mutating func writeModel(_ turn: Turn) throws(TranslationRefusal) {
        self.begin("model")
        let owner = self.target.reasoningOwner
        var carried: String?
        var hasCalled = false
        for block in turn.blocks {
            switch block.content {
            case .reasoning(let reasoning):
                guard let signature = reasoning.state?.signature(of: owner) else { continue }
                self.writeSigned(&carried)
                if let text = reasoning.text, !text.isEmpty {
                    self.writeText(text, signature, isThought: true)
                } else {
                    carried = signature
                }
            case .text(let text):
                let own = text.state?.signature(of: owner)
                if own != nil { self.writeSigned(&carried) }
                self.writeText(text.text, own ?? carried)
                carried = nil
            case .toolCall(let call):
                let own = call.state?.signature(of: owner)
                if own != nil { self.writeSigned(&carried) }
                let substitute = self.traits.isThirdGeneration && !hasCalled ? Self.missingSignature : nil
                self.write(call, own ?? carried ?? substitute)
                carried = nil
                hasCalled = true
            case .refusal(let text):
                self.writeSigned(&carried)
                self.writeText(text)
            case .opaque(let opaque):
                self.writeSigned(&carried)
                try self.write(opaque, block.place)
            case .image, .document, .audio, .toolResult:
                throw self.cannotTake("content of this kind in an assistant message", block)
            }
        }
        self.writeSigned(&carried)
        self.end()
    }

    private mutating func writeSigned(_ signature: inout String?) {
        guard let value = signature else { return }
        signature = nil
        self.writeText("", value)
    }

    /// Writes a text part.
    mutating func writeText(_ text: String, _ signature: String? = nil, isThought: Bool = false) {
        self.writer.object { writer in
            writer.member("text", text)
            if isThought { writer.member("thought", true) }
            if let signature { writer.member("thoughtSignature", signature) }
        }
    }

    private mutating func write(_ call: ToolCall, _ signature: String?) {
        let name = ToolList.name(call.name)
        let takesIDs = self.target.gemini.takesCallIDs
        self.calledNames[call.id] = name
        let arguments = self.arguments.objectText(of: call.input)
        self.writer.object { writer in
            writer.member(
                "functionCall",
                object: { writer in
                    if takesIDs { writer.member("id", SafeName.make(call.id)) }
                    writer.member("name", name)
                    writer.key("args")
                    writer.raw(arguments)
                }
            )
            if let signature { writer.member("thoughtSignature", signature) }
        }
    }

    private mutating func write(_ opaque: Opaque, _ place: Place) throws(TranslationRefusal) {
        guard opaque.format == .gemini else {
            throw self.report.refusal(.place(place), "has no \(opaque.type) content", wayOut: "Leave it out.")
        }
        self.writer.value(opaque.json)
    }

    private func cannotTake(_ what: String, _ block: Block) -> TranslationRefusal {
        self.report.refusal(.place(block.place), "takes no \(what)", wayOut: "Leave it out.")
    }
}
