import Wire

/// What a body looks like without what it says: roles, counts, lengths, names of tools, parameters, reasons of ends.
///
/// Only what is known to be structure is named; what is not known is told as a number of bytes.
struct BodyShape {
    /// Members that are gone into.
    private static let structure: Set<String> = [
        "messages", "content", "choices", "message", "delta", "output", "tools", "function", "tool_calls", "usage",
        "system", "response", "item", "content_block", "part", "tool_choice", "thinking", "reasoning",
        "response_format",
        "stream_options", "incomplete_details", "prompt_tokens_details", "completion_tokens_details",
        "input_tokens_details", "output_tokens_details", "cache_creation", "data",
    ]
    /// Texts that are words of a format.
    private static let words: Set<String> = [
        "role", "type", "model", "finish_reason", "stop_reason", "status", "object", "service_tier", "effort", "detail",
        "tool_choice", "reasoning_effort",
    ]
    /// Numbers and flags that are parameters or counts.
    private static let parameters: Set<String> = [
        "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "max_output_tokens", "n", "seed",
        "stream",
        "store", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "parallel_tool_calls", "strict",
        "budget_tokens", "include_usage", "index", "output_index", "content_index", "prompt_tokens",
        "completion_tokens",
        "total_tokens", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "audio_tokens",
        "cache_read_input_tokens", "cache_creation_input_tokens", "dimensions", "background", "created", "created_at",
    ]
    /// Texts that grow piece by piece.
    private static let pieces: Set<String> = ["content", "text", "delta", "partial_json", "arguments", "thinking"]
    private static let depth = 12

    /// The shape as one JSON object.
    static func text(of bytes: [UInt8], isStream: Bool, isCut: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            if isStream {
                StreamShape(bytes).write(to: &writer)
            } else {
                writer.key("shape")
                self.whole(bytes, isCut: isCut, to: &writer)
            }
        }
        return writer.bytes
    }

    private static func whole(_ bytes: [UInt8], isCut: Bool, to writer: inout JSONWriter) {
        let tape = JSONTape()
        bytes.withUnsafeBytes { raw in
            guard !isCut, let root = try? tape.parse(raw) else { return writer.null() }
            self.write(root, "", parent: "", depth: 0, to: &writer)
        }
    }

    private static func write(
        _ value: JSONValue,
        _ name: String,
        parent: String,
        depth: Int,
        to writer: inout JSONWriter
    ) {
        switch value.kind {
        case .object where depth < self.depth && (depth == 0 || self.structure.contains(name)):
            let type = value.member("type")?.string ?? ""
            let isTool =
                ["function", "tools", "tool_calls"].contains(name) || type.hasSuffix("_call") || type == "tool_use"
            writer.object { writer in
                var others = (count: 0, bytes: 0)
                for (key, member) in value.members {
                    // Callers write what they like for a name: it may be anything but one of a format's.
                    guard let key = key.string, self.isKnown(key) else {
                        others.count += 1
                        others.bytes += member.contentRange.count
                        continue
                    }
                    if isTool, key == "name", let text = member.string, self.isWord(text) {
                        writer.key(key)
                        writer.string(text)
                    } else if !isTool || key != "input" {
                        writer.key(key)
                        self.write(member, key, parent: name, depth: depth + 1, to: &writer)
                    }
                }
                guard others.count > 0 else { return }
                writer.member(
                    "…",
                    object: { writer in
                        writer.member("members", others.count)
                        writer.member("bytes", others.bytes)
                    }
                )
            }
        case .array where depth < self.depth && (self.structure.contains(name) || depth == 1 && name == "input"):
            let inner = name == "input" ? "messages" : name
            writer.array { writer in
                for element in value.elements {
                    self.write(element, inner, parent: parent, depth: depth + 1, to: &writer)
                }
            }
        case .string where self.words.contains(name) && value.string.map(self.isWord) == true:
            writer.string(value.string ?? "")
        case .object, .array, .string:
            writer.object { $0.member("bytes", value.contentRange.count) }
        default:
            if self.parameters.contains(name) || value.isNull { writer.raw(value.bytes) } else { writer.string("…") }
        }
    }

    private static func isKnown(_ name: String) -> Bool {
        self.structure.contains(name) || self.words.contains(name) || self.parameters.contains(name)
            || self.pieces.contains(name) || self.others.contains(name)
    }

    fileprivate static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 < 0x80 && (TokenPatterns.isWord($0) || "-./:".utf8.contains($0)) }
    }

    /// What is counted of a stream.
    fileprivate struct StreamShape {
        var events = 0
        var kinds: [String: Int] = [:]
        var textBytes = 0
        var reasons: [String] = []
        var tools: [String] = []
        private let tape = JSONTape()

        init(_ bytes: [UInt8]) {
            for line in bytes.split(separator: 0x0A) where line.starts(with: "data:".utf8) {
                self.events += 1
                Array(line.dropFirst(5).drop { $0 == 0x20 }).withUnsafeBytes { raw in
                    guard let root = try? self.tape.parse(raw), root.kind == .object else { return }
                    let kind = root.member("type")?.string ?? root.member("object")?.string ?? ""
                    if BodyShape.isWord(kind), self.kinds.count < 64 || self.kinds[kind] != nil {
                        self.kinds[kind, default: 0] += 1
                    }
                    self.count(root, depth: 0)
                }
            }
        }

        private mutating func count(_ value: JSONValue, depth: Int) {
            guard depth < BodyShape.depth else { return }
            if value.kind == .array {
                for element in value.elements { self.count(element, depth: depth + 1) }
                return
            }
            guard value.kind == .object else { return }
            let type = value.member("type")?.string ?? ""
            for (key, member) in value.members {
                guard let name = key.string else { continue }
                switch (name, member.string) {
                case ("finish_reason", let text?), ("stop_reason", let text?):
                    if BodyShape.isWord(text), self.reasons.count < 16 { self.reasons.append(text) }
                case ("name", let text?) where type.hasSuffix("_call") || type == "tool_use":
                    if BodyShape.isWord(text), self.tools.count < 64, !self.tools.contains(text) {
                        self.tools.append(text)
                    }
                case (_, .some) where BodyShape.pieces.contains(name): self.textBytes += member.contentRange.count
                case (_, nil) where name == "function" || BodyShape.structure.contains(name):
                    if name == "function", let tool = member.member("name")?.string, BodyShape.isWord(tool),
                        self.tools.count < 64, !self.tools.contains(tool)
                    {
                        self.tools.append(tool)
                    }
                    self.count(member, depth: depth + 1)
                default: continue
                }
            }
        }

        func write(to writer: inout JSONWriter) {
            writer.member("events", self.events)
            writer.member(
                "kinds",
                object: { writer in
                    for (kind, count) in self.kinds.sorted(by: { $0.key < $1.key }) {
                        writer.key(kind)
                        writer.int(count)
                    }
                }
            )
            writer.member("text_bytes", self.textBytes)
            writer.key("finish_reasons")
            writer.array { writer in for reason in self.reasons { writer.string(reason) } }
            writer.key("tools")
            writer.array { writer in for tool in self.tools { writer.string(tool) } }
        }
    }
}
