import Exchange
import Wire

extension ResponsesRequestWriter {
    /// What the user, the application or a tool says, as parts.
    mutating func write(part block: Block) throws(TranslationRefusal) {
        switch block.content {
        case .text(let text): self.writeText(text.text, block.cache)
        case .refusal(let text): self.writeText(text, block.cache)
        case .image(let media): try self.write(image: media, block)
        case .document(let document): try self.write(document: document, block)
        case .audio(let media): try self.write(audio: media, block.place)
        case .opaque(let opaque) where opaque.format == .responses: self.writer.value(opaque.json)
        case .opaque(let opaque): throw self.foreign(opaque, block.place)
        case .toolCall, .toolResult, .reasoning: return
        }
    }

    /// The refusal of what only another format knows.
    func foreign(_ opaque: Opaque, _ place: Place) -> TranslationRefusal {
        let type =
            opaque.type.utf8.count <= 64 && SafeName.make(opaque.type) == opaque.type ? " \(opaque.type)" : " such"
        return self.report.refusal(.place(place), "has no\(type) content", wayOut: "Send it as text, or leave it out.")
    }

    private mutating func writeText(_ text: String, _ cache: CacheMark?) {
        self.writer.beginObject()
        self.writer.member("type", "input_text")
        self.writer.member("text", text)
        self.write(cache)
        self.writer.endObject()
    }

    /// Marks are sent to models that are known to take them; both lifetimes become the short one here.
    private mutating func write(_ cache: CacheMark?) {
        guard cache != nil, self.capabilities.cacheMarks, !self.capabilities.family.isEmpty else { return }
        self.writer.key("prompt_cache_breakpoint")
        self.writer.beginObject()
        self.writer.member("mode", "explicit")
        self.writer.endObject()
    }

    private mutating func write(image: Media, _ block: Block) throws(TranslationRefusal) {
        try self.check(image.mediaType, among: self.capabilities.imageTypes, "images", block.place)
        if case .url = image.source, !self.capabilities.fetchesImages {
            throw self.report.refusal(
                .place(block.place),
                "does not fetch images by address",
                wayOut: "Send the image's bytes inline."
            )
        }
        let address = image.dataURL
        self.writer.beginObject()
        self.writer.member("type", "input_image")
        if let address {
            self.writer.member("image_url", address)
        } else {
            self.writer.member("file_id", try self.stored(image, block.place))
        }
        if let detail = image.detail, ["low", "high", "auto", "original"].contains(detail) {
            self.writer.member("detail", detail)
        }
        self.write(block.cache)
        self.writer.endObject()
    }

    /// A type that the target is known not to take is refused.
    private func check(
        _ type: String?,
        among types: Set<String>?,
        _ kind: String,
        _ place: Place
    ) throws(TranslationRefusal) {
        guard let types, let type, !types.contains(type) else { return }
        let known = types.sorted().joined(separator: ", ")
        let wayOut = types.isEmpty ? "Leave it out." : "Send one of \(known)."
        throw self.report.refusal(.place(place), "does not take \(kind) of this type", wayOut: wayOut)
    }

    /// The id of a file stored at OpenAI; ids of other vendors mean nothing here.
    private func stored(_ media: Media, _ place: Place) throws(TranslationRefusal) -> String {
        let isOpenAI = self.request.origin == .responses || self.request.origin == .chat
        if case .stored(let id) = media.source, isOpenAI, !id.contains("://") { return id }
        throw self.report.refusal(
            .place(place),
            "cannot read files that are stored with another vendor",
            wayOut: "Send the file's bytes inline."
        )
    }

    private mutating func write(document: Document, _ block: Block) throws(TranslationRefusal) {
        if document.wantsCitations { try self.report.dropped(.place(block.place), "citations") }
        switch document.body {
        case .text(let text):
            let lines = [document.title, document.context, text].compactMap { $0 }
            self.writeText(lines.joined(separator: "\n"), block.cache)
        case .blocks(let blocks):
            let lines = [document.title, document.context].compactMap { $0 }
            if !lines.isEmpty { self.writeText(lines.joined(separator: "\n"), nil) }
            for block in blocks { try self.write(part: block) }
        case .media(let media):
            if let context = document.context { self.writeText(context, nil) }
            try self.write(file: media, document.title, block)
        }
    }

    private mutating func write(file: Media, _ title: String?, _ block: Block) throws(TranslationRefusal) {
        try self.check(file.mediaType, among: self.capabilities.documentTypes, "documents", block.place)
        self.writer.beginObject()
        self.writer.member("type", "input_file")
        switch file.source {
        case .base64:
            self.writer.member("filename", FileEnding.named(title, type: file.mediaType))
            self.writer.member("file_data", file.dataURL ?? "")
        case .url(let address): self.writer.member("file_url", address)
        case .stored: self.writer.member("file_id", try self.stored(file, block.place))
        }
        self.write(block.cache)
        self.writer.endObject()
    }

    private static let audioFormats = [
        "audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3",
    ]

    private mutating func write(audio: Media, _ place: Place) throws(TranslationRefusal) {
        try self.check(audio.mediaType, among: self.capabilities.audioTypes, "audio", place)
        guard case .base64(let data) = audio.source, let format = Self.audioFormats[audio.mediaType ?? ""] else {
            throw self.report.refusal(
                .place(place),
                "takes audio as inline wav or mp3 alone",
                wayOut: "Send the sound's bytes inline in one of these formats."
            )
        }
        self.writer.beginObject()
        self.writer.member("type", "input_audio")
        self.writer.key("input_audio")
        self.writer.beginObject()
        self.writer.member("data", data)
        self.writer.member("format", format)
        self.writer.endObject()
        self.writer.endObject()
    }
}
