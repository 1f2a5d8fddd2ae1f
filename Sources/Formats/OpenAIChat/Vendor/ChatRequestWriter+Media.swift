import Exchange
import Wire

extension ChatRequestWriter {
    mutating func write(image media: Media, _ block: Block) throws(TranslationRefusal) {
        try self.check(media, in: self.can.imageTypes, "images", block.place)
        if case .url = media.source, !self.can.fetchesImages {
            throw self.report.refusal(.place(block.place), "does not fetch images", wayOut: "Send the bytes inline.")
        }
        let address = media.dataURL ?? ""
        let detail = self.isOpenAI ? media.detail : nil
        self.json.beginObject()
        self.json.member("type", "image_url")
        self.json.member(
            "image_url",
            object: { json in
                json.member("url", address)
                if let detail { json.member("detail", detail) }
            }
        )
        self.writeMark(block.cache)
        self.json.endObject()
    }

    mutating func write(audio media: Media, _ block: Block) throws(TranslationRefusal) {
        try self.check(media, in: self.can.audioTypes, "audio", block.place)
        let format: String? =
            switch media.mediaType {
            case "audio/wav", "audio/x-wav", "audio/wave": "wav"
            case "audio/mpeg", "audio/mp3": "mp3"
            default: nil
            }
        guard let format, case .base64(let data) = media.source else {
            throw self.report.refusal(.place(block.place), "hears inline WAV and MP3 alone", wayOut: "Send it so.")
        }
        self.json.beginObject()
        self.json.member("type", "input_audio")
        self.json.member(
            "input_audio",
            object: { json in
                json.member("data", data)
                json.member("format", format)
            }
        )
        self.writeMark(block.cache)
        self.json.endObject()
    }

    mutating func write(_ document: Document, _ block: Block) throws(TranslationRefusal) {
        guard case .media(let media) = document.body else {
            return try self.writeParts(of: document, block)
        }
        try self.check(media, in: self.can.documentTypes, "documents", block.place)
        guard case .base64 = media.source, let data = media.dataURL else {
            throw self.report.refusal(.place(block.place), "does not fetch documents", wayOut: "Send the bytes inline.")
        }
        if let context = document.context, !context.isEmpty { self.writePart(context, nil) }
        if document.wantsCitations { try self.report.dropped(.place(block.place), "citations") }
        self.json.beginObject()
        self.json.member("type", "file")
        self.json.member(
            "file",
            object: { json in
                json.member("filename", document.title.flatMap { $0.isEmpty ? nil : $0 } ?? "document.pdf")
                json.member("file_data", data)
            }
        )
        self.writeMark(block.cache)
        self.json.endObject()
    }

    /// A document of text, or of blocks, as parts of the message it stands in.
    private mutating func writeParts(of document: Document, _ block: Block) throws(TranslationRefusal) {
        if document.isText {
            for piece in try self.pieces(document, block) { self.writePart(piece.text, piece.cache) }
            return
        }
        guard case .blocks(let blocks) = document.body else { return }
        for piece in try self.introduction(of: document, block) { self.writePart(piece.text, nil) }
        for inner in blocks {
            switch inner.content {
            case .text(let text): self.writePart(text.text, inner.cache)
            case .image(let media): try self.write(image: media, inner)
            default:
                throw self.report.refusal(
                    .place(block.place),
                    "takes text and images alone in a document",
                    wayOut: "Send the parts one by one."
                )
            }
        }
    }

    /// A document of text as text: title and context, then what it says.
    mutating func pieces(_ document: Document, _ block: Block) throws(TranslationRefusal) -> [TextPiece] {
        var pieces = try self.introduction(of: document, block)
        switch document.body {
        case .text(let text): pieces.append(TextPiece(text: text, cache: block.cache))
        case .blocks(let blocks):
            for inner in blocks {
                if case .text(let text) = inner.content {
                    pieces.append(TextPiece(text: text.text, cache: inner.cache))
                }
            }
            if let mark = block.cache, !pieces.isEmpty { pieces[pieces.count - 1].cache = mark }
        case .media: break
        }
        return pieces
    }

    private mutating func introduction(
        of document: Document,
        _ block: Block
    ) throws(TranslationRefusal) -> [TextPiece] {
        if document.wantsCitations { try self.report.dropped(.place(block.place), "citations") }
        return [document.title, document.context].compactMap { text in
            text.flatMap { $0.isBlank ? nil : TextPiece(text: $0, cache: nil) }
        }
    }

    private func check(
        _ media: Media,
        in types: Set<String>?,
        _ noun: String,
        _ place: Place
    ) throws(TranslationRefusal) {
        if case .stored = media.source {
            throw self.report.refusal(
                .place(place),
                "cannot read another vendor's stored files",
                wayOut: "Send the bytes inline."
            )
        }
        guard let types else { return }
        guard !types.isEmpty else {
            throw self.report.refusal(.place(place), "takes no \(noun)", wayOut: "Use another model.")
        }
        // The type behind an address is unknown until it is fetched.
        guard let type = media.mediaType, !types.contains(type) else { return }
        throw self.report.refusal(
            .place(place),
            "takes no \(noun) of this type",
            wayOut: "Send one of \(types.sorted().joined(separator: ", "))."
        )
    }
}

extension Document {
    /// Whether there is nothing but text in it.
    var isText: Bool {
        switch self.body {
        case .text: true
        case .media: false
        case .blocks(let blocks): blocks.allSatisfy { if case .text = $0.content { true } else { false } }
        }
    }
}
