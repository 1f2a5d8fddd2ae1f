import Exchange
import Wire

/// A message of the output while it is being written: neighbouring text and refusal blocks are its parts.
struct MessageItem {
    let id: String
    let index: Int
    /// State of the last block; no further block belongs to this message then.
    var carrier: ReasoningState?

    private var parts: [RawItem] = []
    private var open: Part?

    /// The part being written.
    private struct Part {
        var isRefusal: Bool
        var text = ""
        /// Characters so far, as Unicode scalars.
        var length = 0
        var annotations: [RawJSON] = []
        /// Citations of the whole text, whose end is not known yet.
        var unplaced: [Citation] = []
        var logprobs: [RawJSON] = []
    }

    /// Begins a message.
    init(id: String, index: Int, _ stream: inout ItemEventStream) {
        self.id = id
        self.index = index
        stream.item("response.output_item.added", index, self.json(.inProgress))
    }

    /// Whether a part is being written.
    var isPartOpen: Bool { self.open != nil }

    /// Begins a part.
    mutating func openPart(isRefusal: Bool, _ stream: inout ItemEventStream) {
        let part = Part(isRefusal: isRefusal)
        self.open = part
        stream.event("response.content_part.added") { writer in
            self.place(&writer)
            writer.key("part")
            writer.raw(Self.json(part).bytes)
        }
    }

    /// The next piece of the open part, with its log probabilities.
    mutating func append(_ text: String, logprobs: RawJSON?, _ stream: inout ItemEventStream) {
        guard let isRefusal = self.open?.isRefusal else { return }
        self.open?.text += text
        self.open?.length += text.unicodeScalars.count
        let logprobs = logprobs?.line
        if let logprobs { self.open?.logprobs.append(logprobs) }
        stream.event(isRefusal ? "response.refusal.delta" : "response.output_text.delta") { writer in
            self.place(&writer)
            writer.member("delta", text)
            if !isRefusal { writer.member("logprobs", logprobs ?? .emptyArray) }
        }
    }

    /// Log probabilities that belong to no piece.
    mutating func append(logprobs: RawJSON) {
        self.open?.logprobs.append(logprobs.line)
    }

    /// Something the open part relies on.
    mutating func append(_ citation: Citation, _ stream: inout ItemEventStream) {
        if citation.range == nil, citation.original?.format != .responses {
            self.open?.unplaced.append(citation)
        } else {
            self.annotate(citation, &stream)
        }
    }

    private mutating func annotate(_ citation: Citation, _ stream: inout ItemEventStream) {
        guard let part = self.open, let json = Annotation.json(citation, length: part.length) else { return }
        stream.event("response.output_text.annotation.added") { writer in
            self.place(&writer)
            writer.member("annotation_index", part.annotations.count)
            writer.member("annotation", json)
        }
        self.open?.annotations.append(json)
    }

    /// Ends the open part.
    mutating func closePart(_ stream: inout ItemEventStream) {
        for citation in self.open?.unplaced ?? [] { self.annotate(citation, &stream) }
        guard let part = self.open else { return }
        stream.event(part.isRefusal ? "response.refusal.done" : "response.output_text.done") { writer in
            self.place(&writer)
            writer.key(part.isRefusal ? "refusal" : "text")
            writer.string(part.text)
            if !part.isRefusal { writer.member("logprobs", Self.logprobs(of: part)) }
        }
        let json = Self.json(part)
        stream.event("response.content_part.done") { writer in
            self.place(&writer)
            writer.key("part")
            writer.raw(json.bytes)
        }
        self.parts.append(json)
        self.open = nil
    }

    /// The item with the parts that are closed.
    func json(_ status: ItemStatus) -> RawItem {
        RawItem { writer in
            writer.member("id", self.id)
            writer.member("type", "message")
            writer.member("status", status.rawValue)
            writer.member("role", "assistant")
            writer.member("content", array: { content in self.parts.forEach { content.raw($0.bytes) } })
        }
    }

    private func place(_ writer: inout JSONWriter) {
        writer.member("item_id", self.id)
        writer.member("output_index", self.index)
        writer.member("content_index", self.parts.count)
    }

    private static func json(_ part: Part) -> RawItem {
        RawItem { writer in
            if part.isRefusal {
                writer.member("type", "refusal")
                writer.member("refusal", part.text)
            } else {
                writer.member("type", "output_text")
                writer.member("annotations", array: { list in part.annotations.forEach { list.value($0) } })
                writer.member("logprobs", Self.logprobs(of: part))
                writer.member("text", part.text)
            }
        }
    }

    private static func logprobs(of part: Part) -> RawJSON {
        let inner = part.logprobs.map { $0.text.dropFirst().dropLast() }.filter { !String($0).isBlank }
        return RawJSON(trusted: "[" + inner.joined(separator: ",") + "]")
    }
}

extension RawJSON {
    /// `[]`
    static let emptyArray = RawJSON(trusted: "[]")
}
