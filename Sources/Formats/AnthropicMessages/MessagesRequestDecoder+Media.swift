import Exchange
import Wire

extension MessagesRequestDecoder {
    func image(_ node: MessagesNode) throws(GatewayFailure) -> Block.Content {
        guard let source = node["source"] else { throw node.missing("source", "an object") }
        guard let media = try Self.media(try source.object(), try source.requiredString("type")) else {
            throw source.at("type").refusal("must be one of base64, url, file")
        }
        return .image(media)
    }

    mutating func document(_ node: MessagesNode, _ place: Place) throws(GatewayFailure) -> Block.Content {
        guard let source = node["source"] else { throw node.missing("source", "an object") }
        let type = try source.object().requiredString("type")
        var document: Document
        if let media = try Self.media(source, type) {
            document = Document(.media(media))
        } else if type == "text" {
            document = Document(.text(try source.requiredString("data")))
        } else if type == "content" {
            document = Document(.blocks(try self.blocks(of: source, place)))
        } else {
            throw source.at("type")
                .refusal("must be one of base64, text, content, url, file")
        }
        document.title = try node.string("title")
        document.context = try node.string("context")
        document.wantsCitations = try node["citations"]?.object()["enabled"]?.bool() ?? false
        return .document(document)
    }

    /// A hit of the caller's own search is a document of text blocks, with its address as context.
    mutating func searchResult(_ node: MessagesNode, _ place: Place) throws(GatewayFailure) -> Block.Content {
        var document = Document(.blocks(try self.blocks(of: node, place)))
        document.title = try node.string("title")
        document.context = try node.string("source")
        document.wantsCitations = try node["citations"]?.object()["enabled"]?.bool() ?? false
        return .document(document)
    }

    private mutating func blocks(of node: MessagesNode, _ place: Place) throws(GatewayFailure) -> [Block] {
        guard let content = node["content"] else { throw node.missing("content", "an array of blocks") }
        if let text = content.value.string { return [.text(text, place: place)] }
        var blocks: [Block] = []
        for element in try content.elements() {
            let type = try element.object().requiredString("type")
            blocks.append(Block(try self.content(element, type, place), place: place))
        }
        return blocks
    }

    /// A source that is a file; `nil` for sources of other types.
    private static func media(_ source: MessagesNode, _ type: String) throws(GatewayFailure) -> Media? {
        switch type {
        case "base64":
            let claimed = try source.string("media_type")
            return .inline(try source.requiredString("data"), claimed: claimed)
        case "url": return Media(.url(try source.requiredString("url")))
        case "file": return Media(.stored(try source.requiredString("file_id")))
        default: return nil
        }
    }
}
