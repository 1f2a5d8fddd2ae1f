import Exchange
import Wire

extension ChatRequestReader {
    private static let knownInMessage: [StaticString] = [
        "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "audio", "extra_content",
        "reasoning_content", "reasoning", "cache_control", "prompt_cache_breakpoint",
        // What answers hold and callers send back; it says nothing to a model.
        "annotations", "reasoning_details", "index", "thought_signature",
    ]

    mutating func readMessages() throws(Misfit) {
        guard let list = try self.root.list("messages") else {
            throw Misfit("messages", "must be an array, but is missing")
        }
        guard list.count > 0 else { throw Misfit("messages", "must hold at least one message") }
        var index = 0
        for value in list.elements {
            do throws(Misfit) {
                try self.readMessage(value, index)
            } catch {
                throw error.inside("messages[\(index)]")
            }
            index += 1
        }
    }

    private mutating func readMessage(_ value: JSONValue, _ index: Int) throws(Misfit) {
        let message = try Members(value)
        let role = try message.name("role")
        self.noteUnknown(in: value, known: Self.knownInMessage, prefix: "messages.")
        let name = try message.text("name")
        let place = Place(message: index)
        switch role {
        case "system", "developer":
            let blocks = try self.content(of: message, at: index)
            if name != nil { self.note(.named("messages.name"), .drop) }
            if self.request.turns.isEmpty {
                self.request.system += blocks
            } else {
                self.request.turns.append(Turn(.system, blocks, place: place))
            }
        case "user":
            let blocks = try self.content(of: message, at: index)
            self.request.turns.append(Turn(.user, blocks, place: place, name: name))
        case "assistant":
            let blocks = try self.assistant(message, index)
            self.request.turns.append(Turn(.assistant, blocks, place: place, name: name))
        case "tool", "function":
            let id = try self.resultID(message, isLegacy: role == "function")
            let blocks = try self.content(of: message, at: index, isResult: true)
            let mark = blocks.last?.cache
            let result = Block(.toolResult(ToolResult(callID: id, blocks: blocks)), place: place, cache: mark)
            self.request.turns.append(Turn(.user, [result], place: place))
        default:
            throw Misfit("role", "must be system, developer, user, assistant, tool or function")
        }
    }

    /// The call that a result belongs to.
    private mutating func resultID(_ message: Members, isLegacy: Bool) throws(Misfit) -> String {
        if isLegacy {
            _ = try message.name("name")
            return self.unnamedCalls.takeUnanswered() ?? "call_unnamed"
        }
        if let id = try message.text("tool_call_id"), !id.isEmpty { return id }
        if let id = self.unnamedCalls.takeUnanswered() { return id }
        return try message.name("tool_call_id")
    }

    /// The content of a message, whose own cache mark goes to its last block.
    private mutating func content(
        of message: Members,
        at index: Int,
        isResult: Bool = false
    ) throws(Misfit) -> [Block] {
        var blocks: [Block] = []
        let content = message["content"]
        if let content {
            if let text = content.string {
                if !isResult || !text.isEmpty { blocks = [.text(text, place: Place(message: index))] }
            } else {
                blocks = try self.parts(content, index)
            }
        } else if !isResult {
            throw Misfit("content", "must be a string or an array, but is missing")
        }
        if let mark = try Self.cacheMark(of: message), !blocks.isEmpty { blocks[blocks.count - 1].cache = mark }
        return blocks
    }

    private mutating func parts(_ content: JSONValue, _ index: Int) throws(Misfit) -> [Block] {
        guard content.kind == .array else {
            throw Misfit("content", "must be a string or an array, got \(content.kind.noun)")
        }
        var blocks: [Block] = []
        var part = 0
        for element in content.elements {
            do throws(Misfit) {
                blocks.append(try self.part(element, Place(message: index, part: part)))
            } catch {
                throw error.inside("content[\(part)]")
            }
            part += 1
        }
        return blocks
    }

