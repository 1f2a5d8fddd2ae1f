import Exchange
import MartletTesting
import OpenAIResponses
import Testing
import Wire

@Suite struct ResponsesGarbageTests {
    /// What any value may turn into.
    private static let odd: [PlainJSON] = [
        .null, .bool(true), .number("-9223372036854775808"), .number("1e300"), .number("9223372036854775807"),
        .string(""), .string("mt1.a.b"), .array([]), .object([]), .array([.null]),
    ]

    /// Every document that has one value exchanged.
    private static func mutations(of json: PlainJSON) -> [PlainJSON] {
        var mutations = Self.odd
        switch json {
        case .object(let members):
            for index in members.indices {
                mutations += Self.mutations(of: members[index].value).map { value in
                    var changed = members
                    changed[index].value = value
                    return .object(changed)
                }
            }
        case .array(let elements):
            for index in elements.indices {
                mutations += Self.mutations(of: elements[index]).map { value in
                    var changed = elements
                    changed[index] = value
                    return .array(changed)
                }
            }
        case .string, .number, .bool, .null: break
        }
        return mutations
    }

    private static let request = #"""
        {"model":"m","instructions":"i","tools":[{"type":"function","name":"f","parameters":{"type":"object"}},
        {"type":"namespace","name":"n","tools":[{"type":"custom","name":"c","format":{"type":"grammar"}}]},{"type":"mcp"}],
        "tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]},"top_logprobs":1,
        "text":{"format":{"type":"json_schema","name":"n","schema":{}},"verbosity":"low"},"reasoning":{"effort":"low"},
        "include":["message.output_text.logprobs"],"metadata":{"a":"b"},"temperature":1,"conversation":{"id":"x"},
        "input":[{"role":"developer","content":"d"},{"role":"user","content":[{"type":"input_text","text":"t",
        "prompt_cache_breakpoint":{"ttl":"12h"}},{"type":"input_image","image_url":"data:image/png;base64,AA"},
        {"type":"input_file","file_data":"AA","filename":"a.pdf"},{"type":"input_audio","input_audio":{"data":"A",
        "format":"wav"}}]},{"type":"reasoning","summary":[{"text":"s"}],"encrypted_content":"e"},{"type":"message",
        "role":"assistant","content":[{"type":"output_text","text":"t","annotations":[{"type":"url_citation","url":"u",
        "start_index":1,"end_index":2}]}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
        {"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"r"}]},
        {"type":"additional_tools","tools":[{"type":"function","name":"z"}]},{"type":"computer_call","action":{}}]}
        """#

    @Test func `a request with any value exchanged is read or refused by name, and never more`() throws {
        for mutation in Self.mutations(of: try PlainJSON(parsing: Self.request)) {
            try withResponsesJSON(mutation.text) { root in
                do throws(GatewayFailure) {
                    let request = try responsesRoom.decodeRequest(root, version: nil)
                    _ = refusalOfSendingToResponses(request, responsesPlainTarget())
                    _ = try? encodeResponses(Answer(), for: request)
                } catch {
                    #expect(error.kind == .invalidRequest)
                    #expect(error.parameter != nil || root.kind != .object)
                }
            }
        }
    }

    private static let response = #"""
        {"id":"resp_1","model":"m","created_at":1.5,"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},
        "error":null,"service_tier":"flex","output":[{"type":"reasoning","summary":[{"text":"s"}],"encrypted_content":"e"},
        {"type":"message","content":[{"type":"output_text","text":"t","logprobs":[{}],"annotations":[{"type":"url_citation",
        "url":"u","start_index":0,"end_index":1}]},{"type":"refusal","refusal":"r"}]},
        {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"custom_tool_call","call_id":"c",
        "name":"p","input":"x"},{"type":"web_search_call"}],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3,
        "input_tokens_details":{"cached_tokens":1},"output_tokens_details":{"reasoning_tokens":1}}}
        """#

    @Test func `an answer with any value exchanged is read or fails`() throws {
        for mutation in Self.mutations(of: try PlainJSON(parsing: Self.response)) {
            try withResponsesJSON(mutation.text) { root in
                let answer = try? responsesRoom.decodeAnswer(root, notes: responsesNotes)
                if let answer { _ = try encodeResponses(answer) }
                _ = responsesRoom.decodeError(status: 400, root: root, text: "")
            }
        }
    }

    private static let events = [
        #"{"type":"response.created","response":{"id":"resp_1","model":"m","created_at":1}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning"}}"#,
        #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"d"}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","summary":[{"text":"d"}],"encrypted_content":"e"}}"#,
        #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"d","logprobs":[{}]}"#,
        #"{"type":"response.output_text.annotation.added","output_index":1,"content_index":0,"annotation":{"type":"url_citation","url":"u"}}"#,
        #"{"type":"response.content_part.done","output_index":1,"content_index":0,"part":{"type":"output_text","text":"d"}}"#,
        #"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","call_id":"c","name":"f"}}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{}"}"#,
        #"{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}}"#,
        #"{"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
    ]

    @Test func `a stream with any value exchanged keeps the promises, and its answer the grammar`() throws {
        for index in Self.events.indices {
            for mutation in Self.mutations(of: try PlainJSON(parsing: Self.events[index])) {
                var changed = Self.events
                changed[index] = mutation.text
                let events = try decodeResponsesStream(responsesStream(changed))
                #expect(brokenResponsesPromises(events) == [], "\(mutation.text)")
                #expect(ResponsesGrammar.faults(in: try encodeResponses(events)) == [], "\(mutation.text)")
            }
        }
    }

    @Test func `long streams and long conversations are no trouble`() throws {
        var events: [AnswerEvent] = [.open(0, .text)]
        for _ in 0..<60_000 { events.append(.delta(0, "twenty characters, ..")) }
        events += [.close(0), .open(1, .reasoning(isRedacted: false))]
        for _ in 0..<60_000 { events.append(.delta(1, "twenty characters, ..")) }
        events += [.close(1), .open(2, .toolCall(id: "c", name: "f", isFreeText: true))]
        for _ in 0..<60_000 { events.append(.delta(2, "twenty characters, ..")) }
        let context = AnswerContext(model: "m", seed: "s", created: 1)
        let encoder = responsesRoom.makeAnswerEncoder(
            for: ExchangeRequest(origin: .responses, model: "m"),
            context: context
        )
        var bytes: [UInt8] = []
        for event in events + [.close(2), .end] {
            bytes.removeAll(keepingCapacity: true)
            encoder.encode(event, requestID: "r", into: &bytes)
        }
        #expect(bytes.count > 3_000_000)

        let decoder = responsesRoom.makeStreamDecoder(notes: responsesNotes)
        var decoded: [AnswerEvent] = []
        var payloads = [
            responsesPayload("output_item.added", 0, #""item":{"type":"function_call","call_id":"c","name":"f"}"#)
        ]
        for _ in 0..<40_000 { payloads.append(responsesPayload("reasoning_text.delta", 1, #""delta":"waits""#)) }
        for text in payloads {
            Array(text.utf8).withUnsafeBytes { decoder.decode(StreamMessage(name: nil, data: $0), into: &decoded) }
        }
        decoder.finish(into: &decoded)
        #expect(brokenResponsesPromises(decoded) == [])

        let parts = String(repeating: #"{"type":"input_text","text":"t"},"#, count: 20_000)
        let items = String(
            repeating: #"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},"#,
            count: 20_000
        )
        let request = try decodeResponses(
            "\"input\":[{\"role\":\"developer\",\"content\":[\(parts){\"type\":\"refusal\",\"refusal\":\"r\"}]},\(items){\"role\":\"user\",\"content\":\"x\"}]"
        )
        #expect(request.system.count == 20_000 && request.turns.first?.blocks.count == 20_000)
        #expect(try SentToResponses(request).input.count == 40_002)
    }
}
