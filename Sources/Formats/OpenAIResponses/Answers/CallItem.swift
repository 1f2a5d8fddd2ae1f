import Exchange
import Wire

/// A call of the output while it is being written: of a function, or of a custom tool.
struct CallItem {
    let id: String
    let index: Int
    let callID: String
    let name: String
    let namespace: String?
    let isFreeText: Bool
    /// State that its vendor bound to the call.
    var carrier: ReasoningState?

    private var input = ""

    /// Begins a call.
    init(
        id: String,
        index: Int,
        callID: String,
        name: String,
        namespace: String?,
        isFreeText: Bool,
        _ stream: inout ItemEventStream
    ) {
        self.id = id
        self.index = index
        self.callID = callID
        self.name = name
        self.namespace = namespace
        self.isFreeText = isFreeText
        stream.item("response.output_item.added", index, self.json(.inProgress))
    }

    /// The next piece of the input.
    mutating func append(_ text: String, _ stream: inout ItemEventStream) {
        self.input += text
        let type: StaticString =
            self.isFreeText ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta"
        stream.event(type) { writer in
            self.place(&writer)
            writer.member("delta", text)
        }
    }

    /// Ends the input; arguments are never empty.
    mutating func close(_ stream: inout ItemEventStream) {
        if !self.isFreeText, self.input.isBlank { self.append("{}", &stream) }
        let type: StaticString =
            self.isFreeText ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done"
        stream.event(type) { writer in
            self.place(&writer)
            if !self.isFreeText { writer.member("name", self.name) }
            writer.key(self.isFreeText ? "input" : "arguments")
            writer.string(self.input)
        }
    }

    /// The item as it is now.
    func json(_ status: ItemStatus) -> RawItem {
        RawItem { writer in
            writer.member("id", self.id)
            writer.member("type", self.isFreeText ? "custom_tool_call" : "function_call")
            writer.member("status", status.rawValue)
            writer.key(self.isFreeText ? "input" : "arguments")
            writer.string(self.input)
            writer.member("call_id", self.callID)
            writer.member("name", self.name)
            if let namespace = self.namespace { writer.member("namespace", namespace) }
        }
    }

    private func place(_ writer: inout JSONWriter) {
        writer.member("item_id", self.id)
        writer.member("output_index", self.index)
    }
}
