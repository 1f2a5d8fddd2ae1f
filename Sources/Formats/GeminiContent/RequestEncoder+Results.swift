import Exchange
import Wire

extension RequestEncoder {
    /// Writes the results of one turn's calls, in their order, as one content. Media are inside their result from
    /// Gemini 3 on, and follow the results before that.
    mutating func writeResults(_ blocks: ArraySlice<Block>) throws(TranslationRefusal) {
        self.writer.beginObject()
        self.writer.member("role", "user")
        self.writer.key("parts")
        self.writer.beginArray()
        var media: [Block] = []
        for block in blocks {
            guard case .toolResult(let result) = block.content else { continue }
            let content = try ResultContent(result.blocks, self.report)
            try self.write(result, content)
            if !self.traits.isThirdGeneration { media += content.media }
        }
        for block in media { try self.writeMedia(block) }
        self.writer.endArray()
        self.writer.endObject()
    }

    private mutating func write(_ result: ToolResult, _ content: ResultContent) throws(TranslationRefusal) {
        let takesIDs = self.target.gemini.takesCallIDs
        self.writer.beginObject()
        self.writer.key("functionResponse")
        self.writer.beginObject()
        if takesIDs { self.writer.member("id", SafeName.make(result.callID)) }
        self.writer.member("name", self.calledNames[result.callID] ?? "unknown")
        self.writer.key("response")
        // Always a text, never an object that the text may hold: an answer's shape must not change from turn to turn.
        self.writer.object { $0.member(result.isError == true ? "error" : "output", content.text) }
        if self.traits.isThirdGeneration, !content.media.isEmpty {
            self.writer.key("parts")
            self.writer.beginArray()
            for block in content.media { try self.writeMedia(block) }
            self.writer.endArray()
        }
        self.writer.endObject()
        self.writer.endObject()
    }

    private mutating func writeMedia(_ block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .image(let media): try self.write(media, .image, block.place)
        case .audio(let media): try self.write(media, .audio, block.place)
        case .document(let document): try self.write(document, block.place)
        case .text, .toolCall, .toolResult, .reasoning, .refusal, .opaque: return
        }
    }
}

/// What came of a call, as one text and what is no text.
private struct ResultContent {
    private(set) var text = ""
    private(set) var media: [Block] = []

    init(_ blocks: [Block], _ report: TranslationReport) throws(TranslationRefusal) {
        var texts: [String] = []
        try self.gather(blocks, &texts, report)
        self.text = texts.joined(separator: "\n")
    }

    private mutating func gather(
        _ blocks: [Block],
        _ texts: inout [String],
        _ report: TranslationReport
    ) throws(TranslationRefusal) {
        for block in blocks {
            switch block.content {
            case .text(let text): texts.append(text.text)
            case .refusal(let text): texts.append(text)
            case .image, .audio: self.media.append(block)
            case .document(let document):
                switch document.body {
                case .media:
                    texts += document.headings
                    var bare = document
                    bare.title = nil
                    bare.context = nil
                    self.media.append(Block(.document(bare), place: block.place))
                case .text(let text): texts += document.headings + [text]
                case .blocks(let inner):
                    texts += document.headings
                    try self.gather(inner, &texts, report)
                }
            case .opaque(let opaque):
                throw report.refusal(.place(block.place), "has no \(opaque.type) content", wayOut: "Send text instead.")
            case .toolCall, .toolResult, .reasoning:
                throw report.refusal(
                    .place(block.place),
                    "takes no such content in a tool result",
                    wayOut: "Send text."
                )
            }
        }
    }
}
