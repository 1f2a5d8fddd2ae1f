import Exchange
import Wire

extension ResponsesRequestReader {
    /// The content of a message, or the output of a call: a string, or parts. Only parts of a message have a place of
    /// their own.
    func content(
        of item: JSONValue,
        _ key: StaticString,
        _ place: Place,
        _ path: FieldPath
    ) throws(GatewayFailure) -> [Block] {
        guard let content = item.told(key) else { return [] }
        switch content.kind {
        case .string: return [.text(content.string ?? "", place: place)]
        case .array:
            var blocks: [Block] = []
            for (index, part) in content.elements.enumerated() {
                let place = Place(message: place.message, part: item["content"] == nil ? nil : index)
                blocks.append(try Self.block(part, place, path.element(key, index)))
            }
            return blocks
        case .object, .number, .true, .false, .null:
            throw path.refusal(key, "must be a string or an array, got \(content.kind.noun)")
        }
    }

    private static func block(_ part: JSONValue, _ place: Place, _ path: FieldPath) throws(GatewayFailure) -> Block {
        let type = try part.asObject(path).requiredString("type", path)
        var block = Block(try self.content(part, type, path), place: place)
        if let mark = try part.object("prompt_cache_breakpoint", path) {
            block.cache = mark["ttl"]?.equals("12h") ?? false ? .long : .short
        }
        return block
    }

    private static func content(
        _ part: JSONValue,
        _ type: String,
        _ path: FieldPath
    ) throws(GatewayFailure) -> Block.Content {
        switch type {
        case "input_text", "output_text", "text":
            var text = Text(try part.requiredString("text", path))
            text.citations = (try part.array("annotations", path)).map { Annotation.citations(in: $0) } ?? []
            return .text(text)
        case "refusal": return .refusal(try part.requiredString("refusal", path))
        case "input_image": return .image(try self.image(part, path))
        case "input_file": return .document(try self.document(part, path))
        case "input_audio": return .audio(try self.audio(part, path))
        default: return .opaque(Opaque(format: .responses, type: type, json: RawJSON(part)))
        }
    }

    private static func image(_ part: JSONValue, _ path: FieldPath) throws(GatewayFailure) -> Media {
        let detail = try part.string("detail", path)
        if let address = try part.string("image_url", path) {
            guard let media = Media.address(address, detail: detail) else {
                throw path.refusal("image_url", "must be an https address or a readable data: URL")
            }
            return media
        }
        guard let file = try part.string("file_id", path) else {
            throw path.refusal("image_url", "must be a string, but is missing")
        }
        return Media(.stored(file), detail: detail)
    }

    private static func audio(_ part: JSONValue, _ path: FieldPath) throws(GatewayFailure) -> Media {
        guard let audio = try part.object("input_audio", path) else {
            throw path.refusal("input_audio", "must be an object, but is missing")
        }
        let format = try audio.requiredName("format", path)
        let data = try audio.requiredName("data", path)
        return Media.inline(data, claimed: format == "mp3" ? "audio/mpeg" : "audio/\(format)")
    }

    private static func document(_ part: JSONValue, _ path: FieldPath) throws(GatewayFailure) -> Document {
        let name = try part.string("filename", path)
        if let data = try part.string("file_data", path) {
            let isAddress = data.utf8.starts(with: "data:".utf8)
            let media =
                isAddress ? Media.address(data) : .inline(data, claimed: name.flatMap { FileEnding.type(of: $0) })
            guard var media else { throw path.refusal("file_data", "must be base64 or a readable data: URL") }
            if media.mediaType == nil { media.mediaType = name.flatMap { FileEnding.type(of: $0) } }
            return Document(self.body(media), title: name)
        }
        if let address = try part.string("file_url", path) {
            guard let media = Media.address(address) else {
                throw path.refusal("file_url", "must be an https address or a readable data: URL")
            }
            return Document(self.body(media), title: name)
        }
        guard let file = try part.string("file_id", path) else {
            throw path.refusal("file_data", "must be a string, but is missing")
        }
        return Document(.media(Media(.stored(file))), title: name)
    }

    /// Plain text is text to every vendor, whatever files it takes.
    private static func body(_ media: Media) -> Document.Body {
        guard case .base64(let data) = media.source, let type = media.mediaType else { return .media(media) }
        let isText = type.utf8.starts(with: "text/".utf8) || type == "application/json"
        guard isText, let bytes = Base64.decode(data.utf8), let text = String(validating: bytes, as: UTF8.self) else {
            return .media(media)
        }
        return .text(text)
    }
}

/// Endings of file names, with what they stand for.
enum FileEnding {
    static let all: [(ending: String, type: String)] = [
        (".pdf", "application/pdf"), (".txt", "text/plain"), (".md", "text/markdown"), (".csv", "text/csv"),
        (".html", "text/html"), (".json", "application/json"), (".doc", "application/msword"),
        (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (".xls", "application/vnd.ms-excel"),
        (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ]

    /// The media type that a file's name promises.
    static func type(of name: String) -> String? {
        self.all.first { name.lowercased().hasSuffix($0.ending) }?.type
    }

    /// A file's name with the ending of its type, which vendors go by.
    static func named(_ title: String?, type: String?) -> String {
        let ending = self.all.first { $0.type == type }?.ending ?? ""
        guard let title, !title.isEmpty else { return "document\(ending)" }
        return title.lowercased().hasSuffix(ending) ? title : title + ending
    }
}
