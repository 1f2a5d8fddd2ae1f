import Exchange
import Wire

/// Finds what a Chat request costs beside its text.
enum ChatCost {
    /// Looks through a body.
    static func gather(_ root: JSONObjectView, into cost: inout RequestCost) {
        cost.tier(root["service_tier"])
        self.gather(options: root, into: &cost)
        if let tools = root["tools"] {
            for tool in tools.elements where !self.isCallers(tool) { cost.unbound("a tool that the vendor runs") }
        }
        guard let messages = root["messages"] else { return }
        for message in messages.elements {
            let content = message["content"]
            if let content, content.kind == .array {
                for part in content.elements { self.gather(part: part, into: &cost) }
            }
            // An assistant's earlier spoken answer, by its id; role and content alone are no such message.
            guard content == nil || message.count > 2 else { continue }
            if let audio = message["audio"], !audio.isNull { cost.audio(nil) }
        }
    }

    /// Options of OpenAI, xAI, OpenRouter and Qwen that let the vendor do more than answer.
    private static func gather(options root: JSONObjectView, into cost: inout RequestCost) {
        let searches: [StaticString] = ["web_search_options", "search_parameters", "plugins"]
        for name in searches {
            guard let option = root[name], !option.isNull, option.count > 0 || option.kind == .object else { continue }
            cost.unbound("web search by the vendor")
        }
        if root["enable_search"]?.bool ?? false { cost.unbound("web search by the vendor") }
        if let models = root["models"], models.count > 0 { cost.unbound("a choice of other models") }
        if let preset = root["preset"], !preset.isNull { cost.unbound("settings that the vendor keeps") }
        guard let modalities = root["modalities"] else { return }
        for modality in modalities.elements where !modality.equals("text") {
            cost.unbound("answers that are not text alone")
        }
    }

    /// A function or a custom tool; servers take functions without a type.
    private static func isCallers(_ tool: JSONValue) -> Bool {
        guard let type = tool["type"], !type.isNull else { return tool["function"] != nil }
        return type.equals("function") || type.equals("custom")
    }

    private static func gather(part: JSONValue, into cost: inout RequestCost) {
        guard let type = part["type"] else {
            // Some servers take bare strings.
            if part.kind != .string { cost.unbound("content of an unknown kind") }
            return
        }
        // Type and content alone leave no room for a mark.
        if part.count > 2 { cost.cacheMark(part["cache_control"] ?? part["prompt_cache_breakpoint"]) }
        if type.equals("text") || type.equals("refusal") || type.equals("thinking") { return }
        if type.equals("image_url") {
            guard let image = part["image_url"] else { return }
            cost.image(url: image.kind == .object ? image["url"] : image)
        } else if type.equals("input_audio") {
            cost.audio(part["input_audio"]?["data"])
        } else if type.equals("file"), let data = part["file"]?["file_data"] {
            cost.document(data)
        } else if type.equals("file") {
            cost.unbound("a file that the vendor keeps")
        } else {
            cost.unbound("content of an unknown kind")
        }
    }
}
