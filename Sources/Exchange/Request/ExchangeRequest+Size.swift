extension ExchangeRequest {
    /// About how many bytes the request takes when it is written: a writer that begins with as much room need not move
    /// what it wrote. Escapes are counted as an eighth.
    public var roughBytes: Int {
        var bytes = self.system.reduce(0) { $0 &+ $1.roughBytes }
        for tool in self.tools { bytes &+= tool.roughBytes }
        for turn in self.turns {
            for block in turn.blocks { bytes &+= block.roughBytes &+ 64 }
        }
        // What is sent inline has been read already, so the sum is near the size of a body that was let in.
        return min(bytes &+ bytes / 8 &+ 1024, 64 << 20)
    }
}

extension Block {
    fileprivate var roughBytes: Int {
        switch self.content {
        case .text(let text): text.text.utf8.count
        case .refusal(let text): text.utf8.count
        case .image(let media), .audio(let media): media.roughBytes
        case .document(let document): document.roughBytes
        case .toolCall(let call): call.input.text.utf8.count &+ 64
        case .toolResult(let result): result.blocks.reduce(64) { $0 &+ $1.roughBytes }
        case .reasoning(let reasoning):
            (reasoning.text?.utf8.count ?? 0) &+ (reasoning.state?.value.utf8.count ?? 0)
        case .opaque(let opaque): opaque.json.bytes.count
        }
    }
}

extension Media {
    fileprivate var roughBytes: Int {
        switch self.source {
        case .base64(let text), .url(let text), .stored(let text): text.utf8.count
        }
    }
}

extension Document {
    fileprivate var roughBytes: Int {
        switch self.body {
        case .media(let media): media.roughBytes
        case .text(let text): text.utf8.count
        case .blocks(let blocks): blocks.reduce(0) { $0 &+ $1.roughBytes }
        }
    }
}

extension Tool {
    fileprivate var roughBytes: Int {
        let described = 128 &+ (self.description?.utf8.count ?? 0)
        guard case .function(let schema?, _) = self.kind else { return described }
        return described &+ schema.bytes.count
    }
}