    /// Thoughts, then text, then calls: Chat does not tell how they were interleaved.
    private mutating func assistant(_ message: Members, _ index: Int) throws(Misfit) -> [Block] {
        let place = Place(message: index)
        var blocks: [Block] = []
        let reasoning = try message.text("reasoning")
        if let thoughts = try message.text("reasoning_content") ?? reasoning, !thoughts.isEmpty {
            blocks.append(Block(.reasoning(Reasoning(text: thoughts)), place: place))
        }
        let calls = try self.calls(message, place)
        let refusal = try message.text("refusal") ?? ""
        let signature = try self.signature(of: message)
        if let content = message["content"], content.string == nil {
            blocks += try self.parts(content, index)
        } else if let text = try message.text("content"),
            !text.isEmpty || (calls.isEmpty && refusal.isEmpty && blocks.isEmpty)
        {
            var block = Text(text)
            block.state = calls.isEmpty ? signature : nil
            blocks.append(Block(.text(block), place: place))
        }
        if !refusal.isEmpty { blocks.append(Block(.refusal(refusal), place: place)) }
        if try message.members("audio") != nil {
            self.note(.named("messages[\(index)].audio"), .reject(wayOut: "Send its transcript as text."))
        }
        blocks += Self.signing(calls, with: signature)
        if let mark = try Self.cacheMark(of: message), !blocks.isEmpty { blocks[blocks.count - 1].cache = mark }
        return blocks
    }

    /// A signature that stands on the message belongs to the first call.
    private static func signing(_ calls: [Block], with signature: ReasoningState?) -> [Block] {
        guard let signature, case .toolCall(var call) = calls.first?.content, call.state == nil else { return calls }
        var calls = calls
        call.state = signature
        calls[0].content = .toolCall(call)
        return calls
    }

    private mutating func calls(_ message: Members, _ place: Place) throws(Misfit) -> [Block] {
        var blocks: [Block] = []
        if let call = try message.members("function_call") {
            blocks.append(
                try within("function_call") { () throws(Misfit) in
                    let input = ToolInput(.claimedObject, try Self.arguments(call))
                    let id = self.unnamedCalls.make()
                    return Block(.toolCall(ToolCall(id: id, name: try call.name("name"), input: input)), place: place)
                }
            )
        }
        guard let list = try message.list("tool_calls") else { return blocks }
        var index = 0
        for element in list.elements {
            do throws(Misfit) {
                blocks.append(try self.call(element, place))
            } catch {
                throw error.inside("tool_calls[\(index)]")
            }
            index += 1
        }
        return blocks
    }

    private mutating func call(_ value: JSONValue, _ place: Place) throws(Misfit) -> Block {
        let members = try Members(value)
        let type = try members.text("type") ?? "function"
        var id = try members.text("id") ?? ""
        if id.isEmpty { id = self.unnamedCalls.make() }
        let state = try self.signature(of: members)
        switch type {
        case "function":
            let function = try members.required("function")
            return try within("function") { () throws(Misfit) in
                let input = ToolInput(.claimedObject, try Self.arguments(function))
                return Block(
                    .toolCall(ToolCall(id: id, name: try function.name("name"), input: input, state: state)),
                    place: place
                )
            }
        case "custom":
            let custom = try members.required("custom")
            return try within("custom") { () throws(Misfit) in
                let input = ToolInput(.freeText, try custom.text("input") ?? "")
                return Block(
                    .toolCall(ToolCall(id: id, name: try custom.name("name"), input: input, state: state)),
                    place: place
                )
            }
        default: return Block(.opaque(Opaque(format: .chat, type: type, json: RawJSON(value))), place: place)
        }
    }

    /// Arguments are a string; some callers send the object itself.
    private static func arguments(_ function: Members) throws(Misfit) -> String {
        guard let value = function["arguments"] else { return "" }
        if value.kind == .object { return RawJSON(value).text }
        guard let text = value.string else { throw Members.misfit("arguments", "a string", value) }
        return text
    }

    /// What Gemini signed, the way Google's own Chat door carries it.
    private func signature(of members: Members) throws(Misfit) -> ReasoningState? {
        guard let content = try members.members("extra_content") else { return nil }
        return try within("extra_content") { () throws(Misfit) in
            guard let google = try content.members("google") else { return nil }
            let signature = try within("google") { () throws(Misfit) in try google.text("thought_signature") }
            return signature.map { ReasoningState(owner: ReasoningState.gemini, value: $0) }
        }
    }
}
