import Exchange
import Wire

/// Reasoning of the output while it is being written: its text is shown as one summary.
struct ReasoningItem {
    let id: String
    let index: Int
    /// The vendor's state, as this caller gets it.
    var encrypted: String?
    private(set) var text = ""

    private var isPartOpen = false

    /// Begins reasoning.
    init(id: String, index: Int, _ stream: inout ItemEventStream) {
        self.id = id
        self.index = index
        stream.item("response.output_item.added", index, self.json)
    }

    /// The next piece.
    mutating func append(_ text: String, _ stream: inout ItemEventStream) {
        if !self.isPartOpen {
            self.isPartOpen = true
            stream.event("response.reasoning_summary_part.added") { self.part(&$0, "") }
        }
        self.text += text
        stream.event("response.reasoning_summary_text.delta") { writer in
            self.place(&writer)
            writer.member("delta", text)
        }
    }

    /// Ends the summary.
    mutating func close(_ stream: inout ItemEventStream) {
        guard self.isPartOpen else { return }
        self.isPartOpen = false
        stream.event("response.reasoning_summary_text.done") { writer in
            self.place(&writer)
            writer.member("text", self.text)
        }
        stream.event("response.reasoning_summary_part.done") { self.part(&$0, self.text) }
    }

    /// The item as it is now; reasoning has no status.
    var json: RawItem {
        RawItem { writer in
            writer.member("id", self.id)
            writer.member("type", "reasoning")
            writer.member(
                "summary",
                array: { summary in
                    if !self.text.isEmpty { summary.object { Self.summary(&$0, self.text) } }
                }
            )
            if let encrypted = self.encrypted { writer.member("encrypted_content", encrypted) }
        }
    }

    private func part(_ writer: inout JSONWriter, _ text: String) {
        self.place(&writer)
        writer.member("part", object: { Self.summary(&$0, text) })
    }

    private static func summary(_ writer: inout JSONWriter, _ text: String) {
        writer.member("type", "summary_text")
        writer.member("text", text)
    }

    private func place(_ writer: inout JSONWriter) {
        writer.member("item_id", self.id)
        writer.member("output_index", self.index)
        writer.member("summary_index", 0)
    }
}
