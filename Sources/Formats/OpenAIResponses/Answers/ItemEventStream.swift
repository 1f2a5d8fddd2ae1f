import Wire

/// Writes numbered events, from 0 without gaps; nothing when the answer is not streamed.
struct ItemEventStream {
    /// Events not yet handed over.
    var bytes: [UInt8] = []
    /// Nothing is written, for an answer that is built whole.
    var isMuted = false

    private var next = 0
    private var writer = JSONWriter()

    /// Appends one event with the members that `body` writes.
    mutating func event(_ type: StaticString, _ body: (inout JSONWriter) -> Void) {
        guard !self.isMuted else { return }
        self.writer.reset()
        self.writer.beginObject()
        self.writer.key("type")
        type.withUTF8Buffer { self.writer.string(utf8: UnsafeRawBufferPointer($0)) }
        self.writer.member("sequence_number", self.next)
        body(&self.writer)
        self.writer.endObject()
        self.next &+= 1
        self.bytes += "event: ".utf8
        type.withUTF8Buffer { self.bytes += $0 }
        self.bytes += "\ndata: ".utf8
        self.bytes += self.writer.bytes
        self.bytes += "\n\n".utf8
    }

    /// Appends `response.output_item.added` or `response.output_item.done`.
    mutating func item(_ type: StaticString, _ index: Int, _ json: RawItem) {
        self.event(type) { writer in
            writer.member("output_index", index)
            writer.key("item")
            writer.raw(json.bytes)
        }
    }
}

/// One item of the output as JSON.
struct RawItem {
    var bytes: [UInt8]

    /// An item whose members `content` writes.
    init(_ content: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.object(content)
        self.bytes = writer.bytes
    }

    /// An item as its vendor wrote it.
    init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// What became of an item.
enum ItemStatus: String {
    case inProgress = "in_progress"
    case completed = "completed"
    case incomplete = "incomplete"
}
