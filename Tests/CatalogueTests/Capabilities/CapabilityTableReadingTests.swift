import Exchange
import Testing

@testable import Catalogue

@Suite("Reading a capability table")
struct CapabilityTableReadingTests {
    @Test("traits are taken over in order, and a row's own fields come last")
    func order() throws {
        let table = try Self.table(
            traits: #""a":{"prefill":false,"max_stop_sequences":1},"b":{"as":["a"],"max_stop_sequences":2}"#,
            rows: #"{"family":"x-1","as":["a","b"],"max_stop_sequences":3},{"family":"x-2","as":["rows/x-1"]}"#
        )
        let found = table.capabilities(provider: "openai-compatible", model: "x-2")
        #expect(found.family == "x-2")
        #expect(!found.prefill)
        #expect(found.maxStopSequences == 3)
    }

    @Test("short forms stand for limits and grades, and one row may speak of several families")
    func shorthand() throws {
        let table = try Self.table(
            traits: #""t":{"limits":[10, 5, 2]}"#,
            rows: #"{"family":"x-1","also":["y-1"],"as":"t","efforts":["low"]},{"family":"z","limits":[7, 6]}"#
        )
        for model in ["x-1", "y-1"] {
            let found = table.capabilities(provider: "openai-compatible", model: model)
            #expect(found.family == model)
            #expect(found.contextTokens == 10 && found.maxOutputTokens == 5 && found.defaultOutputTokens == 2)
            #expect(found.reasoning == .effort([.low]))
        }
        let lowered = table.capabilities(provider: "openai-compatible", model: "z")
        #expect(lowered.defaultOutputTokens == 6)
    }

    @Test("a door changes what it reads")
    func changes() throws {
        let table = try Self.table(
            rows: #"{"family":"x-1","prefill":true}"#,
            doors: #"""
                {"kinds":["openai-compatible"],"reads":[{"rows":"rows"}]},
                {"kinds":["other"],"reads":[{"rows":"rows","prefill":false}],"max_temperature":1}
                """#
        )
        #expect(table.capabilities(provider: "openai-compatible", model: "x-1").prefill)
        #expect(!table.capabilities(provider: "other", model: "x-1").prefill)
        #expect(table.capabilities(provider: "other", model: "y").maxTemperature == 1)
        #expect(table.capabilities(provider: "strange", model: "x-1").family == "x-1")
    }

    @Test("a door goes on to the rows of another")
    func then() throws {
        let table = try Self.table(
            rows: #"{"family":"x-1","reasoning":{"style":"budget","min":1,"max":2,"can_disable":true}}"#,
            doors: #"""
                {"kinds":["openai-compatible"],"reads":[{"rows":"rows"}],"asks_by_grade":true},
                {"kinds":["other"],"reads":[],"then":"openai-compatible"}
                """#
        )
        let found = table.capabilities(provider: "other", model: "x-1")
        #expect(found.family == "x-1")
        #expect(found.reasoning == .effort([.none, .low, .medium, .high]))
    }

    @Test("a door that asks by grade has no other style")
    func byGrade() throws {
        let table = try Self.table(
            rows: #"""
                {"family":"a","reasoning":{"style":"adaptive","efforts":["low"],"can_disable":true}},
                {"family":"b","reasoning":{"style":"budget","min":1,"max":2,"can_disable":false}},
                {"family":"c","reasoning":{"style":"effort","efforts":["max"]}}, {"family":"d"}
                """#,
            doors: #"{"kinds":["openai-compatible"],"reads":[{"rows":"rows"}],"asks_by_grade":true}"#
        )
        func style(_ model: String) -> ModelCapabilities.ReasoningStyle {
            table.capabilities(provider: "openai-compatible", model: model).reasoning
        }
        #expect(style("a") == .effort([.none, .low]))
        #expect(style("b") == .effort([.low, .medium, .high]))
        #expect(style("c") == .effort([.max]))
        #expect(style("d") == .none)
    }

    @Test("exact rows do not answer for releases to come")
    func exact() throws {
        let table = try Self.table(
            rows: #"{"family":"x-1"}"#,
            doors: #"{"kinds":["openai-compatible"],"reads":[{"rows":"rows","exact":true}]}"#
        )
        #expect(table.capabilities(provider: "openai-compatible", model: "x-1-mini").family == "x-1")
        #expect(table.capabilities(provider: "openai-compatible", model: "x-2").family.isEmpty)
    }

    @Test("a mistake in a table is told with its place", arguments: Self.mistakeCases)
    func mistakes(_ traits: String, _ rows: String, _ code: CapabilityError.Code, _ words: String) {
        do throws(CapabilityError) {
            _ = try Self.table(traits: traits, rows: rows)
            Issue.record("the table was accepted")
        } catch {
            #expect(error.code == code)
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    static let mistakeCases: [(String, String, CapabilityError.Code, String)] = [
        (#""a":{"as":["b"]},"b":{}"#, "", .unknownReference, "a: b is not defined above"),
        (#""a":{"prefil":true}"#, "", .unknownField, "a: there is no capability prefil"),
        (#""a":{"prefill":7}"#, "", .badValue, "a: prefill must be"),
        ("", #"{"as":[]}"#, .badValue, "has no family"),
        ("", #"{"family":"x"},{"family":"x"}"#, .badValue, "rows/x is there twice"),
        ("", #"{"family":"x","version":["1"]}"#, .badValue, "rows/x: version"),
        ("", #"{"family":"x","context_tokens":0}"#, .badValue, "rows/x: context_tokens"),
        ("", #"{"family":"x","limits":[1]}"#, .badValue, "rows/x: limits"),
        ("", #"{"family":"x","limits":[1, 0]}"#, .badValue, "rows/x: limits"),
        ("", #"{"family":"x","efforts":["huge"]}"#, .badValue, "rows/x: efforts"),
        ("", #"{"family":"x","also":["x"]}"#, .badValue, "rows/x is there twice"),
        ("", #"{"family":"x","as":["rows/y"]}"#, .unknownReference, "rows/x: rows/y"),
    ]

    @Test("a door is held to what is there", arguments: Self.badDoorCases)
    func badDoors(_ doors: String, _ code: CapabilityError.Code) {
        do throws(CapabilityError) {
            _ = try Self.table(doors: doors)
            Issue.record("the table was accepted")
        } catch {
            #expect(error.code == code)
        }
    }

    static let badDoorCases: [(String, CapabilityError.Code)] = [
        ("", .unknownReference),
        (#"{"reads":[]}"#, .badValue),
        (#"{"kinds":["a"]}"#, .badValue),
        (#"{"kinds":["a"],"reads":[{"rows":"nothing"}]}"#, .unknownReference),
        (#"{"kinds":["a"],"reads":[],"then":"b"},{"kinds":["b"],"reads":[]}"#, .unknownReference),
        (#"{"kinds":["a"],"reads":[]},{"kinds":["a"],"reads":[]}"#, .badValue),
    ]

    @Test("what is no table is refused", arguments: ["", "[]", "{}", #"{"traits":{},"rows":{}}"#])
    func noTable(_ json: String) {
        #expect(throws: CapabilityError.self) { try CapabilityTable(json: json) }
    }

    private static func table(
        traits: String = "",
        rows: String = "",
        doors: String = #"{"kinds":["openai-compatible"],"reads":[{"rows":"rows"}]}"#
    ) throws(CapabilityError) -> CapabilityTable {
        try CapabilityTable(json: #"{"traits":{\#(traits)},"rows":{"rows":[\#(rows)]},"doors":[\#(doors)]}"#)
    }
}
