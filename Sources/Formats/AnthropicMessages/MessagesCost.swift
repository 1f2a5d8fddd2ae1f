import Exchange
import Wire

/// Finds what a Messages request costs beside its text.
enum MessagesCost {
    /// Looks through a body.
    static func gather(_ root: JSONObjectView, into cost: inout RequestCost) {
        cost.tier(root["service_tier"])
        cost.speed(root["speed"])
        if let servers = root["mcp_servers"], servers.count > 0 {
            cost.unbound("tools of a server that the vendor calls")
        }
        if let fallbacks = root["fallbacks"], fallbacks.count > 0 { cost.unbound("a choice of other models") }
        if let thread = root["thread"], !thread.isNull { cost.unbound("content that the vendor keeps") }
        cost.cacheMark(root["cache_control"])
        if let tools = root["tools"] {
            for tool in tools.elements {
                cost.cacheMark(tool["cache_control"])
                if !self.isCallers(tool) { cost.unbound("a tool that the vendor runs") }
            }
        }
        if let system = root["system"] {
            for block in system.elements { self.gather(block: block, into: &cost) }
        }
        guard let messages = root["messages"] else { return }
        for message in messages.elements {
            guard let content = message["content"], content.kind == .array else { continue }
            for block in content.elements { self.gather(block: block, into: &cost) }
        }
    }

    /// Tools that the caller runs, each with a date behind its name; all others are the vendor's.
    private static let callers: [String] = ["bash_", "text_editor_", "memory_", "computer_", "custom"]

    private static func isCallers(_ tool: JSONValue) -> Bool {
        guard let type = tool["type"], type.kind == .string, !type.contentRange.isEmpty else { return true }
        let name = type.bytes.dropFirst().dropLast()
        return self.callers.contains { name.starts(with: $0.utf8) }
    }

    private static func gather(block: JSONValue, into cost: inout RequestCost) {
        guard let type = block["type"] else { return }
        // Type and content alone leave no room for a mark.
        if block.count > 2 { cost.cacheMark(block["cache_control"]) }
        if type.equals("text") || type.equals("tool_use") || type.equals("thinking") { return }
        if type.equals("tool_result") {
            guard let content = block["content"], content.kind == .array else { return }
            for inner in content.elements {
                if inner.count > 2 { cost.cacheMark(inner["cache_control"]) }
                self.gather(inner: inner, into: &cost)
            }
        } else {
            self.gather(inner: block, into: &cost)
        }
    }

    /// A block that holds no result of a tool, whose blocks hold no others.
    private static func gather(inner block: JSONValue, into cost: inout RequestCost) {
        guard let type = block["type"] else { return }
        if type.equals("image") {
            self.gather(image: block["source"], into: &cost)
        } else if type.equals("document") {
            self.gather(document: block["source"], into: &cost)
        } else if type.equals("container_upload") {
            cost.unbound("a file that the vendor keeps")
        }
    }

    private static func gather(image source: JSONValue?, into cost: inout RequestCost) {
        if source?["type"]?.equals("base64") ?? false {
            cost.image(base64: source?["data"])
        } else {
            cost.image(url: source?["url"])
        }
    }

    /// Text, and blocks of text and images, are what they say; a file, whether in the body or elsewhere, has pages.
    private static func gather(document source: JSONValue?, into cost: inout RequestCost) {
        guard let source, let type = source["type"] else { return }
        if type.equals("text") { return }
        if type.equals("content"), let content = source["content"] {
            for block in content.elements where block["type"]?.equals("image") ?? false {
                self.gather(image: block["source"], into: &cost)
            }
        } else if type.equals("base64") {
            cost.document(source["data"])
        } else if type.equals("url") {
            cost.unbound("a document by its address")
        } else {
            cost.unbound("a file that the vendor keeps")
        }
    }
}
