import Exchange
import Wire

/// Reads whole responses, and the parts of them that streams repeat.
struct ResponsesAnswerReader {
    let notes: ReplyNotes
    private(set) var hasCalls = false
    private(set) var hasRefusal = false
    private var madeUpIDs = 0

    init(notes: ReplyNotes) {
        self.notes = notes
    }

    /// Reads a response.
    mutating func read(_ root: JSONValue) throws(GatewayFailure) -> Answer {
        let status = root["status"]?.string
        if root.told("error") != nil || status == "failed" || status == "cancelled" {
            throw VendorWords.failure(VendorError(root))
        }
        guard let output = root["output"], output.kind == .array, status != "queued", status != "in_progress" else {
            throw GatewayFailure(.upstreamFailed, "The provider's answer has no output.")
        }
        var answer = Answer()
        answer.head = Self.head(root)
        for item in output.elements { answer.blocks += self.blocks(of: item) }
        answer.usage = OpenAIResponsesFormat.usage(of: root)
        answer.finish = self.finish(root)
        answer.serviceTier = root["service_tier"]?.string.map { ServiceTier(openAI: $0) }
        return answer
    }

    /// What is told before any content.
    static func head(_ response: JSONValue?) -> AnswerHead {
        var head = AnswerHead()
        head.id = response?["id"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        head.model = response?["model"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        head.created = ResponsesStreamTap.seconds(response?["created_at"])
        return head
    }

    /// Why a response ended, by its own words and by what was in it.
    func finish(_ response: JSONValue?) -> FinishReason {
        let isCut = response?["status"]?.equals("incomplete") ?? false
        switch response?["incomplete_details"]?["reason"]?.string {
        case "max_output_tokens": return .length
        case "content_filter": return .contentFilter
        case let reason? where isCut: return .other(reason)
        default:
            if isCut { return .other("incomplete") }
            return self.hasCalls ? .toolCalls : self.hasRefusal ? .refusal : .stop
        }
    }

    // MARK: Items

    private mutating func blocks(of item: JSONValue) -> [AnswerBlock] {
        switch item["type"]?.string {
        case "message": return item["content"]?.elements.compactMap { self.block(part: $0) } ?? []
        case "reasoning":
            let text = Self.thoughts(of: item) ?? ""
            let state = self.state(of: item)
            return text.isEmpty && state == nil ? [] : [.reasoning(Reasoning(text: text, state: state))]
        case "function_call", "custom_tool_call":
            let opening = self.call(item)
            guard case .toolCall(let id, let name, let isFreeText)? = opening else { return [] }
            let text = item[isFreeText ? "input" : "arguments"]?.string ?? ""
            let input = ToolInput(isFreeText ? .freeText : .claimedObject, text)
            return [.toolCall(ToolCall(id: id, name: name, input: input))]
        case let type?: return [.opaque(Opaque(format: .responses, type: type, json: RawJSON(item)))]
        case nil: return []
        }
    }

    private mutating func block(part: JSONValue) -> AnswerBlock? {
        switch part["type"]?.string {
        case "output_text":
            guard let words = part["text"]?.string, !words.isEmpty else { return nil }
            var text = AnswerText(words)
            text.citations = part["annotations"].map { Annotation.citations(in: $0) } ?? []
            text.logprobs = Self.logprobs(part)
            return .text(text)
        case "refusal":
            guard let words = part["refusal"]?.string, !words.isEmpty else { return nil }
            self.hasRefusal = true
            return .refusal(words)
        default: return nil
        }
    }

    /// Notes that the model declined.
    mutating func noteRefusal() { self.hasRefusal = true }

    /// A list of log probabilities that holds some.
    static func logprobs(_ holder: JSONValue) -> RawJSON? {
        guard let list = holder["logprobs"], list.kind == .array, list.count > 0 else { return nil }
        return RawJSON(list)
    }

    /// The summary of reasoning, or the thoughts themselves, one paragraph each part; `nil` when there is no text.
    static func thoughts(of item: JSONValue) -> String? {
        for list in [item["summary"], item["content"]] {
            let texts = list?.elements.compactMap { $0["text"]?.string } ?? []
            if texts.contains(where: { !$0.isEmpty }) { return texts.joined(separator: "\n\n") }
        }
        return nil
    }

    /// The encrypted state of reasoning.
    func state(of item: JSONValue) -> ReasoningState? {
        guard let value = item["encrypted_content"]?.string, !value.isEmpty else { return nil }
        return ReasoningState(owner: self.notes.reasoningOwner, value: value)
    }

    /// How a call begins, by the names that the caller knows; `nil` when the tool has no name.
    mutating func call(_ item: JSONValue) -> BlockOpening? {
        guard let name = item["name"]?.string, !name.isEmpty else { return nil }
        self.hasCalls = true
        let id = [item["call_id"]?.string, item["id"]?.string].compactMap { $0 }.first { !$0.isEmpty }
        let told = Namespace.flattened(name, in: item["namespace"]?.string)
        return .toolCall(
            id: id ?? self.madeUpID(),
            name: self.notes.callerName(told),
            isFreeText: item["type"]?.equals("custom_tool_call") ?? false
        )
    }

    private mutating func madeUpID() -> String {
        self.madeUpIDs &+= 1
        return "call_\(self.notes.seed)_\(self.madeUpIDs)"
    }
}
