import Exchange
import Testing

@Suite struct GeminiToolTests {
    private let ask = [Gemini.user("go")]

    private func encode(
        _ tools: [Tool],
        _ choice: ToolChoice? = nil,
        _ target: TranslationTarget = Gemini.target()
    ) throws -> (body: String, warnings: [String], notes: ReplyNotes) {
        try Gemini.encode(
            Gemini.request(self.ask) { request in
                request.tools = tools
                request.toolChoice = choice
            },
            target
        )
    }

    @Test func `schemas are carried byte for byte, with a type at the root (P15, C10)`() throws {
        let zoo =
            ##"{"type":"object","properties":{"b":{"$ref":"#/$defs/x"},"a":{"type":["string","null"]}},"##
            + #""$defs":{"x":{"enum":[1,2.50]}},"additionalProperties":false}"#
        let cases: [(given: String?, sent: String?)] = [
            (zoo, zoo), (nil, nil), ("{}", nil), (#"{"type":"object","properties":{}}"#, nil),
            (#"{"$schema":"x","type":"object","properties":{},"required":[],"additionalProperties":false}"#, nil),
            (#"{"properties":{"a":{}}}"#, #"{"type":"object","properties":{"a":{}}}"#),
            (##"{"$ref":"#/$defs/x"}"##, ##"{"$ref":"#/$defs/x"}"##),
            (#"{"type":"object","additionalProperties":true}"#, #"{"type":"object","additionalProperties":true}"#),
        ]
        for (given, sent) in cases {
            let expected = sent.map { #"{"name":"f","parametersJsonSchema":\#($0)}"# } ?? #"{"name":"f"}"#
            #expect(try self.encode([Gemini.function("f", given)]).body.contains("[\(expected)]"))
        }
    }

    @Test func `choices become modes (T22, T23)`() throws {
        let cases: [(ToolChoice?, String)] = [
            (nil, ""), (.auto, ""), (.some(.none), #"{"mode":"NONE"}"#), (.required, #"{"mode":"ANY"}"#),
            (.named("g"), #"{"mode":"ANY","allowedFunctionNames":["g"]}"#),
            (.allowed(["f", "g"], required: true), #"{"mode":"ANY","allowedFunctionNames":["f","g"]}"#),
            (.allowed(["f"], required: false), #"{"mode":"VALIDATED","allowedFunctionNames":["f"]}"#),
        ]
        for (choice, expected) in cases {
            let (body, warnings, _) = try self.encode([Gemini.function("f"), Gemini.function("g")], choice)
            let config = expected.isEmpty ? "" : #","toolConfig":{"functionCallingConfig":\#(expected)}"#
            #expect(body.contains(#"[{"name":"f"},{"name":"g"}]}]\#(config),"contents""#))
            #expect(warnings.isEmpty)
        }
    }

    @Test func `a choice that cannot be kept is refused`() throws {
        for choice in [ToolChoice.named("x"), .hosted(type: "web_search"), .allowed(["x"], required: false)] {
            #expect(throws: TranslationRefusal.self) { try self.encode([Gemini.function("f")], choice) }
        }
        #expect(throws: TranslationRefusal.self) { try self.encode([], .required) }
        let weak = Gemini.target { $0.forcesTools = false }
        #expect(throws: TranslationRefusal.self) { try self.encode([Gemini.function("f")], .required, weak) }
    }

    @Test func `no tools, no choice (T18)`() throws {
        for choice in [nil, ToolChoice.auto, .some(.none)] {
            #expect(try self.encode([], choice).body == #"{"contents":[{"role":"user","parts":[{"text":"go"}]}]}"#)
        }
    }

    @Test func `strict tools are held to their schemas where all are strict`() throws {
        let all = try self.encode([Gemini.function("f", strict: true)])
        #expect(all.body.contains(#""mode":"VALIDATED""#))
        #expect(all.warnings == ["approximated:tools:strict"])
        let some = try self.encode([Gemini.function("f", strict: true), Gemini.function("g")])
        #expect(!some.body.contains("toolConfig"))
        #expect(some.warnings == ["dropped:tools[0]:strict"])
    }

    @Test func `names Gemini cannot take are changed everywhere and changed back (T12, T13)`() throws {
        let long = "mcp__" + String(repeating: "x", count: 90)
        let notes = try self.encode([Gemini.function(long), Gemini.function("9lives")], .named(long)).notes
        #expect(notes.toolNames.count == 2)
        for (safe, original) in notes.toolNames {
            #expect(safe.utf8.count <= 64)
            let reply = try Gemini.answer(
                Gemini.response(#"{"functionCall":{"name":"\#(safe)"}}"#, finish: "STOP"),
                notes
            )
            #expect(reply.toolCall?.name == original)
        }
        let turns = self.ask + [Gemini.model(Gemini.call("1", "$READ")), Gemini.results(Gemini.result("1"))]
        let contents = try Gemini.contents(turns)
        #expect(!contents.contains("$READ"))
        #expect(contents.split(separator: #""name":"_READ_"#).count == 3)
    }

    @Test func `two tools of one name are refused`() throws {
        #expect(throws: TranslationRefusal.self) { try self.encode([Gemini.function("f"), Gemini.function("f")]) }
    }

    @Test func `custom tools are functions of one text and unwrapped in the answer`() throws {
        var tool = Tool(
            .custom(format: RawJSON(trusted: #"{"type":"grammar","syntax":"lark","definition":"start: A"}"#)),
            name: "patch"
        )
        tool.description = "Edits."
        let (body, warnings, notes) = try self.encode([tool])
        #expect(body.contains(#""description":"Edits.\n\nThe input follows this lark grammar:\nstart: A""#))
        #expect(body.contains(#""properties":{"input":{"type":"string"}}"#))
        #expect(warnings == ["approximated:tools[0]:custom"])
        for (args, text) in [(#"{"input":"a\n\"b\""}"#, "a\n\"b\""), ("{}", ""), (#"{"other":1}"#, #"{"other":1}"#)] {
            let json = Gemini.response(#"{"functionCall":{"name":"patch","args":\#(args)}}"#, finish: "STOP")
            let call = try Gemini.answer(json, notes).toolCall
            #expect(call?.input == ToolInput(.freeText, text))
        }
    }

    @Test func `tools run by other vendors are withheld and told (T20)`() throws {
        let hosted = Tool(.hosted(type: "computer_use"), name: "computer")
        var extra = Gemini.function("f")
        extra.extras = ["defer_loading"]
        let (body, warnings, _) = try self.encode([hosted, extra])
        #expect(body.contains(#""functionDeclarations":[{"name":"f"}]"#))
        #expect(warnings == ["dropped:tools[0]:computer_use", "dropped:tools[0]:defer_loading"])
    }

    @Test func `a search alone becomes Google's`() throws {
        var tool = Tool(.hosted(type: "web_search_20250305"), name: "web_search")
        func original(_ json: String) -> Opaque {
            Opaque(format: .messages, type: "web_search", json: RawJSON(trusted: json))
        }
        tool.original = original(#"{"type":"web_search_20250305","name":"web_search","max_uses":3}"#)
        let (body, warnings, _) = try self.encode([tool])
        #expect(body.hasPrefix(#"{"tools":[{"googleSearch":{}}],"contents""#))
        #expect(warnings == ["dropped:tools[0]:max_uses"])
        tool.original = original(#"{"filters":{"allowed_domains":["example.org"]}}"#)
        #expect(throws: TranslationRefusal.self) { try self.encode([tool]) }
        #expect(try self.encode([tool, Gemini.function("f")]).warnings == ["dropped:tools[0]:web_search_20250305"])
    }

    @Test func `Vertex leaves domains out of a search, and none is made where no tool may be called`() throws {
        var tool = Tool(.hosted(type: "web_search_20250305"), name: "web_search")
        let json = RawJSON(
            trusted: #"{"name":"web_search","blocked_domains":["a.org"],"user_location":{"city":"Bergen"}}"#
        )
        tool.original = Opaque(format: .messages, type: "web_search_20250305", json: json)
        let request = Gemini.request(self.ask) { $0.tools = [tool] }
        #expect(throws: TranslationRefusal.self) { try Gemini.encode(request) }
        var target = Gemini.target()
        target.gemini.isVertex = true
        let vertex = try Gemini.encode(request, target)
        #expect(vertex.body.hasPrefix(#"{"tools":[{"googleSearch":{"excludeDomains":["a.org"]}}],"contents""#))
        #expect(vertex.warnings == ["dropped:tools[0]:user_location"])
        tool.original = nil
        let silent = Gemini.request(self.ask) { request in
            request.tools = [tool]
            request.toolChoice = ToolChoice.none
        }
        #expect(try Gemini.encode(silent).body.hasPrefix(#"{"contents""#))
    }

    @Test func `one call at a time cannot be asked for`() throws {
        let request = Gemini.request(self.ask) { request in
            request.tools = [Gemini.function("f")]
            request.parallelToolCalls = false
        }
        #expect(try Gemini.encode(request).warnings == ["dropped:parallelToolCalls"])
    }

    @Test func `all results of a step are one content, in call order, before other words (T07, T30, T36)`() throws {
        let turns =
            self.ask + [
                Gemini.model(Gemini.call("1", "f", #"{"n":12345678901234567890}"#, signed: "s")),
                Gemini.model(Gemini.call("2", "g")),
                Turn(.user, [.text("and"), Gemini.result("2", isError: true)]), Gemini.results(Gemini.result("1", [])),
            ]
        #expect(
            try Gemini.contents(turns)
                == #"[{"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":["#
                + #"{"functionCall":{"id":"1","name":"f","args":{"n":12345678901234567890}},"thoughtSignature":"s"},"#
                + #"{"functionCall":{"id":"2","name":"g","args":{}}}]},{"role":"user","parts":["#
                + #"{"functionResponse":{"id":"1","name":"f","response":{"output":""}}},"#
                + #"{"functionResponse":{"id":"2","name":"g","response":{"error":"ok"}}}]},"#
                + #"{"role":"user","parts":[{"text":"and"}]}]"#
        )
    }

    @Test func `ids are left out where a door refuses them (P18)`() throws {
        var target = Gemini.target()
        target.gemini.takesCallIDs = false
        let turns = self.ask + [Gemini.model(Gemini.call("1")), Gemini.results(Gemini.result("1"))]
        #expect(try !Gemini.contents(turns, target).contains("\"id\""))
    }

    @Test func `odd ids get the same safe form on both sides (T14)`() throws {
        let id = String(repeating: "é", count: 200)
        let turns = self.ask + [Gemini.model(Gemini.call(id)), Gemini.results(Gemini.result(id))]
        let alias = SafeName.make(id)
        #expect(try Gemini.contents(turns).split(separator: alias).count == 3)
    }

    @Test func `broken arguments are wrapped, blank ones are empty (T11, T01)`() throws {
        let turns =
            self.ask + [
                Gemini.model(Gemini.call("1", "f", "{bad"), Gemini.call("2", "f", "")),
                Gemini.results(Gemini.result("1"), Gemini.result("2")),
            ]
        let contents = try Gemini.contents(turns)
        #expect(contents.contains(#""args":{"raw_arguments":"{bad"}"#) && contents.contains(#""args":{}}"#))
    }

    @Test func `a call without a result is answered as interrupted (T39)`() throws {
        let request = Gemini.request(self.ask + [Gemini.model(Gemini.call("1")), Gemini.user("stop")])
        let (body, warnings, _) = try Gemini.encode(request)
        #expect(body.contains(#""response":{"error":"[no result: call was interrupted]"}"#))
        #expect(warnings == ["approximated:messages[-1]:no_result"])
    }

    @Test func `empty text beside calls adds no part (T41)`() throws {
        let turns =
            self.ask + [Gemini.model(.text(""), Gemini.call("1", signed: "s")), Gemini.results(Gemini.result("1"))]
        #expect(try Gemini.contents(turns).contains(#"{"role":"model","parts":[{"functionCall""#))
    }

    @Test func `media of a result are inside it, or behind the results of older models (T28, T29)`() throws {
        let image = Block(.image(.inline("iVBORw0KGgo=", claimed: nil)))
        let file = Block(.document(Document(.media(.inline("JVBERi0xLjc=", claimed: nil)), title: "a.pdf")))
        let turns =
            self.ask + [
                Gemini.model(Gemini.call("1", signed: "s")),
                Gemini.results(Gemini.result("1", [.text("shot"), image, file])),
            ]
        let png = #"{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}"#
        let pdf = #"{"inlineData":{"mimeType":"application/pdf","data":"JVBERi0xLjc="}}"#
        let head = #"{"functionResponse":{"id":"1","name":"f","response":{"output":"shot\na.pdf"}"#
        #expect(try Gemini.contents(turns).contains(head + #","parts":[\#(png),\#(pdf)]}}]"#))
        #expect(try Gemini.contents(turns, Gemini.older()).contains(head + "}},\(png),\(pdf)]"))
    }
}

extension Answer {
    /// The first call.
    var toolCall: ToolCall? {
        for case .toolCall(let call) in self.blocks { return call }
        return nil
    }
}
