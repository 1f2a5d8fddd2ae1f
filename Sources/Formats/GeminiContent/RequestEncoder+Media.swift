import Exchange
import Wire

/// What media are, for the model's list of types it takes.
enum MediaKind: String {
    case image, document, audio
}

extension RequestEncoder {
    /// Writes an image, sound or file as a part: its bytes, or an address that the vendor fetches.
    mutating func write(_ media: Media, _ kind: MediaKind, _ place: Place) throws(TranslationRefusal) {
        switch media.source {
        case .base64(let data):
            let type = try self.judged(media.mediaType, kind, place)
            self.writer.object { writer in
                writer.member(
                    "inlineData",
                    object: { writer in
                        writer.member("mimeType", type)
                        writer.member("data", data)
                    }
                )
            }
        case .url(let address), .stored(let address):
            try self.judge(address: address, isStored: media.isStored, place)
            let type = try (media.mediaType ?? Self.type(of: address)).map { type throws(TranslationRefusal) in
                try self.judged(type, kind, place)
            }
            self.writer.object { writer in
                writer.member(
                    "fileData",
                    object: { writer in
                        if let type { writer.member("mimeType", type) }
                        writer.member("fileUri", address)
                    }
                )
            }
        }
    }

    /// Writes a document: its title and context as a text of their own, then what it holds.
    mutating func write(_ document: Document, _ place: Place) throws(TranslationRefusal) {
        if document.wantsCitations { try self.report.dropped(.place(place), "citations") }
        let headings = document.headings
        switch document.body {
        case .text(let text): self.writeText((headings + [text]).joined(separator: "\n\n"))
        case .media(let media):
            if !headings.isEmpty { self.writeText(headings.joined(separator: "\n\n")) }
            try self.write(media, .document, place)
        case .blocks(let blocks):
            if !headings.isEmpty { self.writeText(headings.joined(separator: "\n\n")) }
            for block in blocks {
                switch block.content {
                case .text(let text) where text.text.isEmpty: continue
                case .text(let text): self.writeText(text.text)
                case .image(let media): try self.write(media, .image, block.place)
                case .document(let inner): try self.write(inner, block.place)
                case .audio, .toolCall, .toolResult, .reasoning, .refusal, .opaque:
                    throw self.report.refusal(.place(place), "takes only text and images here", wayOut: "Send those.")
                }
            }
        }
    }

    private func judge(address: String, isStored: Bool, _ place: Place) throws(TranslationRefusal) {
        if self.target.gemini.isVertex, address.hasPrefix("gs://") { return }
        let canFetch = self.target.capabilities.fetchesImages && address.hasPrefix("https://")
        guard isStored || !canFetch else { return }
        throw self.report.refusal(
            .place(place),
            isStored ? "cannot read files stored elsewhere" : "cannot fetch this address",
            wayOut: "Send the bytes inline."
        )
    }

    private func judged(_ type: String?, _ kind: MediaKind, _ place: Place) throws(TranslationRefusal) -> String {
        guard let type else {
            throw self.report.refusal(.place(place), "needs the media type", wayOut: "Say what the bytes are.")
        }
        guard !self.takes(type, kind) else { return type }
        let known = type.utf8.count <= 64 ? type : "this type"
        throw self.report.refusal(.place(place), "takes no \(kind.rawValue) of \(known)", wayOut: "Convert it.")
    }

    private func takes(_ type: String, _ kind: MediaKind) -> Bool {
        let capabilities = self.target.capabilities
        switch kind {
        case .image: return (capabilities.imageTypes ?? Self.imageTypes).contains(type)
        case .audio: return capabilities.audioTypes?.contains(type) ?? type.hasPrefix("audio/")
        case .document:
            if let types = capabilities.documentTypes { return types.contains(type) }
            return type == "application/pdf" || type.hasPrefix("text/")
        }
    }

    private static let imageTypes: Set<String> = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"]

    /// The media type that the end of an address shows.
    private static func type(of address: String) -> String? {
        let path = address.prefix { $0 != "?" && $0 != "#" }
        guard let dot = path.lastIndex(of: ".") else { return nil }
        switch path[path.index(after: dot)...].lowercased() {
        case "png": return "image/png"
        case "jpg", "jpeg": return "image/jpeg"
        case "webp": return "image/webp"
        case "heic": return "image/heic"
        case "heif": return "image/heif"
        case "gif": return "image/gif"
        case "pdf": return "application/pdf"
        case "txt": return "text/plain"
        case "wav": return "audio/wav"
        case "mp3": return "audio/mp3"
        default: return nil
        }
    }
}

extension Media {
    fileprivate var isStored: Bool {
        if case .stored = self.source { true } else { false }
    }
}

extension Document {
    /// Title and context, where there are any.
    var headings: [String] {
        [self.title, self.context].compactMap { $0 }.filter { !$0.isBlank }
    }
}
