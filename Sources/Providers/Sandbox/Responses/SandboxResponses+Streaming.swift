import Wire

extension SandboxResponses {
    /// The whole life cycle of events, numbered from 0.
    func writeStream(to stream: inout SandboxStream) {
        var events = EventWriter(stream: stream)
        events.add("response.created") { $0.member("response", object: { self.writeResponse(.inProgress, to: &$0) }) }
        events.add("response.in_progress") {
            $0.member("response", object: { self.writeResponse(.inProgress, to: &$0) })
        }
        if self.reply.reasoning != nil { self.writeReasoning(to: &events) }
        if self.reply.calls.isEmpty { self.writeMessage(to: &events) }
        for (index, call) in self.reply.calls.enumerated() where events.isComplete || index == 0 {
            self.writeCall(call, index, to: &events)
        }
        self.writeEnd(to: &events)
        stream = events.stream
    }

    private func writeReasoning(to events: inout EventWriter) {
        events.openItem(id: self.reasoningID) { self.writeReasoning(isDone: false, to: &$0) }
        if self.wantsSummary {
            let text = self.reply.reasoning?.joined() ?? ""
            events.add("response.reasoning_summary_part.added", at: .part("summary_index")) { writer in
                writer.member("part", object: { self.writeSummaryPart("", to: &$0) })
            }
            for delta in SandboxStream.deltas(events.stream.sent(self.reply.reasoning ?? [])) {
                events.addContent("response.reasoning_summary_text.delta", at: .part("summary_index")) { writer in
                    writer.member("delta", delta)
                }
            }
            events.close("response.reasoning_summary_text.done", at: .part("summary_index")) { writer in
                writer.member("text", text)
            }
            events.close("response.reasoning_summary_part.done", at: .part("summary_index")) { writer in
                writer.member("part", object: { self.writeSummaryPart(text, to: &$0) })
            }
        }
        events.closeItem { self.writeReasoning(isDone: true, to: &$0) }
    }

    private func writeMessage(to events: inout EventWriter) {
        let text = self.reply.text.joined()
        events.openItem(id: self.messageID) { self.writeMessage(isDone: false, to: &$0) }
        events.add("response.content_part.added", at: .part("content_index")) { writer in
            writer.member("part", object: { self.writeTextPart("", to: &$0) })
        }
        for delta in SandboxStream.deltas(events.stream.sent(self.reply.text)) {
            events.addContent("response.output_text.delta", at: .part("content_index")) { writer in
                writer.member("delta", delta)
                writer.member("logprobs", array: { _ in })
            }
        }
        events.close("response.output_text.done", at: .part("content_index")) { writer in
            writer.member("text", text)
            writer.member("logprobs", array: { _ in })
        }
        events.close("response.content_part.done", at: .part("content_index")) { writer in
            writer.member("part", object: { self.writeTextPart(text, to: &$0) })
        }
        events.closeItem { self.writeMessage(isDone: true, to: &$0) }
    }

    private func writeCall(_ call: SandboxReply.Call, _ index: Int, to events: inout EventWriter) {
        let name = call.isCustom ? "response.custom_tool_call_input" : "response.function_call_arguments"
        events.openItem(id: self.callID(call, index)) { self.writeCall(call, index, isDone: false, to: &$0) }
        for delta in SandboxStream.deltas(events.stream.sent(call.arguments)) {
            events.addContent("\(name).delta", at: .item) { writer in
                writer.member("delta", delta)
            }
        }
        events.close("\(name).done", at: .item) { writer in
            if !call.isCustom { writer.member("name", call.name) }
            writer.key(call.isCustom ? "input" : "arguments")
            writer.string(call.text)
        }
        events.closeItem { self.writeCall(call, index, isDone: true, to: &$0) }
    }

    private func writeEnd(to events: inout EventWriter) {
        switch events.stream.ending {
        case .cut: return
        case .failed:
            events.addContent("error") { writer in
                writer.member("code", "server_error")
                writer.member("message", SandboxFault.requested(500).message)
                writer.member("param", nil as String?)
            }
            events.add("response.failed") { $0.member("response", object: { self.writeResponse(.failed, to: &$0) }) }
        case .complete:
            let name = self.reply.finish == .length ? "response.incomplete" : "response.completed"
            events.add(name) { $0.member("response", object: { self.writeResponse(.finished, to: &$0) }) }
        }
    }
}

/// Numbers events and knows which output item is open.
private struct EventWriter {
    var stream: SandboxStream
    private var sequenceNumber = 0
    private var outputIndex = -1
    private var itemID = ""

    init(stream: SandboxStream) {
        self.stream = stream
    }

    var isComplete: Bool { self.stream.ending == .complete }

    /// What of the open item an event belongs to.
    enum Place {
        case response
        case item
        /// The first part, by the name of its index.
        case part(StaticString)
    }

    mutating func add(_ name: String, at place: Place = .response, _ content: (inout JSONWriter) -> Void) {
        self.stream.add(self.event(name, place, content))
        self.sequenceNumber += 1
    }

    mutating func addContent(_ name: String, at place: Place = .response, _ content: (inout JSONWriter) -> Void) {
        self.stream.addContent(self.event(name, place, content))
        self.sequenceNumber += 1
    }

    /// An event that closes something: left out when the stream ends before that.
    mutating func close(_ name: String, at place: Place = .response, _ content: (inout JSONWriter) -> Void) {
        if self.isComplete { self.add(name, at: place, content) }
    }

    mutating func openItem(id: String, _ item: (inout JSONWriter) -> Void) {
        self.outputIndex += 1
        self.itemID = id
        let index = self.outputIndex
        self.add("response.output_item.added") { writer in
            writer.member("output_index", index)
            writer.member("item", object: item)
        }
    }

    mutating func closeItem(_ item: (inout JSONWriter) -> Void) {
        let index = self.outputIndex
        self.close("response.output_item.done") { writer in
            writer.member("output_index", index)
            writer.member("item", object: item)
        }
    }

    private func event(_ name: String, _ place: Place, _ content: (inout JSONWriter) -> Void) -> [UInt8] {
        SandboxStream.event(name) { writer in
            writer.member("sequence_number", self.sequenceNumber)
            self.write(place, to: &writer)
            content(&writer)
        }
    }

    private func write(_ place: Place, to writer: inout JSONWriter) {
        if case .response = place { return }
        writer.member("item_id", self.itemID)
        writer.member("output_index", self.outputIndex)
        if case .part(let index) = place { writer.member(index, 0) }
    }
}
