import Exchange
import Wire

extension ChatRequestReader {
    private static let knownInPart: [StaticString] = [
        "type", "text", "thinking", "image_url", "input_audio", "file", "refusal", "cache_control",
        "prompt_cache_breakpoint",
        "annotations",
    ]

    /// One content part.
    mutating func part(_ value: JSONValue, _ place: Place) throws(Misfit) -> Block {
        // OpenAI takes a bare string for a text part.
        if let text = value.string { return .text(text, place: place) }
        let part = try Members(value)
        let type = try part.name("type")
        let content: Block.Content
        switch type {
        case "text":
            guard let text = try part.text("text") else { throw Misfit("text", "must be a string, but is missing") }
            content = .text(Text(text))
        case "refusal":
            guard let text = try part.text("refusal") else {
                throw Misfit("refusal", "must be a string, but is missing")
            }
            content = .refusal(text)
        case "thinking":
            // Mistral's way of telling thoughts.
            let pieces = part["thinking"]?.elements.compactMap { $0["text"]?.string } ?? []
            content = .reasoning(Reasoning(text: pieces.joined()))
        case "image_url": content = .image(try Self.image(part))
        case "input_audio":
            let audio = try part.required("input_audio")
            content = .audio(try within("input_audio") { () throws(Misfit) in try Self.audio(audio) })
        case "file":
            let file = try part.required("file")
            content = try within("file") { () throws(Misfit) in try Self.file(file) }
        default: return Block(.opaque(Opaque(format: .chat, type: type, json: RawJSON(value))), place: place)
        }
        self.noteUnknown(in: value, known: Self.knownInPart, prefix: "messages.content.")
        return Block(content, place: place, cache: try Self.cacheMark(of: part))
    }

    /// The address stands in an object; some callers send it alone.
    private static func image(_ part: Members) throws(Misfit) -> Media {
        if let address = part["image_url"]?.string { return try self.media(address, "image_url") }
        let image = try part.required("image_url")
        return try within("image_url") { () throws(Misfit) in
            let detail = try image.text("detail")
            return try self.media(image.name("url"), "url", detail: detail)
        }
    }

    private static func media(_ address: String, _ field: String, detail: String? = nil) throws(Misfit) -> Media {
        guard let media = Media.address(address, detail: detail), !address.isEmpty else {
            throw Misfit(field, "must be an address, or a data: URL with base64 data")
        }
        return media
    }

    private static func audio(_ audio: Members) throws(Misfit) -> Media {
        let data = try audio.name("data")
        let format = try audio.name("format")
        let type = format == "mp3" ? "audio/mpeg" : "audio/\(format)"
        return .inline(data, claimed: type)
    }

    /// A file by its id at the caller's vendor, or inline.
    private static func file(_ file: Members) throws(Misfit) -> Block.Content {
        let title = try file.text("filename")
        guard let data = try file.text("file_data"), !data.isEmpty else {
            guard let id = try file.text("file_id"), !id.isEmpty else {
                throw Misfit("file_data", "or file_id must be a non-empty string, but both are missing")
            }
            return .document(Document(.media(Media(.stored(id))), title: title))
        }
        let media = try self.fileMedia(data, title)
        if media.mediaType?.hasPrefix("image/") == true { return .image(media) }
        return .document(Document(Self.plainText(media).map { .text($0) } ?? .media(media), title: title))
    }

    /// A data URL, an address, or base64 alone.
    private static func fileMedia(_ data: String, _ title: String?) throws(Misfit) -> Media {
        if data.hasPrefix("data:") || data.hasPrefix("https://") || data.hasPrefix("http://") {
            return try self.media(data, "file_data")
        }
        let isPDF = title?.lowercased().hasSuffix(".pdf") ?? true
        return .inline(data, claimed: isPDF ? "application/pdf" : nil)
    }

    private static func plainText(_ media: Media) -> String? {
        guard media.mediaType == "text/plain", case .base64(let data) = media.source,
            let bytes = Base64.decode(data.utf8)
        else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
