import Exchange
import MartletTesting
import Testing

/// Requests and events with each value in turn replaced by one of another kind.
@Suite struct MessagesMutationTests {
    private static let request = """
        {"model":"m","max_tokens":9,"stream":false,"temperature":0.5,"top_p":1,"top_k":4,"stop_sequences":["a"],
        "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],
        "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true},
        {"type":"web_search_20250305","name":"web_search"}],
        "tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},
        "thinking":{"type":"enabled","budget_tokens":2000,"display":"omitted"},
        "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}},
        "metadata":{"user_id":"u"},"service_tier":"auto","speed":"standard",
        "context_management":{"edits":[{"type":"clear_thinking_1"}]},
        "messages":[{"role":"user","content":[{"type":"text","text":"x","citations":[{"type":"char_location"}]},
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
        {"type":"document","title":"t","context":"c","citations":{"enabled":true},
        "source":{"type":"content","content":[{"type":"text","text":"y"}]}},
        {"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"z"}]}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},
        {"type":"redacted_thinking","data":"d"},{"type":"server_tool_use","id":"i","name":"web_search","input":{}},
        {"type":"web_search_tool_result","tool_use_id":"i","content":[{"url":"u","title":"t"}]},
        {"type":"tool_use","id":"i","name":"f","input":{"a":[1]}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"i","is_error":false,
        "content":[{"type":"text","text":"r"},{"type":"tool_reference","tool_name":"n"}]}]}]}
        """

    private static let stream = [
        #"{"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":1}}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"a","signature":"b"}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c"}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"a","citations":[{"type":"t","url":"u"}]}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"title":"t"}}}"#,
        #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"i","name":"f","input":{"a":1}}}"#,
        #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
        #"{"type":"content_block_start","index":3,"content_block":{"type":"server_tool_use","id":"i","name":"f","input":{}}}"#,
        #"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"explanation":"e"}},"usage":{"output_tokens":1}}"#,
        #"{"type":"message_stop"}"#,
    ]

    private static let others: [PlainJSON] = [
        .null, .bool(true), .number("-1"), .number("1e300"), .number("0.5"), .string(""), .string("x"), .array([]),
        .array([.null]), .object([]), .object([PlainJSON.Member("type", .number("1"))]),
    ]

    @Test func `a damaged request is read, or refused by the name of a field`() throws {
        let root = try PlainJSON(parsing: Self.request)
        var refused = 0
        for damaged in Self.damaged(root) {
            do {
                _ = try MessagesRoom.encode(try MessagesRoom.decode(damaged.text)) { $0.prefill = true }
            } catch let failure as GatewayFailure {
                refused += 1
                #expect(failure.kind == .invalidRequest, "\(damaged.text)")
                #expect(failure.parameter?.isEmpty == false || !damaged.text.hasPrefix("{"), "\(failure.message)")
            } catch is TranslationRefusal {
                continue
            }
        }
        #expect(refused > 500)
    }

    @Test func `a damaged event never traps, and what is told keeps its promises`() throws {
        for (index, event) in Self.stream.enumerated() {
            for damaged in Self.damaged(try PlainJSON(parsing: event)) {
                var stream = Self.stream
                stream[index] = damaged.text
                let events = MessagesRoom.events(stream)
                #expect(Self.isOrderly(events), "\(damaged.text)")
                _ = MessagesRoom.stream(events)
            }
        }
    }

    /// Starts once, opens one block at a time without gaps, ends or fails once and last.
    private static func isOrderly(_ events: [AnswerEvent]) -> Bool {
        var next = 0
        var isOpen = false
        for (position, event) in events.enumerated() {
            let isLast = position == events.count - 1
            switch event {
            case .start: if position != 0 { return false }
            case .open(let index, _):
                if isOpen || index != next { return false }
                isOpen = true
                next += 1
            case .delta(let index, _), .citation(let index, _), .logprobs(let index, _), .state(let index, _):
                if !isOpen || index != next - 1 { return false }
            case .close(let index):
                if !isOpen || index != next - 1 { return false }
                isOpen = false
            case .finish: if isOpen { return false }
            case .usage: continue
            case .end: if isOpen || !isLast { return false }
            case .fail: if !isLast { return false }
            }
        }
        switch events.last {
        case .end, .fail: return true
        default: return false
        }
    }

    /// All trees in which one value is replaced.
    private static func damaged(_ json: PlainJSON) -> [PlainJSON] {
        var all = Self.others
        switch json {
        case .object(let members):
            for (index, member) in members.enumerated() {
                for value in Self.damaged(member.value) {
                    var changed = members
                    changed[index].value = value
                    all.append(.object(changed))
                }
                var fewer = members
                fewer.remove(at: index)
                all.append(.object(fewer))
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                for value in Self.damaged(element) {
                    var changed = elements
                    changed[index] = value
                    all.append(.array(changed))
                }
            }
        case .string, .number, .bool, .null: break
        }
        return all
    }
}
