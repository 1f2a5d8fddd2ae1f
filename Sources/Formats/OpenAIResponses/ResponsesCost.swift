import Exchange
import Wire

/// Finds what a Responses request costs beside its text.
enum ResponsesCost {
    /// Looks through a body; `storedState` are the fields that refer to what the vendor keeps.
    static func gather(_ root: JSONObjectView, storedState: [String], into cost: inout RequestCost) {
        cost.tier(root["service_tier"])
        for field in storedState {
            switch field {
            case "background": cost.unbound("work in the background")
            case "container": cost.unbound("a tool that the vendor runs")
            default: cost.unbound("content that the vendor keeps")
            }
        }
        if let tools = root["tools"] {
            for tool in tools.elements { self.gather(tool: tool, into: &cost) }
        }
        if let input = root["input"] {
            for item in input.elements { self.gather(item: item, into: &cost) }
        }
    }

    /// Tools that the caller runs; what a search for tools loads is in the request.
    private static let callers: [StaticString] = [
        "function", "custom", "tool_search", "local_shell", "apply_patch", "computer", "computer_use_preview",
    ]

    private static func gather(tool: JSONValue, into cost: inout RequestCost) {
        guard let type = tool["type"] else { return cost.unbound("a tool that the vendor runs") }
        if self.callers.contains(where: { type.equals($0) }) { return }
        if type.equals("namespace"), let tools = tool["tools"] {
            for tool in tools.elements { self.gather(tool: tool, into: &cost) }
        } else if type.equals("shell"), tool["environment"]?["type"]?.equals("local") ?? false {
            return
        } else {
            cost.unbound("a tool that the vendor runs")
        }
    }

    /// A message's content, or a call's output, is a string or parts; a computer's output is one part.
    private static func gather(item: JSONValue, into cost: inout RequestCost) {
        if let content = item["content"] {
            for part in content.elements { self.gather(part: part, into: &cost) }
        }
        if let output = item["output"] {
            if output.kind == .object { self.gather(part: output, into: &cost) }
            for part in output.elements { self.gather(part: part, into: &cost) }
        }
        guard let type = item["type"] else { return }
        if type.equals("image_generation_call") { cost.image(base64: item["result"]) }
        if type.equals("additional_tools"), let tools = item["tools"] {
            for tool in tools.elements { self.gather(tool: tool, into: &cost) }
        }
    }

    /// Parts that are no text are told by their type; those of an unknown one hold what they say.
    private static func gather(part: JSONValue, into cost: inout RequestCost) {
        guard let type = part["type"] else { return }
        // Type and content alone leave no room for a mark.
        if part.count > 2 { cost.cacheMark(part["prompt_cache_breakpoint"]) }
        if type.equals("input_text") || type.equals("output_text") { return }
        if type.equals("input_image") || type.equals("computer_screenshot") {
            cost.image(url: part["image_url"])
        } else if type.equals("input_file"), let data = part["file_data"] {
            cost.document(data)
        } else if type.equals("input_file") {
            cost.unbound(part["file_url"] == nil ? "a file that the vendor keeps" : "a document by its address")
        } else if type.equals("input_audio") {
            cost.audio(part["input_audio"]?["data"])
        } else if !self.texts.contains(where: { type.equals($0) }) {
            cost.unbound("content of an unknown kind")
        }
    }

    /// Further parts of nothing but text: messages', reasoning's, and what a shell put out.
    private static let texts: [StaticString] = [
        "text", "refusal", "summary_text", "reasoning_text", "logs", "encrypted_content",
    ]
}
