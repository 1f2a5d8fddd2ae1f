import Exchange
import Wire

extension MessagesRequestEncoder {
    private static let imageTypes: Set<String> = ["image/jpeg", "image/png", "image/gif", "image/webp"]
    private static let filesBeta = "files-api-2025-04-14"

    /// Writes the `source` of an image.
    mutating func writeImageSource(
        _ media: Media,
        _ place: Place,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        guard case .base64(let data) = media.source else {
            return try self.writeRemoteSource(media, place, to: &writer)
        }
        let types = self.capabilities.imageTypes ?? Self.imageTypes
        guard !types.isEmpty else {
            throw self.report.refusal(.place(place), "does not read images", wayOut: "Describe it in words.")
        }
        guard let type = media.mediaType, types.contains(type) else {
            let wayOut = "Send it as \(types.sorted().joined(separator: ", "))."
            throw self.report.refusal(.place(place), "does not read images of this type", wayOut: wayOut)
        }
        writer.member("source") { writer in
            writer.member("type", "base64")
            writer.member("media_type", type)
            writer.member("data", data)
        }
    }

    /// A source the vendor fetches, or keeps for the caller: its own files alone.
    private mutating func writeRemoteSource(
        _ media: Media,
        _ place: Place,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        let wayOut = "Send the bytes inline, in base64."
        switch media.source {
        case .base64: break
        case .url(let url):
            guard self.capabilities.fetchesImages else {
                throw self.report.refusal(.place(place), "does not fetch addresses", wayOut: wayOut)
            }
            guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                throw self.report.refusal(.place(place), "fetches https addresses alone", wayOut: wayOut)
            }
            writer.member("source") { writer in
                writer.member("type", "url")
                writer.member("url", url)
            }
        case .stored(let id):
            guard self.isNative else {
                throw self.report.refusal(.place(place), "cannot open a file stored elsewhere", wayOut: wayOut)
            }
            if !self.betas.contains(Self.filesBeta) { self.betas.append(Self.filesBeta) }
            writer.member("source") { writer in
                writer.member("type", "file")
                writer.member("file_id", id)
            }
        }
    }

    mutating func write(
        _ document: Document,
        _ block: Block,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        writer.beginObject()
        writer.member("type", "document")
        switch document.body {
        case .text(let text): Self.writeTextSource(text, to: &writer)
        case .media(let media): try self.writeFileSource(media, block.place, to: &writer)
        case .blocks(let blocks):
            writer.key("source")
            writer.beginObject()
            writer.member("type", "content")
            writer.key("content")
            writer.beginArray()
            for block in blocks where !block.isBlankText { try self.writeContent(block, to: &writer) }
            writer.endArray()
            writer.endObject()
        }
        if let title = document.title, !title.isBlank { writer.member("title", title) }
        if let context = document.context, !context.isBlank { writer.member("context", context) }
        if document.wantsCitations { writer.member("citations") { $0.member("enabled", true) } }
        self.writeMark(block.cache, to: &writer)
        writer.endObject()
    }

    private static func writeTextSource(_ text: String, to writer: inout JSONWriter) {
        writer.member("source") { writer in
            writer.member("type", "text")
            writer.member("media_type", "text/plain")
            writer.member("data", text)
        }
    }

    /// A PDF goes as it is, a file of text as text; the vendor reads no others.
    private mutating func writeFileSource(
        _ media: Media,
        _ place: Place,
        to writer: inout JSONWriter
    ) throws(TranslationRefusal) {
        guard case .base64(let data) = media.source else {
            return try self.writeRemoteSource(media, place, to: &writer)
        }
        let type = media.mediaType ?? ""
        if type == "application/pdf", self.capabilities.documentTypes?.contains(type) ?? true {
            writer.member("source") { writer in
                writer.member("type", "base64")
                writer.member("media_type", type)
                writer.member("data", data)
            }
            return
        }
        let isText = type.hasPrefix("text/") || ["application/json", "application/xml"].contains(type)
        guard isText, let bytes = Base64.decode(data.utf8), let text = String(validating: bytes, as: UTF8.self) else {
            let wayOut = "Send a PDF, or plain text."
            throw self.report.refusal(.place(place), "does not read documents of this type", wayOut: wayOut)
        }
        Self.writeTextSource(text, to: &writer)
    }
}
