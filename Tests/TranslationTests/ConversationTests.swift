import Exchange
import Testing

@Suite struct ConversationTests {
    private func call(_ id: String, at message: Int? = nil) -> Block {
        let call = ToolCall(id: id, name: "f", input: ToolInput(.object, "{}"))
        return Block(.toolCall(call), place: Place(message: message))
    }
    private func result(_ id: String, _ text: String = "ok") -> Block {
        Block(.toolResult(ToolResult(callID: id, blocks: [.text(text)])))
    }

    private func paired(_ turns: [Turn], strict: Bool = false) throws -> (turns: [Turn], warnings: [TranslationWarning])
    {
        var report = TranslationReport(target: "t", isStrict: strict)
        let turns = try Conversation.paired(turns, merges: true, report: &report)
        return (turns, report.warnings)
    }

    /// A sketch of a conversation: `u:text a:call(1) u:result(1)`.
    private func sketch(_ turns: [Turn]) -> String {
        turns.map { turn in
            let blocks = turn.blocks.map { block in
                switch block.content {
                case .text(let text): text.text
                case .toolCall(let call): "call(\(call.id))"
                case .toolResult(let result):
                    result.isError == true ? "error(\(result.callID))" : "result(\(result.callID))"
                default: "?"
                }
            }
            return "\(turn.role.rawValue.prefix(1)):\(blocks.joined(separator: ","))"
        }.joined(separator: " ")
    }

    @Test func `results move up to their calls, in call order`() throws {
        let turns = [
            Turn(.user, [.text("hi")]), Turn(.assistant, [self.call("1"), self.call("2")]),
            Turn(.user, [.text("and"), self.result("2")]), Turn(.user, [self.result("1")]),
        ]
        let (fixed, warnings) = try self.paired(turns)
        #expect(self.sketch(fixed) == "u:hi a:call(1),call(2) u:result(1),result(2),and")
        #expect(warnings.isEmpty)
    }

    @Test func `a missing result is made up as an error and told`() throws {
        let turns = [Turn(.assistant, [self.call("1")]), Turn(.user, [.text("stop")])]
        let (fixed, warnings) = try self.paired(turns)
        #expect(self.sketch(fixed) == "a:call(1) u:error(1),stop")
        #expect(warnings.map(\.detail) == ["no_result"])
        #expect(throws: TranslationRefusal.self) { try self.paired(turns, strict: true) }
    }

    @Test func `a result of no call becomes text of the user`() throws {
        let turns = [
            Turn(.user, [self.result("9", "lost")]), Turn(.assistant, [self.call("1")]),
            Turn(.user, [self.result("1")]),
        ]
        let (fixed, warnings) = try self.paired(turns)
        #expect(self.sketch(fixed) == "u:lost a:call(1) u:result(1)")
        #expect(warnings.map(\.detail) == ["result_without_call"])
    }

    @Test func `an id used again belongs to the turn that used it`() throws {
        let turns = [
            Turn(.assistant, [self.call("1")]), Turn(.user, [self.result("1")]),
            Turn(.assistant, [self.call("1")]), Turn(.user, [self.result("1")]),
        ]
        #expect(self.sketch(try self.paired(turns).turns) == "a:call(1) u:result(1) a:call(1_2) u:result(1_2)")
    }

    @Test func `a hundred thousand unanswered calls are no trouble`() throws {
        let turns = (0..<100_000).map {
            Turn($0 % 2 == 0 ? .assistant : .user, $0 % 2 == 0 ? [self.call("\($0 % 7)", at: $0)] : [.text("x")])
        }
        #expect(try self.paired(turns).warnings.count == 64)
    }
}
