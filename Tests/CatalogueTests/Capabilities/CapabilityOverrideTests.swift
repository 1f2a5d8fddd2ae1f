import Catalogue
import Exchange
import Testing
import Wire

@Suite("Overrides of capabilities")
struct CapabilityOverrideTests {
    @Test("an empty object changes nothing")
    func empty() throws {
        #expect(try ModelCapabilities().applying(json: "{}") == ModelCapabilities())
    }

    @Test("every flag can be switched", arguments: Self.flagNames)
    func flags(_ name: String) throws {
        let on = try ModelCapabilities().applying(json: #"{"\#(name)":true}"#)
        let off = try ModelCapabilities().applying(json: #"{"\#(name)":false}"#)
        #expect(on != off)
        let both = [on, off]
        #expect(both.contains(ModelCapabilities()))
    }

    static let flagNames = [
        "samples_while_reasoning", "takes_penalties", "several_answers", "reasons_by_default", "takes_tools",
        "forces_tools", "forces_tools_while_reasoning", "structured_output_with_tools", "strict_tools",
        "parallel_flag", "fetches_images", "prefill", "mid_conversation_system", "cache_marks", "long_cache",
        "uses_developer_role", "prefers_responses", "tools_need_responses", "speaks_chat",
    ]

    @Test("numbers are taken")
    func numbers() throws {
        let json = """
            {"context_tokens":1000,"max_output_tokens":100,"default_output_tokens":50,"max_temperature":1.5,
            "max_stop_sequences":0}
            """
        let changed = try ModelCapabilities().applying(json: json)
        #expect(changed.contextTokens == 1000)
        #expect(changed.maxOutputTokens == 100)
        #expect(changed.defaultOutputTokens == 50)
        #expect(changed.maxTemperature == 1.5)
        #expect(changed.maxStopSequences == 0)
    }

    @Test("null makes a limit or a list unknown")
    func unknown() throws {
        let known = try ModelCapabilities().applying(json: #"{"context_tokens":1,"image_types":["image/png"]}"#)
        #expect(known.imageTypes == ["image/png"])
        let forgotten = try known.applying(json: #"{"context_tokens":null,"image_types":null}"#)
        #expect(forgotten == ModelCapabilities())
    }

    @Test("a list may be empty: nothing of that kind is taken")
    func nothing() throws {
        let changed = try ModelCapabilities().applying(json: #"{"audio_types":[],"document_types":["text/plain"]}"#)
        #expect(changed.audioTypes == [])
        #expect(changed.documentTypes == ["text/plain"])
    }

    @Test("sampling and structured output are words")
    func words() throws {
        let json = #"{"sampling":"temperature_or_top_p","structured_output":"json_only"}"#
        let changed = try ModelCapabilities().applying(json: json)
        #expect(changed.sampling == .temperatureOrTopP)
        #expect(changed.structuredOutput == .jsonOnly)
        let other = try changed.applying(json: #"{"sampling":"none","structured_output":"none"}"#)
        #expect(other.sampling == .none)
        #expect(other.structuredOutput == .none)
    }

    @Test("thinking has four styles")
    func styles() throws {
        func style(_ json: String) throws -> ModelCapabilities.ReasoningStyle {
            try ModelCapabilities().applying(json: #"{"reasoning":\#(json)}"#).reasoning
        }
        #expect(try style(#"{"style":"none"}"#) == .none)
        #expect(try style(#"{"style":"effort","efforts":["low","max"]}"#) == .effort([.low, .max]))
        #expect(
            try style(#"{"style":"adaptive","efforts":["high"],"can_disable":false}"#)
                == .adaptive([.high], canDisable: false)
        )
        #expect(
            try style(#"{"style":"budget","min":0,"max":9,"can_disable":true}"#) == .budget(0...9, canDisable: true)
        )
    }

    @Test("an unknown field is named")
    func unknownField() {
        #expect(self.error(#"{"context_tokens":1,"contextTokens":2}"#)?.code == .unknownField)
        #expect(self.error(#"{"contextTokens":2}"#)?.field == "contextTokens")
        #expect(self.error(#"{"contextTokens":2}"#)?.message == #"there is no capability "contextTokens""#)
    }

    @Test("an unknown field's name is cut and cleaned in the message")
    func strangeField() throws {
        let name = "\u{7}é" + String(repeating: "x", count: 500)
        let error = try #require(self.error(#"{"\u0007é\#(name.dropFirst(2))":2}"#))
        #expect(error.field == name)
        #expect(error.message.utf8.count < 100)
        #expect(error.message.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }

    @Test("a family cannot be overridden")
    func family() {
        #expect(self.error(#"{"family":"gpt-5"}"#)?.code == .unknownField)
    }

    @Test("a value of the wrong type, or out of bounds, is an error naming its field", arguments: Self.badValueCases)
    func badValue(_ field: String, _ json: String) {
        let error = self.error(json)
        #expect(error?.code == .badValue)
        #expect(error?.field == field)
        #expect(error?.message.hasPrefix(field) == true)
    }

    static let badValueCases: [(String, String)] = [
        ("context_tokens", #"{"context_tokens":0}"#),
        ("context_tokens", #"{"context_tokens":-5}"#),
        ("context_tokens", #"{"context_tokens":1.5}"#),
        ("context_tokens", #"{"context_tokens":1e3}"#),
        ("context_tokens", #"{"context_tokens":"1"}"#),
        ("context_tokens", #"{"context_tokens":99999999999999999999}"#),
        ("max_output_tokens", #"{"max_output_tokens":[]}"#),
        ("default_output_tokens", #"{"default_output_tokens":null}"#),
        ("default_output_tokens", #"{"default_output_tokens":200,"max_output_tokens":100}"#),
        ("max_temperature", #"{"max_temperature":2.1}"#),
        ("max_temperature", #"{"max_temperature":-0.1}"#),
        ("max_temperature", #"{"max_temperature":true}"#),
        ("max_temperature", #"{"max_temperature":1e300}"#),
        ("max_stop_sequences", #"{"max_stop_sequences":-1}"#),
        ("prefill", #"{"prefill":1}"#),
        ("prefill", #"{"prefill":"true"}"#),
        ("prefill", #"{"prefill":null}"#),
        ("sampling", #"{"sampling":"some"}"#),
        ("sampling", #"{"sampling":true}"#),
        ("structured_output", #"{"structured_output":"Native"}"#),
        ("image_types", #"{"image_types":"image/png"}"#),
        ("image_types", #"{"image_types":["png"]}"#),
        ("image_types", #"{"image_types":["image/"]}"#),
        ("image_types", #"{"image_types":["image/PNG"]}"#),
        ("image_types", #"{"image_types":[7]}"#),
        ("image_types", #"{"image_types":{"image/png":true}}"#),
        ("reasoning", #"{"reasoning":"effort"}"#),
        ("reasoning", #"{"reasoning":{}}"#),
        ("reasoning.style", #"{"reasoning":{"style":"deep"}}"#),
        ("reasoning.efforts", #"{"reasoning":{"style":"effort"}}"#),
        ("reasoning.efforts", #"{"reasoning":{"style":"effort","efforts":[]}}"#),
        ("reasoning.efforts", #"{"reasoning":{"style":"effort","efforts":["huge"]}}"#),
        ("reasoning.can_disable", #"{"reasoning":{"style":"adaptive","efforts":["low"]}}"#),
        ("reasoning", #"{"reasoning":{"style":"budget","can_disable":true}}"#),
        ("reasoning", #"{"reasoning":{"style":"budget","min":5,"max":4,"can_disable":true}}"#),
        ("reasoning", #"{"reasoning":{"style":"budget","min":-1,"max":4,"can_disable":true}}"#),
    ]

    @Test("a member that a style does not have is refused")
    func styleMembers() {
        #expect(self.error(#"{"reasoning":{"style":"none","efforts":["low"]}}"#)?.code == .unknownField)
        #expect(self.error(#"{"reasoning":{"style":"effort","efforts":["low"],"min":1}}"#)?.field == "reasoning")
    }

    @Test("what is no JSON object is refused", arguments: ["", "[]", "7", "null", "{", #"{"prefill":true}}"#, "\u{0}"])
    func noObject(_ json: String) {
        #expect(self.error(json)?.code == .notAnObject)
    }

    @Test("a field given twice is refused")
    func twice() {
        #expect(self.error(#"{"prefill":true,"prefill":false}"#)?.code == .notAnObject)
    }

    @Test("a maximum below the default lowers the default")
    func lowered() throws {
        let changed = try ModelCapabilities().applying(json: #"{"max_output_tokens":100}"#)
        #expect(changed.defaultOutputTokens == 100)
    }

    @Test("a part of a larger document can be applied")
    func part() throws {
        let json = Array(#"{"model":"x","capabilities":{"prefill":false}}"#.utf8)
        let tape = JSONTape()
        let changed = try json.withUnsafeBytes { bytes in
            let part = try #require(try tape.parse(bytes)["capabilities"])
            return try ModelCapabilities().applying(part)
        }
        #expect(!changed.prefill)
    }

    private func error(_ json: String) -> CapabilityError? {
        do throws(CapabilityError) {
            _ = try ModelCapabilities().applying(json: json)
            return nil
        } catch {
            return error
        }
    }
}
