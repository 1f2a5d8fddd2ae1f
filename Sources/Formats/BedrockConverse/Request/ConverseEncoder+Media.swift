import Exchange
import Wire

extension ConverseEncoder {
    /// `{"image": {"format", "source": {"bytes"}}}`
    mutating func write(image: Media, at place: Place) throws(TranslationRefusal) {
        let data = try self.inlineData(image, at: place)
        let type = image.mediaType ?? ""
        guard let format = Self.imageFormats[type], self.capabilities.imageTypes?.contains(type) ?? true else {
            throw self.report.refusal(
                .place(place),
                "cannot read \(Self.naming(type)) as an image",
                wayOut: "Send a PNG, JPEG, GIF or WebP."
            )
        }
        self.writeMedia("image", format: format, data: data)
    }

    /// `{"audio": {"format", "source": {"bytes"}}}`
    mutating func write(audio: Media, at place: Place) throws(TranslationRefusal) {
        let data = try self.inlineData(audio, at: place)
        let type = audio.mediaType ?? ""
        let isTaken = self.capabilities.audioTypes?.contains(type) ?? (self.family != .claude)
        guard let format = Self.audioFormats[type], isTaken else {
            throw self.report.refusal(
                .place(place),
                "cannot listen to \(Self.naming(type))",
                wayOut: "Send text, or choose a model that takes sound."
            )
        }
        self.writeMedia("audio", format: format, data: data)
    }

    private mutating func writeMedia(_ key: StaticString, format: String, data: String) {
        self.writer.beginObject()
        self.writer.key(key)
        self.writer.beginObject()
        self.writer.member("format", format)
        self.writer.key("source")
        self.writer.beginObject()
        self.writer.member("bytes", data)
        self.writer.endObject()
        self.writer.endObject()
        self.writer.endObject()
    }

    /// Converse fetches nothing, and files stored with other vendors are out of its reach.
    private func inlineData(_ media: Media, at place: Place) throws(TranslationRefusal) -> String {
        switch media.source {
        case .base64(let data): return data
        case .url:
            throw self.report.refusal(
                .place(place),
                "does not fetch addresses",
                wayOut: "Send the bytes inline, as base64."
            )
        case .stored:
            throw self.report.refusal(
                .place(place),
                "cannot read files stored with another vendor",
                wayOut: "Send the bytes inline, as base64."
            )
        }
    }

    private static func naming(_ type: String) -> String {
        let isPlain = type.utf8.allSatisfy { (0x21..<0x7F).contains($0) } && type.utf8.count <= 80
        return type.isEmpty || !isPlain ? "an unknown type" : type
    }

    private static let imageFormats = [
        "image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp",
    ]
    private static let audioFormats = [
        "audio/mp3": "mp3", "audio/mpeg": "mp3", "audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav",
        "audio/opus": "opus", "audio/aac": "aac", "audio/flac": "flac", "audio/mp4": "mp4", "audio/m4a": "m4a",
        "audio/ogg": "ogg", "audio/webm": "webm", "audio/pcm": "pcm",
    ]
    private static let documentFormats = [
        "application/pdf": "pdf", "text/csv": "csv", "application/msword": "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.ms-excel": "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx", "text/html": "html",
        "text/plain": "txt", "text/markdown": "md",
    ]
}

/// Documents. The model sees their names, so these are neutral and by position; a title goes where context goes.
extension ConverseEncoder {
    /// `{"document": {"format", "name", "source", "context"?, "citations"?}}`
    mutating func write(_ document: Document, at place: Place) throws(TranslationRefusal) {
        let context = [document.title, document.context].compactMap { $0 }.filter { !$0.isBlank }
        if !self.family.readsDocumentContext, !context.isEmpty { self.write(text: context.joined(separator: "\n")) }
        let (format, source) = try self.source(of: document, at: place)
        self.documentCount += 1
        self.writer.beginObject()
        self.writer.key("document")
        self.writer.beginObject()
        self.writer.member("format", format)
        self.writer.member("name", "document-\(self.documentCount)")
        self.writer.key("source")
        self.writer.beginObject()
        self.write(source)
        self.writer.endObject()
        if self.family.readsDocumentContext, !context.isEmpty {
            self.writer.member("context", context.joined(separator: "\n"))
        }
        if document.wantsCitations {
            if self.family.readsDocumentContext {
                self.writeCitations()
            } else {
                try self.report.dropped(.place(place), "citations")
            }
        }
        self.writer.endObject()
        self.writer.endObject()
    }

    private enum DocumentSource {
        case bytes(String)
        case texts([String])
    }

    private func source(
        of document: Document,
        at place: Place
    ) throws(TranslationRefusal) -> (format: String, source: DocumentSource) {
        switch document.body {
        case .text(let text): return ("txt", .bytes(Base64.encode(text.utf8)))
        case .blocks(let blocks):
            var texts: [String] = []
            for block in blocks {
                guard case .text(let text) = block.content else {
                    throw self.report.refusal(
                        .place(place),
                        "takes only text inside a document",
                        wayOut: "Send images beside it."
                    )
                }
                if !text.isBlank { texts.append(text.text) }
            }
            return ("txt", .texts(texts))
        case .media(let media):
            let data = try self.inlineData(media, at: place)
            let type = media.mediaType ?? ""
            guard let format = Self.documentFormats[type], self.capabilities.documentTypes?.contains(type) ?? true
            else {
                throw self.report.refusal(
                    .place(place),
                    "cannot read \(Self.naming(type)) as a document",
                    wayOut: "Send a PDF or text."
                )
            }
            return (format, .bytes(data))
        }
    }

    private mutating func write(_ source: DocumentSource) {
        switch source {
        case .bytes(let data): self.writer.member("bytes", data)
        case .texts(let texts):
            self.writer.key("content")
            self.writer.beginArray()
            for text in texts { self.write(text: text) }
            self.writer.endArray()
        }
    }
}
